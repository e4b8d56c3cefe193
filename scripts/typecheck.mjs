import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './lib/paths.mjs'
import { capture } from './lib/run.mjs'
import { runMain, say } from './lib/say.mjs'
import { setUp } from './setup.mjs'

/** Checks every layer with the globals it may use (tsconfig/), and everything together for the tests. */
export async function checkTypes({ environment, node24 }) {
  const layers = readdirSync(join(root, 'tsconfig'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(root, 'tsconfig', name))
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  let failed = 0
  for (const project of [...layers, join(root, 'tsconfig.json')]) {
    const args = [compiler, '--noEmit', '--project', project]
    const { code, output } = await capture(node24.path, args, { cwd: root, env: environment })
    // A layer without files yet has nothing to check.
    if (code === 0 || output.includes('TS18003')) continue
    failed++
    say(`✖ types, ${basename(project, '.json')}:\n${output.trimEnd()}`)
  }
  return failed
}

if (process.argv[1]?.endsWith('typecheck.mjs')) {
  await runMain(async () => ((await checkTypes(await setUp({ electron: false }))) > 0 ? 1 : 0))
}
