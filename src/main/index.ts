import { app, BrowserWindow } from 'electron'
import Database from 'better-sqlite3'
import { join } from 'node:path'

/** Opens one empty window: enough to prove that the runtime, the bundle and the native module work. */
const startedAt = performance.timeOrigin
const smoke = process.argv.includes('--smoke')

await app.whenReady()

const window = new BrowserWindow({
  width: 1100,
  height: 720,
  webPreferences: { preload: join(import.meta.dirname, '../preload/index.cjs'), sandbox: true },
})
await window.loadFile(join(import.meta.dirname, '../renderer/index.html'))

if (smoke) {
  const database = new Database(':memory:')
  const sqlite = database.prepare('select sqlite_version()').pluck().get()
  database.close()
  const { electron, chrome, node } = process.versions
  const usableMs = Math.round(Date.now() - startedAt)
  process.stdout.write(
    JSON.stringify({
      event: 'smoke',
      landline: app.getVersion(),
      electron,
      chrome,
      node,
      sqlite,
      usableMs,
    }) + '\n',
  )
  app.exit(0)
}

app.on('window-all-closed', () => app.quit())
