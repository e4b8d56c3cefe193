import { pathToFileURL } from 'node:url'
import { withLock } from './lib/lock.mjs'
import { runMain, say } from './lib/say.mjs'
import {
  checkNode,
  checkNode24,
  findNode24,
  installDependencies,
  withNode24,
} from './setup/dependencies.mjs'
import { chosenRuntime, provideRuntime, runtimeEnvironment } from './setup/electron-runtime.mjs'
import { fallback } from './setup/fallback-runtime.mjs'
import { provideNativeModule } from './setup/native-module.mjs'
import { hasDisplay, provideSystemPackages } from './setup/system-packages.mjs'

/**
 * Makes this clone ready, doing only what is not done yet. Runs on plain Node >= 20 before anything is
 * installed, so it imports nothing but Node and its neighbours.
 *
 * @param {{ electron?: boolean, display?: boolean, networks?: boolean, official?: boolean, officialOnly?: boolean }} options
 *   electron: false for what needs Node only; display: the run will show windows; networks: it will make
 *   networks for tests.
 */
export async function setUp({
  electron = true,
  display = true,
  networks = false,
  official = false,
  officialOnly = false,
} = {}) {
  checkNode()
  return withLock('setup', async () => {
    await installDependencies()
    const node24 = findNode24()
    const environment = withNode24(node24)
    if (!electron) return { node24, environment }
    const first = chosenRuntime() === undefined
    if (first) await checkNode24(node24)
    await provideSystemPackages({
      headless: display && !hasDisplay(),
      mayBuild: fallback.available && chosenRuntime()?.kind !== 'official',
      networks,
    })
    const runtime = await provideRuntime({ node24, official, officialOnly })
    await provideNativeModule(runtime, node24)
    return { node24, runtime, environment: { ...environment, ...runtimeEnvironment(runtime) } }
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const { node24, runtime } = await setUp({ official: process.argv.includes('--official') })
    say(`Ready: Node ${node24.version}, Electron ${runtime.version} (${runtime.kind}).`)
  })
}
