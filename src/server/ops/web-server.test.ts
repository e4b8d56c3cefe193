import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { companyCertificate, selfSigned } from '../../testing/certificates.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { makeHostKey } from '../tls/host-key.ts'
import { prepareTls, readTlsFiles } from '../tls/server-tls.ts'
import { createWebServer, type WebServer } from './web-server.ts'

const DAY_MS = 86_400_000
const key = makeHostKey()
const material = () => ({ key, cert: selfSigned(key) })
const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber

async function serialShownAt(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const serial = socket.getPeerX509Certificate()?.serialNumber
  socket.destroy()
  return serial
}

describe('the encrypted web server', () => {
  let web: WebServer | undefined
  afterEach(() => {
    web?.dispose()
    web?.http.close()
  })

  async function listening({ http }: WebServer): Promise<number> {
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return (http.address() as AddressInfo).port
  }

  it('[T4] shows the renewed certificate to those who come after, and goes on when there is none', async () => {
    const clock = manualClock()
    const warnings: string[] = []
    const first = material()
    const second = material()
    const renewals = [null, 'fault', second] as const
    let asked = 0
    web = createWebServer({
      tls: {
        kind: 'prepared',
        material: first,
        fingerprint: null,
        renewEveryMs: DAY_MS,
        renew() {
          const next = renewals[asked++]
          if (next === 'fault') return Promise.reject(new Error('the disk is full'))
          return Promise.resolve(next ?? null)
        },
      },
      timeoutMs: 5_000,
      maxSockets: () => 100,
      clock,
      meter: { count() {}, observe() {} },
      log: { info() {}, warn: (fields) => void warnings.push(JSON.stringify(fields)) },
    })
    const port = await listening(web)
    const shown = () => serialShownAt(port)
    expect(await shown()).toBe(serialOf(first.cert))
    await clock.advance(2 * DAY_MS)
    expect(await shown()).toBe(serialOf(first.cert))
    expect(warnings).toEqual(['{"fault":"the disk is full"}'])
    await clock.advance(DAY_MS)
    expect(await shown()).toBe(serialOf(second.cert))
    const early = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(early, 'secureConnect')
    web.dispose()
    await once(early, 'close')
    await clock.advance(5 * DAY_MS)
    expect(asked).toBe(3)
  })

  it('[T7] shows what an authority’s files hold now, and goes on with the last that could be used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'landline-web-'))
    const clock = manualClock(Date.now())
    const log: string[] = []
    const [keyFile, certificateFile] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
    const company = () => companyCertificate('chat.example.org')
    const [first, second, third] = [company(), company(), company()]
    const write = (key: string, cert: string): void => {
      writeFileSync(keyFile, key)
      writeFileSync(certificateFile, cert)
    }
    write(first.key, first.cert)
    const read = readTlsFiles(keyFile, certificateFile)
    if (read.kind === 'fault') throw new Error(read.message)
    const tls = await prepareTls(read, folder, clock.now)
    if (tls.kind === 'fault') throw new Error(tls.message)
    web = createWebServer({
      ...{
        tls,
        timeoutMs: 5_000,
        maxSockets: () => 100,
        clock,
        meter: { count() {}, observe() {} },
      },
      log: {
        info: (_, words) => void log.push(words),
        warn: ({ fault }) => void log.push(String(fault)),
      },
    })
    const port = await listening(web)
    const minuteLater = async (): Promise<string | undefined> => {
      await clock.advance(60_000)
      return serialShownAt(port)
    }
    expect(await minuteLater()).toBe(serialOf(first.cert))
    expect(log).toEqual([])
    write(second.key, second.cert)
    expect(await minuteLater()).toBe(serialOf(second.cert))
    expect(log.splice(0)).toEqual(['new connections are shown a new certificate'])

    const past = selfSigned(third.key, { from: -2 * DAY_MS, to: -DAY_MS }, 'chat.example.org')
    const unusable = [
      // The certificate is written, its key not yet.
      [second.key, third.cert],
      [third.key, past],
      [third.key, 'nonsense'],
    ] as const
    for (const [key, cert] of unusable) {
      write(key, cert)
      expect(await minuteLater()).toBe(serialOf(second.cert))
      expect(await minuteLater()).toBe(serialOf(second.cert))
      expect(log.splice(0)).toHaveLength(1)
    }
    rmSync(certificateFile)
    expect(await minuteLater()).toBe(serialOf(second.cert))
    expect(log.splice(0)).toEqual([expect.stringContaining('Cannot read the key') as unknown])
    write(third.key, third.cert)
    expect(await minuteLater()).toBe(serialOf(third.cert))
    rmSync(folder, { recursive: true })
  })
})

describe('the web server', () => {
  it('cuts those beyond the number it may hold, which may change meanwhile', async () => {
    let maxSockets = 1
    const web = createWebServer({
      ...{ tls: null, timeoutMs: 5_000, clock: manualClock(), maxSockets: () => maxSockets },
      meter: { count() {}, observe() {} },
      log: { info() {}, warn() {} },
    })
    web.http.on('request', (_, response) => response.end('here'))
    web.http.listen(0, '127.0.0.1')
    await once(web.http, 'listening')
    const { port } = web.http.address() as AddressInfo
    const first = connectPlain(port, '127.0.0.1')
    await once(first, 'connect')
    const ask = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        headers: { connection: 'close' },
      })
      return await response.text()
    }
    await expect(ask()).rejects.toThrow()
    maxSockets = 2
    expect(await ask()).toBe('here')
    first.destroy()
    web.dispose()
    web.http.close()
  })
})
