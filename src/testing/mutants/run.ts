/**
 * Breaks the delivery code on purpose, one line at a time, and shows that the tests notice
 * (`npm run test:mutants`). Each break is made in a copy of the sources; the checkout is never touched.
 * Exit code 1 when a mutant survives, or when the line it changes is no longer there.
 */
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutant, mutants } from './mutants.ts'

const UNBROKEN_LIMIT_MS = 1_200_000
/** A mutant that makes the tests hang has been noticed too: far beyond what they take unbroken. */
const hangsAfter = (unbrokenMs: number): number => 60_000 + Math.round(3 * unbrokenMs)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const copied = [
  'src',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'vitest.config.ts',
  'PROTOCOL.md',
  'SPEC.md',
]

type Outcome = 'caught' | 'SURVIVED' | 'STALE'

const workspace = mkdtempSync(join(tmpdir(), 'landline-mutants-'))
process.on('exit', () => rmSync(workspace, { recursive: true, force: true }))
for (const entry of copied) {
  if (existsSync(join(root, entry)))
    cpSync(join(root, entry), join(workspace, entry), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'), 'junction')

const only = process.argv[2]
const chosen = mutants.filter((mutant) => only === undefined || mutant.name.includes(only))
const suites = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
process.stdout.write(`Checking that ${suites.length} suites pass unbroken …\n`)
const startedAt = performance.now()
const unbroken = await runTests(suites, UNBROKEN_LIMIT_MS)
const timeLimit = hangsAfter(performance.now() - startedAt)
if (unbroken.outcome !== 'passed') {
  process.stderr.write(unbroken.output)
  process.stderr.write('They do not pass without a mutant. Mend them first: npm run test:unit\n')
  process.exit(1)
}

let missed = 0
for (const mutant of chosen) {
  const outcome = await tryMutant(mutant)
  if (outcome !== 'caught') missed++
  process.stdout.write(`${outcome.padEnd(9)} ${mutant.rule.padEnd(4)} ${mutant.name}\n`)
}
process.stdout.write(`${chosen.length - missed} caught, ${missed} missed\n`)
process.exit(missed === 0 && chosen.length > 0 ? 0 : 1)

async function tryMutant(mutant: Mutant): Promise<Outcome> {
  const file = join(workspace, mutant.file)
  const original = readFileSync(join(root, mutant.file), 'utf8')
  // Exactly one place, so that a mutant cannot quietly change something else than it says.
  if (original.split(mutant.find).length !== 2) return 'STALE'
  writeFileSync(
    file,
    original.replace(mutant.find, () => mutant.replace),
  )
  try {
    return (await runTests(mutant.tests, timeLimit)).outcome === 'passed' ? 'SURVIVED' : 'caught'
  } finally {
    writeFileSync(file, original)
  }
}

function runTests(
  tests: readonly string[],
  timeout: number,
): Promise<{ outcome: 'passed' | 'failed'; output: string }> {
  const vitest = join(workspace, 'node_modules/vitest/vitest.mjs')
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [vitest, 'run', '--bail=1', '--reporter=dot', ...tests],
      {
        cwd: workspace,
        timeout,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) =>
        resolve({ outcome: error === null ? 'passed' : 'failed', output: stdout + stderr }),
    )
  })
}
