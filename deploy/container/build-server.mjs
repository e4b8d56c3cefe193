/** Makes `out/headless/`: the server, the operators' command line and the doctor, bundled, with better-sqlite3 beside it, since that is native. */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '..', '..')
const out = resolve(process.argv[2] ?? join(root, 'out', 'headless'))
// Native, or asked for by libraries that do without.
const outside = ['better-sqlite3', 'bufferutil', 'utf-8-validate', 'pg-native']

rmSync(out, { recursive: true, force: true })
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  ssr: { noExternal: true, external: outside },
  build: {
    ssr: true,
    target: 'node24',
    outDir: out,
    emptyOutDir: true,
    sourcemap: true,
    rollupOptions: {
      input: {
        headless: join(root, 'src', 'server', 'headless.ts'),
        landline: join(root, 'src', 'server', 'cli', 'landline.ts'),
        doctor: join(root, 'src', 'doctor', 'cli.ts'),
        'database-process': join(root, 'src', 'doctor', 'database-process.ts'),
      },
      external: outside,
      output: {
        format: 'es',
        entryFileNames: '[name].mjs',
        chunkFileNames: 'chunks/[name]-[hash].mjs',
      },
    },
  },
})
/** Binaries of other systems stay away. */
function isNeeded(path) {
  if (!path.endsWith('.node')) return true
  const name = basename(path)
  return name.startsWith('linux') || name.startsWith(process.platform)
}

const driver = join('node_modules', 'better-sqlite3')
for (const part of ['package.json', 'LICENSE', 'lib', 'prebuilds']) {
  mkdirSync(join(out, driver), { recursive: true })
  cpSync(join(root, driver, part), join(out, driver, part), { recursive: true, filter: isNeeded })
}
