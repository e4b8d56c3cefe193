import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { provideDisplay, sandboxArguments } from './lib/display.mjs'
import { root } from './lib/paths.mjs'
import { capture, tail } from './lib/run.mjs'
import { runMain, say } from './lib/say.mjs'
import { setUp } from './setup.mjs'

/** Draws resources/icon.svg in every size and packs the formats of the three systems. */
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
const resources = join(root, 'resources')

const drawing = `
const { app, BrowserWindow } = require('electron')
const { writeFileSync } = require('node:fs')
const [svg, folder, ...sizes] = process.argv.slice(process.argv.indexOf('--') + 1)
app.whenReady().then(async () => {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } })
  await window.loadURL('data:text/html,<canvas>')
  for (const size of sizes) {
    const url = await window.webContents.executeJavaScript(\`(async () => {
      const image = new Image()
      image.src = \${JSON.stringify(svg)}
      await image.decode()
      const canvas = document.querySelector('canvas')
      canvas.width = canvas.height = \${size}
      canvas.getContext('2d').drawImage(image, 0, 0, \${size}, \${size})
      return canvas.toDataURL('image/png')
    })()\`)
    writeFileSync(folder + '/' + size + '.png', Buffer.from(url.split(',')[1], 'base64'))
  }
  app.exit(0)
})
`

/** ICO: a directory of PNG pictures; 0 stands for 256. */
function ico(pictures) {
  const header = Buffer.alloc(6 + pictures.length * 16)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(pictures.length, 4)
  let offset = header.length
  pictures.forEach(({ size, png }, index) => {
    const at = 6 + index * 16
    header.writeUInt8(size % 256, at)
    header.writeUInt8(size % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png.length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png.length
  })
  return Buffer.concat([header, ...pictures.map(({ png }) => png)])
}

/** ICNS: chunks of a four-letter type, a length and a PNG picture. */
function icns(pictures) {
  const chunks = pictures.map(({ type, png }) => {
    const head = Buffer.from(`${type}\0\0\0\0`, 'latin1')
    head.writeUInt32BE(png.length + 8, 4)
    return Buffer.concat([head, png])
  })
  const body = Buffer.concat(chunks)
  const head = Buffer.from('icns\0\0\0\0', 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}

await runMain(async () => {
  const { runtime, environment } = await setUp()
  const display = await provideDisplay()
  const folder = mkdtempSync(join(tmpdir(), 'landline-icons-'))
  try {
    const main = join(folder, 'main.cjs')
    writeFileSync(main, drawing)
    const svg = `data:image/svg+xml;base64,${readFileSync(join(resources, 'icon.svg')).toString('base64')}`
    const args = [...sandboxArguments(), main, '--', svg, folder, ...sizes.map(String)]
    const env = { ...environment, ...display.environment }
    const { code, output } = await capture(runtime.executable, args, { env, timeoutMs: 60_000 })
    if (code !== 0) {
      say(tail(output))
      return 1
    }
    const png = Object.fromEntries(
      sizes.map((size) => [size, readFileSync(join(folder, `${size}.png`))]),
    )
    for (const size of [16, 32, 48, 64, 128, 256, 512]) {
      writeFileSync(join(resources, 'icons', `${size}x${size}.png`), png[size])
    }
    writeFileSync(join(resources, 'icon.png'), png[512])
    writeFileSync(
      join(resources, 'icon.ico'),
      ico([16, 24, 32, 48, 64, 256].map((size) => ({ size, png: png[size] }))),
    )
    const types = {
      ic11: 32,
      ic12: 64,
      ic07: 128,
      ic08: 256,
      ic13: 256,
      ic09: 512,
      ic14: 512,
      ic10: 1024,
    }
    const pictures = Object.entries(types).map(([type, size]) => ({ type, png: png[size] }))
    writeFileSync(join(resources, 'icon.icns'), icns(pictures))
    return 0
  } finally {
    display.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
