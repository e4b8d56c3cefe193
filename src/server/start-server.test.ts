import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { rawClient, rawFurtherDevice, type RawPerson, rawPerson } from '../testing/raw-client.ts'
import { readProbeAnswer } from '../pairing/probe-answer.ts'
import { defaultHubOptions } from './hub/options.ts'
import type { Log } from './hub/ports.ts'
import { noVouching } from './hub/vouching.ts'
import { makeHostKey } from './tls/host-key.ts'
import { type RunningServer, type ServerOptions, startServer } from './start-server.ts'

const TRANSPORTS = [
  { how: 'in the clear', tls: undefined },
  { how: 'encrypted', tls: { kind: 'host-key', privateKey: makeHostKey() } },
] as const
const SECRET = 'a secret only members know'

describe('the server on real sockets', () => {
  let folder: string
  let servers: RunningServer[]
  let lines: string[]
  const log: Log = {
    info: (fields, message) => void lines.push(JSON.stringify({ fields, message })),
    warn: (fields, message) => void lines.push(JSON.stringify({ fields, message })),
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-server-'))
    servers = []
    lines = []
  })
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    rmSync(folder, { recursive: true })
  })

  const generous = { perMinute: 1_000_000, burst: 100_000, saved: 0, floodPerMinute: 200 }
  const defaults = (): ServerOptions => ({
    dataDir: folder,
    host: '127.0.0.1',
    port: 0,
    admission: { kind: 'secret', secret: SECRET },
    hub: { writes: generous },
  })
  async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await startServer({ ...defaults(), ...options }, log)
    if (server.kind === 'failed') throw new Error(server.message)
    servers.push(server)
    return server
  }
  async function enter(server: RunningServer, person?: RawPerson) {
    const client = await rawClient(server.url, person)
    await client.enter(SECRET)
    return client
  }
  /** Sends bytes and gathers what comes back until the other side closes. */
  function rawHttp(port: number, text: string): { socket: Socket; answer: Promise<string> } {
    const socket = connect(port, '127.0.0.1')
    socket.write(text)
    let all = ''
    socket.on('data', (data) => (all += data.toString()))
    socket.on('error', () => {})
    return { socket, answer: once(socket, 'close').then(() => all) }
  }
  const upgrade = (port: number, headers: string, path = '/ws'): Promise<string> =>
    rawHttp(
      port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`,
    ).answer

  it.each([
    ['none', {}],
    ['taken', { vouching: noVouching }],
    ['needed', { vouching: noVouching, hub: { requireToken: true } }],
  ] as const)(
    '[I13] says of bearer tokens to who asks before joining: %s',
    async (tokens, options) => {
      const { httpUrl } = await start({ ...options, pairing: true })
      const answer = await fetch(`${httpUrl}/landline`)
      expect(readProbeAnswer(await answer.text())).toMatchObject({ tokens })
    },
  )

  it('[I13] says it without codes and passphrase too, and lets nobody in by one', async () => {
    const server = await start({ vouching: noVouching })
    const answer = await fetch(`${server.httpUrl}/landline`)
    expect(readProbeAnswer(await answer.text())).toMatchObject({
      ...{ session: server.session.id, tokens: 'taken', open: false },
      ...{ selector: '', passphrase: false },
    })
    const offered = 'Sec-WebSocket-Protocol: landline-pair.v1\r\n'
    expect(await upgrade(server.port, offered, '/pair')).toMatch(/^HTTP\/1.1 404 /)
  })

  it('[I11] lets two people talk, one of them on two devices, who is one person', async () => {
    const server = await start({ pairing: true })
    const mara = await enter(server)
    const sam = await enter(server, rawPerson('Sam'))
    const tablet = await rawFurtherDevice(sam)
    const id = mara.post(mara.general(), 'hello both')
    for (const client of [mara, sam, tablet]) {
      const { events } = await client.next('events', (message) => message.events[0]?.id === id)
      expect(events[0]).toMatchObject({ type: 'message.posted', text: 'hello both' })
    }
    await mara.next('ack', (ack) => ack.id === id)
    expect(server.onlinePeople()).toBe(2)
    expect(server.devices()).toHaveLength(3)
    expect(server.devices()[0]).toMatchObject({ address: '127.0.0.1', deviceName: 'a script' })
  })

  it('answers plain HTTP: health, and a hint on the path of the WebSocket', async () => {
    const server = await start()
    const health = await fetch(`${server.httpUrl}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    const plain = await fetch(`${server.httpUrl}/ws`)
    expect(plain.status).toBe(426)
    expect((await fetch(`${server.httpUrl}//x?y`)).status).toBe(404)
  })

  it('refuses upgrades without the subprotocol, from browser pages, and elsewhere', async () => {
    const server = await start()
    const protocol = 'Sec-WebSocket-Protocol: landline.v1\r\n'
    expect(await upgrade(server.port, '')).toMatch(/^HTTP\/1.1 400/)
    expect(await upgrade(server.port, 'Sec-WebSocket-Protocol: chat\r\n')).toMatch(/^HTTP\/1.1 400/)
    expect(await upgrade(server.port, `${protocol}Origin: https://evil.example\r\n`)).toMatch(
      /^HTTP\/1.1 403/,
    )
    expect(await upgrade(server.port, `${protocol}Origin: null\r\n`)).toMatch(/^HTTP\/1.1 403/)
    const elsewhere = new WebSocket(server.url.replace('/ws', '/other'), 'landline.v1')
    const [fault] = (await once(elsewhere, 'error')) as [Error]
    expect(fault.message).toContain('404')
  })

  it('closes a connection whose frame is too large with 1009, and binary frames with 4400', async () => {
    const server = await start()
    const large = await enter(server)
    large.webSocket.send('x'.repeat(1_048_577))
    expect((await large.closed()).code).toBe(1009)
    const binary = await enter(server)
    binary.webSocket.send(Buffer.from('{}'))
    expect((await binary.closed()).code).toBe(4400)
    const fits = await enter(server)
    fits.webSocket.send(`"${'x'.repeat(1_048_574)}"`)
    expect((await fits.next('error')).code).toBe('malformed')
  })

  it('closes a flood of malformed frames with 4400, counts them, and nobody else notices', async () => {
    const server = await start()
    const mara = await enter(server)
    const vandal = await enter(server)
    for (let index = 0; index < 50; index++) vandal.webSocket.send('{"type":')
    expect((await vandal.closed()).code).toBe(4400)
    expect(server.meter.get('frames-malformed')).toBe(11)
    mara.tell({ type: 'ping', nonce: 1 })
    await mara.next('pong')
  })

  it.each(TRANSPORTS)(
    '[D15] closes a slow consumer with 4408; it recovers by its cursor and nobody else slows down ($how)',
    async ({ tls }) => {
      const server = await start({ door: { closeTimeoutMs: 300 }, tls })
      const mara = await enter(server)
      const slow = await enter(server, rawPerson('Slow'))
      const general = mara.general()
      const reset = slow.received.find((message) => message.type === 'reset')
      if (reset?.type !== 'reset') throw new Error('no reset')
      const cursor = { room: general, epoch: reset.room.epoch, seq: reset.room.head }
      slow.webSocket.pause()
      const text = 'x'.repeat(16_000)
      let sent = 0
      // As much as the system's own buffers hold comes on top of the bound.
      while (server.meter.get('slow-consumers') === 0 && sent < 3_000) {
        const id = mara.post(general, text)
        await mara.next('ack', (ack) => ack.id === id)
        sent++
      }
      expect(server.meter.get('slow-consumers')).toBe(1)
      expect(server.devices()).toHaveLength(1)
      slow.webSocket.resume()
      const { code } = await slow.closed()
      expect([4408, 1006]).toContain(code)
      const again = await rawClient(server.url, slow.person)
      await again.enter(SECRET, [cursor])
      const seqs = again.received.flatMap((message) =>
        message.type === 'events' ? message.events.map(({ seq }) => seq) : [],
      )
      const wasReset = again.received.some((message) => message.type === 'reset')
      // The server may have numbered Slow's own coming in between; what matters is that the end is reached.
      expect(wasReset || seqs.length >= sent).toBe(true)
    },
  )

  it('drops a connection that sends its request drop by drop (slow loris)', async () => {
    const server = await start({ requestTimeoutMs: 300 })
    const { answer } = rawHttp(server.port, 'GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    expect(await answer).toMatch(/^HTTP\/1.1 408|^$/)
    const silent = rawHttp(server.port, '')
    await silent.answer
  })

  it('closes a WebSocket that says no hello with 4411', async () => {
    const server = await start({ hub: { helloTimeoutMs: 50 } })
    const silent = await rawClient(server.url)
    expect((await silent.closed()).code).toBe(4411)
  })

  it('turns away the connection over the limit with 1013', async () => {
    const server = await start({ hub: { connections: { max: 1 } } })
    await enter(server)
    const second = await rawClient(server.url)
    expect((await second.closed()).code).toBe(1013)
  })

  it('[D13] drops a peer that does not answer pings', async () => {
    const server = await start({ hub: { heartbeat: { intervalMs: 1_000, timeoutMs: 1_000 } } })
    const dead = new WebSocket(server.url, 'landline.v1', { autoPong: false })
    const [code] = (await once(dead, 'close')) as [number]
    expect(code).toBe(4412)
    const alive = await rawClient(server.url)
    await once(alive.webSocket, 'ping')
    alive.webSocket.close()
  })

  it.each(TRANSPORTS)(
    '[D16] says bye, closes with 1012, and has everything after the restart ($how)',
    async ({ tls }) => {
      const first = await start({ tls })
      const mara = await enter(first)
      const id = mara.post(mara.general(), 'kept')
      await mara.next('ack')
      const last = mara.post(mara.general(), 'in the last moment')
      await first.stop()
      expect((await mara.closed()).code).toBe(1012)
      expect(mara.received.some(({ type }) => type === 'bye')).toBe(true)
      await expect(rawClient(first.url).then((client) => client.closed())).resolves.toMatchObject({
        code: 1006,
      })

      const second = await start({ tls })
      expect(second.session.id).toBe(first.session.id)
      const again = await rawClient(second.url, mara.person)
      await again.enter(SECRET)
      again.post(again.general(), 'kept', id)
      expect(await again.next('ack')).toMatchObject({ seq: 3 })
      again.post(again.general(), 'in the last moment', last)
      expect(await again.next('ack')).toMatchObject({ seq: 4 })
    },
  )

  it('says that the port is in use, or takes a free one when it may', async () => {
    const first = await start()
    const wanted = { ...defaults(), dataDir: join(folder, 'second'), port: first.port }
    expect(await startServer(wanted, log)).toMatchObject({ kind: 'failed', code: 'port-in-use' })
    const second = await start({ ...wanted, fallbackPort: true })
    expect(second.portChanged).toBe(true)
    expect(second.port).not.toBe(first.port)
    const sameData = await startServer(defaults(), log)
    expect(sameData).toMatchObject({ kind: 'failed', code: 'data-unusable' })
  })

  it('logs neither secrets, keys nor text', async () => {
    const server = await start()
    const mara = await enter(server)
    mara.post(mara.general(), 'private words')
    await mara.next('ack')
    mara.webSocket.send('x'.repeat(1_048_577))
    await mara.closed()
    await server.stop()
    const all = lines.join('\n')
    for (const word of [SECRET, mara.person.key, 'private words']) expect(all).not.toContain(word)
  })

  it('has sane defaults', () => {
    expect(defaultHubOptions).toMatchObject({ connections: { max: 10_000 }, recoveryLimit: 500 })
  })
})
