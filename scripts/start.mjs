import { buildApp } from './build.mjs'
import { provideDisplay, sandboxArguments } from './lib/display.mjs'
import { root } from './lib/paths.mjs'
import { foreground } from './lib/run.mjs'
import { runMain } from './lib/say.mjs'
import { setUp } from './setup.mjs'

/** Sets up, builds what changed and opens the app; all arguments go to the app. */
await runMain(async () => {
  const ready = await setUp()
  await buildApp(ready)
  const display = await provideDisplay()
  try {
    const args = [...sandboxArguments(), root, ...process.argv.slice(2)]
    return await foreground(ready.runtime.executable, args, {
      cwd: root,
      env: {
        ...ready.environment,
        ...display.environment,
        LANDLINE_STARTED_AT: String(Date.now()),
      },
    })
  } finally {
    display.stop()
  }
})
