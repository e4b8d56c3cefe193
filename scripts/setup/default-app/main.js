/**
 * Stand-in for Electron's own default app, which the fallback runtime lacks: finds the app named on the
 * command line and awaits its entry at top level, so that its code runs before `ready`.
 */
import { app } from 'electron'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const requests = []
let folder
for (let index = 1; index < process.argv.length; index++) {
  const argument = process.argv[index]
  if (argument === '-r' || argument === '--require') requests.push(process.argv[++index])
  else if (!argument.startsWith('-')) {
    folder = path.resolve(argument)
    break
  }
}
const require = createRequire(path.join(process.cwd(), 'index.js'))
for (const request of requests) require(request)

if (!folder) {
  process.stderr.write('This Electron opens an app: electron <folder>\n')
  app.exit(2)
} else {
  Object.defineProperty(process, 'defaultApp', {
    value: true,
    enumerable: true,
    configurable: false,
  })
  let entry = folder
  const manifest = path.join(folder, 'package.json')
  if (existsSync(manifest)) {
    const {
      name,
      productName,
      version,
      main = 'index.js',
    } = JSON.parse(readFileSync(manifest, 'utf8'))
    if (version) app.setVersion(version)
    if (productName ?? name) app.setName(productName ?? name)
    app.setAppPath(folder)
    entry = path.join(folder, main)
  } else app.setAppPath(path.dirname(folder))
  try {
    await import(pathToFileURL(entry).href)
  } catch (error) {
    process.stderr.write(`Cannot start ${entry}: ${error?.stack ?? error}\n`)
    app.exit(1)
  }
}
