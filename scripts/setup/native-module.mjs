import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { hashFile, readJson, writeJson } from '../lib/files.mjs'
import { cacheDir, root, userCacheDir } from '../lib/paths.mjs'
import { capture, tail } from '../lib/run.mjs'
import { longStep, SetupFailure } from '../lib/say.mjs'

const packageFolder = join(root, 'node_modules', 'better-sqlite3')
const installed = join(packageFolder, 'build', 'Release', 'better_sqlite3.node')
const stamp = join(packageFolder, 'build', 'landline.json')

/** better-sqlite3's prebuilt binaries ask for Node-API 10, which Electron has since version 35. */
const firstElectronForPrebuilt = 35
const needsRebuild = (runtime) => Number(runtime.version.split('.')[0]) < firstElectronForPrebuilt

const flags = '-UNAPI_VERSION -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NO_WARNING'
const probe =
  'const D=require("better-sqlite3");const d=new D(":memory:");d.exec("create virtual table t using fts5(x)");d.close()'

const version = () => JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version

/** A second run only looks at the stamp, which is written after both runtimes loaded the module. */
function alreadyChecked(runtime, node24) {
  const checked = readJson(stamp)
  if (checked?.runtime !== runtime.version || checked.node !== node24.version) return false
  if (!checked.rebuilt) return !existsSync(installed)
  return existsSync(installed) && statSync(installed).size === checked.size
}

export async function provideNativeModule(runtime, node24) {
  if (alreadyChecked(runtime, node24)) return
  rmSync(join(packageFolder, 'build'), { recursive: true, force: true })
  const rebuilt = needsRebuild(runtime)
  if (rebuilt) {
    const binary = await rebuiltBinary(node24)
    mkdirSync(join(packageFolder, 'build', 'Release'), { recursive: true })
    copyFileSync(binary, `${installed}.tmp`)
    renameSync(`${installed}.tmp`, installed)
  }
  await checkLoads(`Node ${node24.version}`, node24.path, {})
  await checkLoads(`Electron ${runtime.version}`, runtime.executable, { ELECTRON_RUN_AS_NODE: '1' })
  const size = rebuilt ? statSync(installed).size : 0
  writeJson(stamp, { runtime: runtime.version, node: node24.version, rebuilt, size })
}

async function checkLoads(name, executable, environment) {
  const result = await capture(executable, ['-e', probe], {
    cwd: root,
    env: { ...process.env, ...environment },
  })
  if (result.code === 0) return
  throw new SetupFailure({
    what: `better-sqlite3 does not load in ${name}`,
    why: tail(result.output, 6) || `it ended with code ${result.code} ${result.signal ?? ''}`,
    todo: 'delete node_modules and run the command again; if it repeats, report this with the lines above',
  })
}

/** The build takes a minute, so its result is kept for other clones, with its hash beside it. */
async function rebuiltBinary(node24) {
  const key = `better-sqlite3-${version()}-node-api-9-${process.platform}-${process.arch}`
  const cached = join(userCacheDir(), `${key}.node`)
  const record = `${cached}.json`
  if (existsSync(cached) && readJson(record)?.sha256 === (await hashFile(cached))) return cached
  const built = await longStep(
    'building better-sqlite3 for the fallback Electron (about a minute, once)',
    () => build(node24, key),
  )
  mkdirSync(userCacheDir(), { recursive: true })
  copyFileSync(built, `${cached}.${process.pid}.tmp`)
  renameSync(`${cached}.${process.pid}.tmp`, cached)
  writeJson(record, { sha256: await hashFile(cached) })
  rmSync(join(cacheDir, key), { recursive: true, force: true })
  return cached
}

/** Builds a copy inside the project, where the sources still find the node-addon-api they need. */
async function build(node24, key) {
  const folder = join(cacheDir, key)
  rmSync(folder, { recursive: true, force: true })
  cpSync(packageFolder, folder, { recursive: true, filter: (path) => !path.includes('prebuilds') })
  const tool = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const args = [tool, 'rebuild', '--release', `--nodedir=${node24.headers}`, '--force_build=1']
  const result = await capture(node24.path, args, {
    cwd: folder,
    env: { ...process.env, CXXFLAGS: flags },
  })
  const binary = join(folder, 'build', 'Release', 'better_sqlite3.node')
  if (result.code === 0 && existsSync(binary)) return binary
  throw new SetupFailure({
    what: 'better-sqlite3 could not be built for the fallback Electron',
    why: tail(result.output),
    todo: 'install a C++ compiler, make and python3 (Debian: apt-get install g++ make python3) and run the command again',
  })
}
