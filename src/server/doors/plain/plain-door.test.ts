import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DoorKit, doorKit, generous, signalrClient, tokenFor } from '../testing/door-kit.ts'
import { type PlainClient, plainClient } from '../testing/plain-client.ts'

describe('a plain WebSocket client', () => {
  let kit: DoorKit
  const clients: PlainClient[] = []

  beforeEach(async () => {
    kit = await doorKit()
  })
  afterEach(async () => {
    for (const { webSocket } of clients.splice(0)) webSocket.terminate()
    await kit.stop()
  })
  async function join(user: string, subprotocol?: string): Promise<PlainClient> {
    const client = await plainClient(`${kit.server.url}?user=${user}`, subprotocol)
    clients.push(client)
    return client
  }
  /** Says something harmless and waits for its answer, so that everything before it was taken. */
  async function settle(client: PlainClient): Promise<void> {
    client.say({ type: 'unsubscribe', channel: 'none' })
    expect(await client.next()).toEqual({ type: 'unsubscribed', channel: 'none' })
  }

  it('comes with the subprotocol of the guide or with none, and with another one not', async () => {
    expect((await join('Ada', 'chat')).webSocket.protocol).toBe('chat')
    expect((await join('Bea')).webSocket.protocol).toBe('')
    await expect(join('Cora', 'soap')).rejects.toThrow(/400/)
    expect((await fetch(`${kit.server.httpUrl}/ws`)).status).toBe(426)
  })

  it('broadcasts to everybody else, who are told by whom', async () => {
    const [ada, bea] = [await join('Ada', 'chat'), await join('Bea')]
    await Promise.all([settle(ada), settle(bea)])
    const mara = await kit.native('Mara')
    const cora = signalrClient(`${kit.hubUrl}?user=Cora`)
    await cora.connection.start()
    ada.say({ type: 'broadcast', content: 'hello all' })
    expect(await bea.next()).toEqual({
      ...{ type: 'broadcast', from: 'Ada', content: 'hello all' },
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(await cora.next('ReceiveMessage')).toMatchObject({ userId: 'Ada', message: 'hello all' })
    await mara.next('events', ({ events: [event] }) => event?.type === 'message.posted')
    mara.post(mara.general(), 'from the app')
    expect(await ada.next()).toMatchObject({ from: 'Mara', content: 'from the app' })
    expect(await bea.next()).toMatchObject({ from: 'Mara', content: 'from the app' })
    await cora.connection.stop()
  })

  it('sends private messages to one person, with their sender', async () => {
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    const adaToo = await join('Ada')
    await Promise.all([ada, bea, adaToo].map(settle))
    ada.say({ type: 'private', target: 'Bea', content: 'between us' })
    const fields = { type: 'private', from: 'Ada', content: 'between us' }
    expect(await bea.next()).toEqual({ ...fields, timestamp: expect.any(String) })
    expect(await adaToo.next()).toEqual({ ...fields, to: 'Bea', timestamp: expect.any(String) })
    ada.say({ type: 'private', target: 'Nobody', content: 'x', id: 'p1' })
    expect(await ada.next()).toMatchObject({ type: 'error', code: 'no-such-member', id: 'p1' })
  })

  it('subscribes to channels, which are groups, and is notified of what is said there', async () => {
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    ada.say({ type: 'broadcast', channel: 'updates', content: 'too early' })
    expect(await ada.next()).toMatchObject({ type: 'error', code: 'not-a-member' })
    for (const client of [ada, bea]) {
      client.say({ type: 'subscribe', channel: 'updates' })
      expect(await client.next()).toEqual({ type: 'subscribed', channel: 'updates' })
    }
    // Without waiting: joining comes before what follows it.
    ada.say({ type: 'subscribe', channel: 'more' })
    ada.say({ type: 'broadcast', channel: 'updates', content: 'news', id: 'n1' })
    expect(await ada.next()).toEqual({ type: 'subscribed', channel: 'more' })
    expect(await ada.next()).toMatchObject({ type: 'ack', id: 'n1' })
    expect(await bea.next()).toMatchObject({
      ...{ type: 'notification', channel: 'updates', from: 'Ada', message: 'news' },
    })
  })

  it('[D4] says a message once, however often it is sent under its id, over another line too', async () => {
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    await settle(bea)
    ada.say({ type: 'broadcast', content: 'once', id: 'm1' })
    const first = (await ada.next()) as { timestamp: string }
    expect(first).toEqual({ type: 'ack', id: 'm1', timestamp: expect.any(String) })
    ada.say({ type: 'broadcast', content: 'once', id: 'm1' })
    expect(await ada.next()).toEqual(first)
    const adaToo = await join('Ada')
    adaToo.say({ type: 'broadcast', content: 'once', id: 'm1' })
    expect(await adaToo.next()).toMatchObject({ type: 'ack', id: 'm1' })
    adaToo.say({ type: 'broadcast', content: 'another', id: 'm2' })
    expect(await bea.next()).toMatchObject({ content: 'once' })
    expect(await bea.next()).toMatchObject({ content: 'another' })
  })

  it('is told in JSON what was wrong, and goes on', async () => {
    const ada = await join('Ada')
    for (const [wrong, code] of [
      ['not JSON', 'malformed'],
      ['[1]', 'malformed'],
      [{ type: 'test', content: 'x' }, 'unknown-type'],
      [{ type: 'broadcast' }, 'malformed'],
      [{ type: 'broadcast', content: ' ' }, 'malformed'],
      [{ type: 'broadcast', content: 'x'.repeat(16_384) }, 'too-large'],
      [{ type: 'broadcast', content: 'x'.repeat(140_000) }, 'too-large'],
      [Buffer.from('binary'), 'unexpected'],
    ] as const) {
      ada.say(wrong)
      expect(await ada.next()).toMatchObject({ type: 'error', code, message: expect.any(String) })
    }
    await settle(ada)
  })

  it('[D15] is closed when it sends without measure, and with 1009 when a frame is too large', async () => {
    const flood = await join('Flood')
    for (let index = 0; index < 6_000; index++) flood.say('x')
    expect((await flood.closed).code).toBe(4429)
    const large = await join('Large')
    large.say(Buffer.alloc(1_048_577))
    expect((await large.closed).code).toBe(1009)
  })

  it('is known by its bearer token, in the header or in the query', async () => {
    const token = await tokenFor('u-1', { name: 'Theo' })
    const headers = { Authorization: `Bearer ${token}` }
    const theo = await plainClient(kit.server.url, 'chat', { headers })
    const tim = await plainClient(
      `${kit.server.url}?access_token=${await tokenFor('u-2', { name: 'Tim' })}`,
    )
    clients.push(theo, tim)
    await settle(tim)
    theo.say({ type: 'broadcast', content: 'signed' })
    expect(await tim.next()).toMatchObject({ from: 'Theo', content: 'signed' })
    const bad = { Authorization: `Bearer ${token}x` }
    await expect(plainClient(kit.server.url, 'chat', { headers: bad })).rejects.toThrow(/401/)
  })
})

describe('the plain door, by its switches', () => {
  let kit: DoorKit
  afterEach(() => kit.stop())

  it('is shut unless it is opened, as the SignalR door is', async () => {
    kit = await doorKit({ doors: {} })
    await expect(plainClient(kit.server.url, 'chat')).rejects.toThrow(/400/)
    await expect(plainClient(kit.server.url)).rejects.toThrow(/400/)
    const negotiate = await fetch(`${kit.hubUrl}/negotiate`, { method: 'POST' })
    expect(negotiate.status).toBe(404)
    await kit.native('Mara')
  })

  it('wants a token where the server is not open to everybody', async () => {
    kit = await doorKit({ admission: { kind: 'secret', secret: 'for the app' } })
    await expect(plainClient(`${kit.server.url}?user=Ada`)).rejects.toThrow(/401/)
    const token = await tokenFor('u-1', { name: 'Theo' })
    const theo = await plainClient(`${kit.server.url}?access_token=${token}`)
    theo.say({ type: 'broadcast', content: 'in', id: '1' })
    expect(await theo.next()).toMatchObject({ type: 'ack' })
    theo.webSocket.terminate()
  })

  it('believes no names in a session by invite, though it may believe them in one that is open', async () => {
    const invites = { kind: 'invites' } as const
    const doors = { plain: true, names: true }
    kit = await doorKit({ admission: invites, doors })
    await expect(plainClient(`${kit.server.url}?user=Ada`)).rejects.toThrow(/401/)
  })

  it('takes game messages only where games may come, and chat only where chat may', async () => {
    kit = await doorKit({ doors: { game: true } })
    const client = await plainClient(kit.server.url)
    client.say({ type: 'broadcast', content: 'x' })
    expect(await client.next()).toMatchObject({ type: 'error', code: 'unknown-type' })
    client.say({ type: 'register', playerId: 'p1', platform: 'LinuxPlayer' })
    expect(await client.next()).toMatchObject({ type: 'registered' })
    client.webSocket.terminate()
  })

  it('slows a member down by the limits of everybody, without losing or reordering anything', async () => {
    kit = await doorKit({
      hub: { writes: { ...generous, perMinute: 1_200, burst: 5 } },
    })
    const ada = await plainClient(`${kit.server.url}?user=Ada`)
    for (let index = 0; index < 20; index++) {
      ada.say({ type: 'broadcast', content: `message ${index}`, id: String(index) })
    }
    for (let index = 0; index < 20; index++) {
      expect(await ada.next()).toMatchObject({ type: 'ack', id: String(index) })
    }
    expect(kit.server.meter.get('writes-held')).toBeGreaterThan(0)
    ada.webSocket.terminate()
  })
})
