import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  clientFrame,
  Opcode,
  readServer,
  upgradeRequest,
} from '../testing/fuzz/web-socket-bytes.ts'
import { rawClient } from '../testing/raw-client.ts'
import type { TokenClaims } from './auth/verify-token.ts'
import { plainClient } from './doors/testing/plain-client.ts'
import { type RunningServer, startServer } from './start-server.ts'

const SECRET = 'a secret only members know'
const bearer: TokenClaims = {
  kind: 'claims',
  ...{ issuer: '', subject: 'ada', name: 'Ada', roles: [], all: {} },
  ...{ tokenId: undefined, expiresAt: 4_000_000_000_000 },
}
const UPGRADE = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'

describe('the server and peers that mean no good', () => {
  let folder: string
  let server: RunningServer

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'landline-hostile-'))
    const started = await startServer(
      {
        dataDir: folder,
        host: '127.0.0.1',
        port: 0,
        admission: { kind: 'secret', secret: SECRET },
        door: { maxQueuedBytes: 65_536 },
        doors: { plain: true, signalr: true },
        verifyToken: async () => bearer,
      },
      { info() {}, warn() {} },
    )
    if (started.kind === 'failed') throw new Error(started.message)
    server = started
  })
  afterEach(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  async function open(): Promise<Socket> {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  /** In, as its first answer shows. */
  async function plainMember() {
    const client = await plainClient(`${server.url}?access_token=good`, 'chat')
    client.say({ type: 'unsubscribe', channel: 'none' })
    await client.next()
    return client
  }
  async function enter() {
    const client = await rawClient(server.url)
    await client.enter(SECRET)
    return client
  }

  it('goes on when a peer breaks the line while its upgrade is being refused', async () => {
    for (let round = 0; round < 100; round++) {
      const socket = await open()
      socket.write(`GET /${round % 2 === 0 ? 'other' : 'ws'} HTTP/1.1\r\n${UPGRADE}`)
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    expect((await fetch(`${server.httpUrl}/health`)).status).toBe(200)
  })

  it.each(['/other', '/ws'])(
    'lets go of a connection whose upgrade to %s it refused, though the peer keeps it open',
    async (path) => {
      const socket = await open()
      socket.write(`GET ${path} HTTP/1.1\r\n${UPGRADE}`)
      socket.resume()
      await once(socket, 'end')
      // Writing ends with a reset where nobody holds the other end any more.
      for (let tries = 0; !socket.destroyed && tries < 10_000; tries++) {
        socket.write('still here')
        await setImmediate()
      }
      expect(socket.destroyed).toBe(true)
    },
  )

  it('[D15] closes a peer that pings without reading, instead of keeping every pong for it', async () => {
    const mara = await enter()
    const vandal = await enter()
    vandal.webSocket.pause()
    const payload = Buffer.alloc(125)
    for (let batch = 0; server.meter.get('slow-consumers') === 0 && batch < 200; batch++) {
      for (let index = 0; index < 2_000; index++) vandal.webSocket.ping(payload)
      mara.tell({ type: 'ping', nonce: batch })
      await mara.next('pong', ({ nonce }) => nonce === batch)
    }
    expect(server.meter.get('slow-consumers')).toBe(1)
    expect(server.queuedBytes()).toBeLessThan(65_536)
    vandal.webSocket.terminate()
  })

  it.each([
    { door: 'native', path: '/ws', subprotocol: 'landline.v1' },
    { door: 'signalr', path: '/hubs/chat?access_token=good', subprotocol: null },
  ])('keeps little of a message of somebody it has not let in: $door', async (door) => {
    const socket = await open()
    const heard: Buffer[] = []
    socket.on('data', (data: Buffer) => heard.push(data))
    socket.on('end', () => socket.end())
    socket.write(upgradeRequest(door.path, door.subprotocol))
    await once(socket, 'data')
    const began = clientFrame(Buffer.alloc(60_000), { flags: 0 })
    const more = clientFrame(Buffer.alloc(60_000), { flags: 0, opcode: Opcode.more })
    socket.write(began)
    socket.write(more)
    await once(socket, 'close')
    expect(readServer(Buffer.concat(heard)).closeCode).toBe(1009)
    expect(server.meter.get('frames-unfinished')).toBe(1)
  })

  it.each([
    { door: 'native', enter: async () => (await enter()).webSocket },
    { door: 'plain', enter: async () => (await plainMember()).webSocket },
  ])('takes a whole large message of somebody it has let in: $door', async ({ enter: come }) => {
    const webSocket = await come()
    const answered = once(webSocket, 'message')
    webSocket.send('x'.repeat(500_000), { fin: false })
    webSocket.send('x'.repeat(500_000))
    const [answer] = (await answered) as [Buffer]
    expect(JSON.parse(answer.toString())).toMatchObject({ type: 'error' })
    expect(server.meter.get('frames-unfinished')).toBe(0)
    webSocket.terminate()
  })
})
