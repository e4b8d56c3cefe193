import { join } from 'node:path'
import { provideDisplay, sandboxArguments } from './lib/display.mjs'
import { root } from './lib/paths.mjs'
import { foreground } from './lib/run.mjs'
import { runMain } from './lib/say.mjs'
import { setUp } from './setup.mjs'

/** The app with hot reload of its windows and restart of its main process. */
await runMain(async () => {
  const { environment, node24 } = await setUp()
  const display = await provideDisplay()
  try {
    const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
    const options = sandboxArguments().length > 0 ? ['--noSandbox'] : []
    return await foreground(
      node24.path,
      [tool, 'dev', '--watch', ...options, '--', ...process.argv.slice(2)],
      {
        cwd: root,
        env: { ...environment, ...display.environment },
      },
    )
  } finally {
    display.stop()
  }
})
