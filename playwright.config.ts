import { defineConfig } from '@playwright/test'

/** `npm run test:e2e` sets up, builds, provides a display and names the Electron runtime. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.{spec,test,e2e}.ts',
  outputDir: 'test-results',
  // Each test drives several real apps, and mostly waits for them. One worker for each virtual display.
  workers: Math.max(
    1,
    (process.env['LANDLINE_E2E_DISPLAYS'] ?? '').split(' ').filter(Boolean).length,
  ),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: 0,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: { trace: 'retain-on-failure' },
})
