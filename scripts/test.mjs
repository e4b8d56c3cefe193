import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from './build.mjs'
import { provideTestDisplays } from './lib/display.mjs'
import { failuresOfPlaywright, failuresOfVitest } from './lib/failures.mjs'
import { readJson } from './lib/files.mjs'
import { root } from './lib/paths.mjs'
import { foreground } from './lib/run.mjs'
import { explain, runMain, say } from './lib/say.mjs'
import { setUp } from './setup.mjs'
import { checkTypes } from './typecheck.mjs'

const results = join(root, 'test-results')
const vitestReport = join(results, 'vitest.json')
const playwrightReport = join(results, 'playwright.json')
const tool = (...path) => join(root, 'node_modules', ...path)
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Each stage returns how many of its checks failed; a stage that breaks counts as one. */
const stages = {
  format: ({ node }) => node([tool('oxfmt', 'bin', 'oxfmt'), '--check']),
  lint: ({ node }) => node([tool('oxlint', 'bin', 'oxlint'), '--quiet']),
  types: ({ ready }) => checkTypes(ready),
  unit: async ({ node, args }) => {
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${vitestReport}`]
    const code = await node([tool('vitest', 'vitest.mjs'), 'run', ...reporters, ...args])
    const report = readJson(vitestReport)
    counts.passed += report?.numPassedTests ?? 0
    counts.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
    return atLeastOne(code, report?.numFailedTests ?? 0)
  },
  build: async ({ ready }) => {
    await buildApp(ready)
    return 0
  },
  e2e: async ({ node, ready, args }) => {
    const display = await provideTestDisplays()
    try {
      const cli = [tool('@playwright', 'test', 'cli.js'), 'test', '--pass-with-no-tests', ...args]
      const code = await node(cli, { ...ready.environment, ...display.environment })
      const stats = readJson(playwrightReport)?.stats
      counts.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0)
      counts.skipped += stats?.skipped ?? 0
      return atLeastOne(code, stats?.unexpected ?? 0)
    } finally {
      display.stop()
    }
  },
}

const groups = {
  all: ['format', 'lint', 'types', 'unit', 'build', 'e2e'],
  unit: ['unit'],
  e2e: ['build', 'e2e'],
}

/** A runner that failed without naming a test, such as on a broken import, still failed. */
const atLeastOne = (code, failed) => (code === 0 ? failed : Math.max(1, failed))

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

await runMain(async () => {
  const [first, ...rest] = process.argv.slice(2)
  const group = first && first in groups ? first : 'all'
  const args = group === first ? rest : process.argv.slice(2)
  const startedAt = performance.now()
  const ready = await setUp({ display: group !== 'unit', networks: group !== 'e2e' })
  say(`▸ set-up ${seconds(startedAt)}`)
  // Only our own reports are stale; Playwright clears the rest of its folder itself.
  mkdirSync(results, { recursive: true })
  for (const report of [vitestReport, playwrightReport]) if (existsSync(report)) rmSync(report)
  const node = (nodeArgs, env = ready.environment) =>
    foreground(ready.node24.path, nodeArgs, { cwd: root, env })

  const broken = []
  for (const name of groups[group]) {
    const stageStartedAt = performance.now()
    // Without a build there is nothing for the end-to-end tests to open.
    if (name === 'e2e' && broken.includes('build')) continue
    const failed = await stages[name]({ node, ready, args }).catch((error) => {
      explain(error)
      return 1
    })
    counts.failed += failed
    if (failed > 0) broken.push(name)
    say(`${failed === 0 ? '✔' : '✖'} ${name} ${seconds(stageStartedAt)}`)
  }
  // Whoever sees only the end of a long output is to see what failed, and why.
  failuresOfVitest(readJson(vitestReport)).forEach(say)
  failuresOfPlaywright(readJson(playwrightReport)).forEach(say)
  const verdict = broken.length === 0 ? 'everything passed' : `FAILED in ${broken.join(', ')}`
  say(`${verdict}, ${counts.skipped} skipped, in ${seconds(startedAt)}`)
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`)
  return counts.failed === 0 ? 0 : 1
})
