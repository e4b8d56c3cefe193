import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

/**
 * Three bundles. Only better-sqlite3 stays outside (it is native): everything else is bundled, so the
 * packaged app carries no node_modules beyond that one. Source maps are for development only; the
 * packaging rules leave them out as well.
 */
export default defineConfig(({ mode }) => {
  const sourcemap = mode !== 'release'
  return {
    main: {
      build: {
        sourcemap,
        outDir: 'out/main',
        // Electron 33, the oldest runtime we run on, embeds Node 20.18.
        target: 'node20.18',
        rollupOptions: {
          // `server` is the entry of the utility process that hosts a LAN session.
          // `look-at-database` is the doctor's, which would otherwise hold the app up.
          input: {
            index: 'src/main/index.ts',
            server: 'src/server/embedded.ts',
            'look-at-database': 'src/doctor/database-process.ts',
          },
          // ws asks for these two and does without; keep the question at run time.
          external: ['better-sqlite3', 'bufferutil', 'utf-8-validate'],
          output: {
            format: 'es',
            entryFileNames: '[name].js',
            chunkFileNames: 'chunks/[name]-[hash].js',
          },
        },
      },
    },
    preload: {
      build: {
        sourcemap: false,
        outDir: 'out/preload',
        target: 'node20.18',
        // A sandboxed preload may only require electron: bundle all of it into one CommonJS file.
        externalizeDeps: false,
        rollupOptions: {
          input: { index: 'src/preload/index.ts' },
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    renderer: {
      root: 'src/renderer',
      plugins: [react()],
      build: {
        sourcemap,
        outDir: 'out/renderer',
        target: 'chrome130',
        // Half the bytes to parse before the first paint.
        minify: true,
        // Inlined assets would need data: in the content security policy for fonts.
        assetsInlineLimit: 0,
        rollupOptions: { input: { index: 'src/renderer/index.html' } },
      },
    },
  }
})
