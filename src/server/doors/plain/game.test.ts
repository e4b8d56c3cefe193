import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DoorKit, doorKit } from '../testing/door-kit.ts'
import { type PlainClient, plainClient } from '../testing/plain-client.ts'

describe('a game client', () => {
  let kit: DoorKit
  const clients: PlainClient[] = []

  beforeEach(async () => {
    kit = await doorKit()
  })
  afterEach(async () => {
    for (const { webSocket } of clients.splice(0)) webSocket.terminate()
    await kit.stop()
  })

  /** Connects as the guide's Unity client does. */
  async function play(playerId: string, room?: string): Promise<PlainClient> {
    const client = await plainClient(kit.server.url, undefined, {
      headers: {
        Authorization: 'Bearer ',
        Cookie: `theme=dark; sessionId=${playerId}-session`,
        'X-Client-Version': '1.2.3',
      },
      perMessageDeflate: true,
    })
    clients.push(client)
    client.say({ type: 'register', playerId, platform: 'LinuxPlayer', ...(room ? { room } : {}) })
    expect(await client.next()).toMatchObject({ type: 'registered', playerId })
    return client
  }

  it('registers, and passes states, actions and bytes on to the players of its room only', async () => {
    const [ada, bea] = [await play('ada', 'arena'), await play('bea', 'arena')]
    const cora = await play('cora', 'elsewhere')
    ada.say({ type: 'game_state', playerId: 'somebody else', position: [1, 2, 3] })
    expect(await bea.next()).toEqual({
      ...{ type: 'game_state', playerId: 'ada', position: [1, 2, 3] },
      from: expect.stringMatching(/^player-[0-9a-f]{8}$/),
    })
    ada.say({ type: 'player_action', action: 'jump' })
    expect(await bea.next()).toMatchObject({
      type: 'player_action',
      playerId: 'ada',
      action: 'jump',
    })
    const snapshot = Buffer.from([0, 255, 1, 254])
    ada.say(snapshot)
    expect(await bea.next()).toEqual(snapshot)
    cora.say({ type: 'game_state', alone: true, room: 'arena' })
    bea.say({ type: 'player_action', action: 'wave' })
    expect(await ada.next()).toMatchObject({ action: 'wave' })
    expect([ada.untaken, cora.untaken]).toEqual([[], []])
    // Nothing of it was stored: two rooms were made and entered, and that is all.
    expect(kit.server.meter.get('writes-committed')).toBe(0)
  })

  it('chats in its room with everybody in the session, and stores what it asks to be stored', async () => {
    const [ada, bea] = [await play('ada'), await play('bea')]
    const mara = await kit.native('Mara')
    ada.say({ type: 'chat', message: 'good game' })
    expect(await bea.next()).toMatchObject({
      ...{ type: 'chat', message: 'good game', sender: expect.stringMatching(/^player-/) },
    })
    await mara.next('events', ({ events: [event] }) => event?.type === 'message.posted')
    mara.post(mara.general(), 'well played')
    for (const client of [ada, bea]) {
      expect(await client.next()).toMatchObject({ type: 'chat', sender: 'Mara' })
    }
    ada.say({ type: 'game_state', level: 7, store: true })
    const { events } = await mara.next(
      'events',
      ({ events: [event] }) => event?.type === 'message.posted' && event.text.includes('level'),
    )
    expect(events[0]).toMatchObject({ type: 'message.posted' })
    expect(await bea.next()).toMatchObject({ type: 'game_state', level: 7 })
    expect(bea.untaken).toEqual([])
  })

  it('passes on so many and so much, and says so when it was more', async () => {
    const [ada, bea] = [await play('ada'), await play('bea')]
    ada.say(Buffer.alloc(65_537))
    expect(await ada.next()).toMatchObject({ type: 'error', code: 'too-large' })
    for (let index = 0; index < 500; index++) ada.say(Buffer.from([index % 256]))
    expect(await ada.next()).toMatchObject({ type: 'error', code: 'rate-limited' })
    for (let index = 0; index < 100; index++) expect(await bea.next()).toEqual(Buffer.from([index]))
  })

  it('[D17] pauses by closing and resumes by connecting: the same player, and no news to others', async () => {
    const ada = await play('ada', 'arena')
    ada.webSocket.close(1000, 'Client disconnecting')
    await ada.closed
    const mara = await kit.native('Mara')
    const again = await play('ada')
    again.say({ type: 'chat', message: 'back', room: 'arena', id: 'c1' })
    expect(await again.next()).toMatchObject({ type: 'ack', id: 'c1' })
    const players = mara.received.flatMap((message) =>
      message.type === 'people'
        ? message.members.filter(({ id }) => id !== mara.person.member)
        : [],
    )
    expect(new Set(players.map(({ presence }) => presence))).toEqual(new Set(['online']))
  })

  it('must register before it plays', async () => {
    const client = await plainClient(kit.server.url)
    clients.push(client)
    for (const message of [
      { type: 'game_state', x: 1 },
      { type: 'player_action', x: 1 },
      { type: 'chat', message: 'hello' },
    ]) {
      client.say(message)
      expect(await client.next()).toMatchObject({ type: 'error', code: 'unexpected' })
    }
  })
})
