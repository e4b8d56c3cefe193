import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../testing/certificates.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { makeHostKey } from '../tls/host-key.ts'
import { createWebServer, type WebServer } from './web-server.ts'

const DAY_MS = 86_400_000
const key = makeHostKey()
const material = () => ({ key, cert: selfSigned(key) })
const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber

describe('the encrypted web server', () => {
  let web: WebServer | undefined
  afterEach(() => {
    web?.dispose()
    web?.http.close()
  })

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
        renew() {
          const next = renewals[asked++]
          if (next === 'fault') return Promise.reject(new Error('the disk is full'))
          return Promise.resolve(next ?? null)
        },
      },
      timeoutMs: 5_000,
      clock,
      meter: { count() {}, observe() {} },
      log: { info() {}, warn: (fields) => void warnings.push(JSON.stringify(fields)) },
    })
    web.http.listen(0, '127.0.0.1')
    await once(web.http, 'listening')
    const { port } = web.http.address() as AddressInfo
    const shown = async (): Promise<string | undefined> => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const serial = socket.getPeerX509Certificate()?.serialNumber
      socket.destroy()
      return serial
    }
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
})
