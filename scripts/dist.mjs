import { readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { buildApp } from './build.mjs'
import { root } from './lib/paths.mjs'
import { capture, tail } from './lib/run.mjs'
import { longStep, runMain, say, SetupFailure } from './lib/say.mjs'
import { setUp } from './setup.mjs'

/**
 * `dir`: the unpacked app of this system and a tar.gz of it, for tests, with whatever runtime there is.
 * `release`: everything electron-builder.yml names for this system, with the official Electron only.
 */
const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
const platform = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform]
const release = join(root, 'release')

async function pack(ready, args) {
  const environment = {
    ...ready.environment,
    CSC_IDENTITY_AUTO_DISCOVERY: process.env.CSC_IDENTITY_AUTO_DISCOVERY ?? 'false',
  }
  const result = await longStep('packing the app', () =>
    capture(ready.node24.path, [builder, `--${platform}`, ...args], {
      cwd: root,
      env: environment,
    }),
  )
  if (result.code === 0) return
  throw new SetupFailure({
    what: 'the app could not be packed',
    why: tail(result.output, 20),
    todo: 'read the lines above; deb, rpm, AppImage, nsis and dmg fetch tools from the network (docs/decisions/0001)',
  })
}

async function packDirectory() {
  const ready = await setUp({ display: false })
  await buildApp(ready)
  rmSync(release, { recursive: true, force: true })
  const fallback = ready.runtime.kind === 'fallback'
  const runtime = fallback
    ? [`-c.electronDist=${ready.runtime.dist}`, `-c.electronVersion=${ready.runtime.version}`]
    : []
  if (fallback) {
    say('━'.repeat(78))
    say("  NOT A RELEASE: packed with the fallback Electron, a third party's copy. For tests only.")
    say('━'.repeat(78))
  }
  await pack(ready, [
    'dir',
    ...runtime,
    '-c.electronFuses.enableNodeCliInspectArguments=true',
    '--publish=never',
  ])
  const folder = readdirSync(release).find((name) => /(-unpacked|^mac.*)$/.test(name))
  if (!folder) throw new Error('electron-builder left no unpacked app')
  if (fallback) forgetDefaultApp(join(release, folder))
  const version = createRequire(import.meta.url)('../package.json').version
  const archive = `landline-${version}-${process.platform}-${process.arch}${fallback ? '-not-a-release' : ''}.tar.gz`
  const result = await longStep('packing the archive', () =>
    capture('tar', ['-czf', archive, folder], { cwd: release }),
  )
  if (result.code !== 0) throw new Error(`tar failed: ${result.output}`)
  const executable = {
    linux: 'landline',
    darwin: 'Landline.app/Contents/MacOS/Landline',
    win32: 'Landline.exe',
  }
  say(
    `Packed: ${join('release', folder, executable[process.platform])} and ${join('release', archive)}`,
  )
  return 0
}

/** electron-builder removes it from official runtimes; a packed app must not carry a way to run others. */
function forgetDefaultApp(folder) {
  rmSync(join(folder, 'resources', 'default_app.asar'), { force: true })
  rmSync(join(folder, 'landline.json'), { force: true })
}

async function packRelease() {
  const ready = await setUp({ display: false, officialOnly: true })
  if (ready.runtime.kind !== 'official') throw new Error('a release needs the official Electron')
  await buildApp(ready, { mode: 'release', force: true })
  rmSync(release, { recursive: true, force: true })
  await pack(ready, ['--publish=never'])
  say('Packed: release/')
  return 0
}

await runMain(() => (process.argv[2] === 'release' ? packRelease() : packDirectory()))
