import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Files that render React need a DOM; everything else runs in plain Node so that walls stay honest. */
export default defineConfig({
  test: {
    // A test that waits longer than this is waiting for something that will not come.
    testTimeout: 15_000,
    hookTimeout: 15_000,
    // Each file gets its own process: native modules and process signals do not mix in threads.
    pool: 'forks',
    // Many files wait for real processes and networks: on two cores, two of them at a time still leave time over.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: true,
    restoreMocks: true,
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['src/renderer/**'],
        },
      },
      {
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['src/renderer/**/*.test.{ts,tsx}'],
        },
      },
    ],
  },
})
