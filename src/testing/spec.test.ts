import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const spec = readFileSync(`${root}/SPEC.md`, 'utf8')
const rules = [...spec.matchAll(/^- \*\*([DTI]\d+)\.\*\*/gm)].map(([, rule]) => rule)

const tests = globSync(['src/**/*.test.{ts,tsx}', 'src/**/*contract.ts', 'e2e/**/*.spec.ts'], {
  cwd: root,
})
  .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
  .join('\n')
const cited = new Set(
  [...tests.matchAll(/\[((?:[DTI]\d+(?:, ?)?)+)\]/g)].flatMap(([, list]) =>
    (list ?? '').split(/, ?/),
  ),
)

describe('SPEC.md', () => {
  it('has its rules', () => expect(rules).toHaveLength(43))

  it.each(rules)('%s is proved by a test that names it', (rule) => {
    expect(cited).toContain(rule)
  })
})
