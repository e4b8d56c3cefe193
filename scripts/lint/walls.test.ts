import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const fixturesFolder = join(import.meta.dirname, 'fixtures')
const temporary = mkdtempSync(join(tmpdir(), 'landline-walls-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

/** Linters and compilers end with 1 when they find something, which is what these tests want of them. */
function run(...args: string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    return `${stdout ?? ''}${stderr ?? ''}`
  }
}

/** Every fixture says in its first line which wall must refuse it. */
const fixtures = readdirSync(fixturesFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => {
    const file = join(fixturesFolder, name)
    const refused = /^\/\/ refused: (.*)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
    const [, layer, message] = /^types ([\w-]+): (.*)$/.exec(refused) ?? []
    return { file, name: name.replaceAll('\\', '/'), refused, layer, message }
  })

function lintFixtures(): Map<string, string> {
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Record<
    string,
    unknown
  >
  const path = join(temporary, 'oxlintrc.json')
  const plugins = [join(root, 'scripts/lint/walls.mjs')]
  writeFileSync(path, JSON.stringify({ ...config, ignorePatterns: [], jsPlugins: plugins }))
  const output = run(
    join(root, 'node_modules/oxlint/bin/oxlint'),
    ...['-c', path, '--no-ignore', '-f', 'unix', relative(root, fixturesFolder)],
  )
  const found = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [, file = '', text = ''] = /fixtures[\\/](.*?):\d+:\d+: (.*)$/.exec(line) ?? []
    const name = file.replaceAll('\\', '/')
    found.set(name, `${found.get(name) ?? ''}${text}\n`)
  }
  return found
}

describe('lint refuses each wrong file', () => {
  const found = lintFixtures()
  for (const { name, refused, layer } of fixtures) {
    if (layer !== undefined) continue
    it(`${name}: ${refused}`, () => {
      const [, rule = '', text = ''] = /^(\S+\([\w-]+\))\s*(.*)$/.exec(refused) ?? []
      expect(rule).not.toBe('')
      const report = found.get(name) ?? ''
      expect(report).toContain(rule)
      expect(report).toContain(text)
    })
  }
})

describe("each layer's types refuse what its runtime does not have", () => {
  const layers = new Set(fixtures.flatMap(({ layer }) => layer ?? []))
  for (const layer of layers) {
    const mine = fixtures.filter((fixture) => fixture.layer === layer)
    it(`${layer}: ${mine.map(({ name }) => name).join(', ')}`, () => {
      const project = join(temporary, `${layer}.json`)
      const extending = join(root, 'tsconfig', `${layer}.json`)
      // Types are looked up from the project's own folder, which here is a temporary one.
      const compilerOptions = {
        typeRoots: [join(root, 'node_modules/@types'), join(root, 'node_modules')],
      }
      const files = mine.map(({ file }) => file)
      writeFileSync(
        project,
        JSON.stringify({ extends: extending, compilerOptions, include: [], files }),
      )
      const output = run(
        join(root, 'node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--pretty',
        'false',
        '-p',
        project,
      )
      for (const { file, message } of mine) {
        const own = output
          .split('\n')
          .filter((line) => line.includes(file.slice(fixturesFolder.length)))
        expect(own.join('\n')).toContain(message)
      }
    })
  }
})

it('every fixture names the wall that refuses it', () => {
  expect(fixtures.length).toBeGreaterThan(20)
  expect(fixtures.filter(({ refused }) => refused === '').map(({ name }) => name)).toEqual([])
})
