import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { foreground } from './lib/run.mjs'
import { runMain } from './lib/say.mjs'
import { setUp } from './setup.mjs'

/** Runs a TypeScript file of the project on Node 24: `node scripts/run-ts.mjs <file> [arguments]`. */
await runMain(async () => {
  const { environment, node24 } = await setUp({ electron: false })
  const [file, ...args] = process.argv.slice(2)
  // The server opens files named on its command line where the person stands, not in this folder.
  return foreground(node24.path, [join(root, file), ...args], { env: environment })
})
