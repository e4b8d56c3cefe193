import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readJson, writeJson } from './lib/files.mjs'
import { root } from './lib/paths.mjs'
import { capture, tail } from './lib/run.mjs'
import { longStep, runMain, say, SetupFailure } from './lib/say.mjs'
import { setUp } from './setup.mjs'

const stamp = join(root, 'out', 'landline-build.json')
const configuration = [
  'package-lock.json',
  'package.json',
  'electron.vite.config.ts',
  'tsconfig.base.json',
]

/** One hash over everything the bundles are made from; tests are not part of them. */
function sourceHash(mode) {
  const hash = createHash('sha256').update(mode)
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
  for (const file of [...configuration.map((name) => join(root, name)), ...files]) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

/** @param {{ environment: NodeJS.ProcessEnv, node24: { path: string } }} ready */
export async function buildApp(
  { environment, node24 },
  { mode = 'production', force = false } = {},
) {
  const hash = sourceHash(mode)
  const entry = join(root, 'out', 'main', 'index.js')
  if (!force && readJson(stamp)?.hash === hash && existsSync(entry)) return
  rmSync(stamp, { force: true })
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const result = await longStep('building the app', () =>
    capture(node24.path, [tool, 'build', '--mode', mode], {
      cwd: root,
      env: { ...environment, NO_COLOR: '1', FORCE_COLOR: '0' },
    }),
  )
  if (result.code !== 0) {
    throw new SetupFailure({
      what: 'the app could not be built',
      why: tail(result.output, 30),
      todo: 'correct what the lines above name, then run the command again',
    })
  }
  writeJson(stamp, { hash })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    await buildApp(await setUp({ display: false }), { force: process.argv.includes('--force') })
    say('Built: out/')
  })
}
