import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createOperations } from './operations.ts'
import { liveSettings } from './options/live-settings.ts'
import { settingsSchema } from './options/settings.ts'
import { systemClock } from './system-clock.ts'
import { figure, get, log, logged, operatedServers, serve } from './testing/operated-server.ts'

operatedServers()

describe('the gate of a server with operations', () => {
  it('[I12] looks at no more tokens of an address that showed too many wrong ones', async () => {
    const server = await serve({ rateLimit: { wrongCredentialsPerMinute: 3 } }, undefined, {
      doors: { signalr: true },
      verifyToken: async () => {
        looked++
        return { kind: 'fault', code: 'wrong-signature', message: 'It is wrong.' }
      },
    })
    let looked = 0
    const negotiate = async (token?: string): Promise<number> => {
      const response = await fetch(`${server.httpUrl}/hubs/chat/negotiate?negotiateVersion=1`, {
        method: 'POST',
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      })
      await response.text()
      return response.status
    }
    for (let i = 0; i < 3; i++) expect(await negotiate(`guess-${i}`)).toBe(401)
    expect(await negotiate('guess-4')).toBe(429)
    expect(looked).toBe(3)
    expect((await get(`${server.httpUrl}/health`)).status).toBe(200)
  })

  it('lets go of the sockets that one address has too many of', async () => {
    const settings = settingsSchema.parse({ maxConnections: 1, admin: { port: 0 } })
    const [live, clock] = [liveSettings(settings), systemClock()]
    const operations = createOperations({ settings, live, clock, log, tracing: null })
    let comesFrom = '203.0.113.1'
    const server = await serve({}, undefined, {
      // Longer than all of this takes.
      requestTimeoutMs: 60_000,
      operations: {
        ...operations,
        connected(socket) {
          Object.defineProperty(socket, 'remoteAddress', { value: comesFrom })
          operations.connected(socket)
        },
      },
    })
    const idle = Array.from({ length: 400 }, () => connect(server.port, '127.0.0.1'))
    const gone = idle.map((socket) => {
      // Cut before it was used.
      socket.on('error', () => {})
      return once(socket.resume(), 'close')
    })
    const refused = async (): Promise<number> => {
      const { text } = await get(`${server.adminUrl}/metrics`)
      return figure(text, 'websocket_connections_refused_total{reason="too-many-sockets"}')
    }
    await Promise.race(gone)
    while ((await refused()) < 400 - 65) await new Promise((again) => setTimeout(again, 20))
    comesFrom = '203.0.113.2'
    expect((await get(`${server.httpUrl}/health`)).status).toBe(200)
    expect(await refused()).toBe(400 - 65)
    for (const socket of idle) socket.destroy()
    await Promise.all(gone)
  })

  it('lets go of sockets that ask nothing', async () => {
    const server = await serve({}, undefined, { requestTimeoutMs: 100 })
    const socket = connect(server.port, '127.0.0.1').resume()
    await once(socket, 'close')
  })

  it('turns connections away by address and in total before it reads from them', async () => {
    const server = await serve({
      trustedProxies: ['127.0.0.1'],
      rateLimit: { connectionsPerAddress: 1 },
      maxConnections: 2,
    })
    const from = async (address: string): Promise<number> => {
      const { WebSocket } = await import('ws')
      const socket = new WebSocket(server.url, 'landline.v1', {
        headers: { 'X-Forwarded-For': address },
      })
      return await new Promise((resolve) => {
        socket.on('open', () => resolve(101))
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
        socket.on('error', () => {})
      })
    }
    expect(await from('203.0.113.1')).toBe(101)
    expect(await from('203.0.113.1')).toBe(429)
    expect(await from('203.0.113.2')).toBe(101)
    expect(await from('203.0.113.3')).toBe(503)
    const told = logged().filter(
      ({ level, message }) => level === 'info' && /refused/.test(message),
    )
    expect(told.map(({ fields }) => fields)).toMatchObject([
      { address: '203.0.113.1', reason: 'too-many-of-address', request: expect.any(String) },
      { address: '203.0.113.3', reason: 'too-many-connections' },
    ])
    const { text } = await get(`${server.httpUrl}/metrics`)
    expect(figure(text, 'websocket_connections_refused_total{reason="too-many-of-address"}')).toBe(
      1,
    )
  })
})
