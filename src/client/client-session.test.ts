import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Member } from '../protocol/records.ts'
import {
  type ClientKit,
  clientKit,
  eventsOf,
  memberId,
  message,
  OTHER,
  posted,
  resetOf,
  ROOM,
  roomState,
  SELF,
  value,
  welcome,
} from '../testing/client-kit.ts'
import type { RoomView } from './views.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const person = (n: number, name: string, presence: Member['presence'] = 'online'): Member => ({
  id: memberId(n),
  name,
  role: 'member',
  presence,
})
const PEOPLE = {
  type: 'people' as const,
  members: [person(1, 'Ada'), person(2, 'Ben'), person(3, 'Cy', 'offline')],
}

function room(id = ROOM): RoomView | undefined {
  return kit.session.contents().rooms.find((one) => one.id === id)
}

describe('the handshake', () => {
  it('presents the session, the person, the device and the secret', async () => {
    const connection = await kit.goOnline()
    expect(connection.url).toBe('ws://10.0.0.1:47800/ws')
    expect(connection.sent[0]).toMatchObject({
      type: 'hello',
      versions: [3, 2],
      member: { id: SELF, name: 'Ada' },
      device: { name: 'laptop' },
    })
    expect(connection.sent[1]).toMatchObject({
      type: 'proof',
      credential: { kind: 'secret', secret: 'open sesame' },
    })
  })

  it('[D14] a wrong secret is refused with words, and not tried again', async () => {
    kit.session.connect()
    const connection = kit.server.current()
    connection.open()
    connection.say({ type: 'rejected', code: 'unauthorized', message: 'no' })
    await kit.clock.advance(60_000)
    expect(kit.session.view().connection).toMatchObject({
      state: 'refused',
      reason: 'unauthorized',
      message: expect.stringContaining('invite'),
    })
    expect(kit.server.connections).toHaveLength(1)
  })

  it('takes a new name to the server at once', async () => {
    await kit.goOnline()
    kit.session.rename('Ada L.')
    const connection = await kit.goOnline()
    expect(connection.sent[0]).toMatchObject({ member: { name: 'Ada L.' } })
    expect(kit.session.view().self.name).toBe('Ada L.')
  })

  it('remembers the address that let it in', async () => {
    kit.session.updateAddresses(['10.0.0.1:1', '10.0.0.2:2'])
    kit.session.connect()
    kit.server.current().close(1006)
    await kit.goOnline()
    kit.session.disconnect()
    kit.reopen()
    kit.session.updateAddresses(['10.0.0.1:1', '10.0.0.2:2'])
    expect(kit.server.current().url).toBe('ws://10.0.0.2:2/ws')
  })
})

describe('waking up', () => {
  it('[D13] missed messages are on screen within 3 s of waking on a dead socket that says OPEN', async () => {
    const dead = await kit.goOnline(resetOf(roomState()))
    kit.session.systemEvent('suspend')
    await kit.clock.advance(3_600_000)
    const wake = kit.clock.monotonic()
    kit.session.systemEvent('resume')
    kit.session.systemEvent('network-change')
    await kit.clock.advance(2_000)
    expect(dead.ended()).toBe('dropped')
    await kit.goOnline(eventsOf([posted(1)]))
    expect(room()?.headSeq).toBe(1)
    expect(kit.clock.monotonic() - wake).toBeLessThan(3_000)
  })

  it('[D13] keeps a socket that answers', async () => {
    const connection = await kit.goOnline(resetOf(roomState()))
    kit.session.systemEvent('resume')
    const ping = connection.sent.at(-1)
    if (ping?.type !== 'ping') throw new Error('a ping was expected')
    await kit.hear({ type: 'pong', nonce: ping.nonce })
    await kit.clock.advance(10_000)
    expect(kit.session.view().connection.state).toBe('online')
  })

  it('[D19] works at a wall clock that is wrong', async () => {
    await kit.goOnline(resetOf(roomState()))
    kit.clock.skewWallClock(-400 * 86_400_000)
    const first = value(kit.session.send(ROOM, 'first')).message
    kit.clock.skewWallClock(800 * 86_400_000)
    value(kit.session.send(ROOM, 'second'))
    kit.clock.skewWallClock(-800 * 86_400_000)
    value(kit.session.send(ROOM, 'third'))
    await kit.hear({ type: 'ack', id: first, room: ROOM, seq: 1, at: 5 })
    const { items } = value(await kit.session.timeline(ROOM, { limit: 10 }))
    expect(items.map((item) => item.type === 'message' && item.text)).toEqual([
      'first',
      'second',
      'third',
    ])
    expect(kit.session.view().connection.state).toBe('online')
  })
})

describe('changing connections', () => {
  const shown = async () => value(await kit.session.timeline(ROOM, { limit: 10 })).items.length

  it('what a connection brought last is kept when it closes in the same turn', async () => {
    const connection = await kit.goOnline(resetOf(roomState()))
    connection.say(eventsOf([posted(1)]))
    connection.close(1006)
    expect(await shown()).toBe(1)
  })

  it('what an abandoned connection still says is not heard', async () => {
    const old = await kit.goOnline(resetOf(roomState()))
    kit.session.systemEvent('resume')
    await kit.clock.advance(2_000)
    expect(old.ended()).toBe('dropped')
    old.open()
    old.say(eventsOf([posted(1)]), { type: 'synced' })
    old.close(4403)
    await kit.clock.settle()
    expect(kit.session.view().connection.state).toBe('connecting')
    expect(await shown()).toBe(0)
  })
})

describe('the file', () => {
  it('keeps drafts through a restart', async () => {
    await kit.goOnline(resetOf(roomState()))
    value(kit.session.setDraft(ROOM, 'half a thought'))
    kit.reopen()
    expect(room()?.draft).toBe('half a thought')
    value(kit.session.setDraft(ROOM, ''))
    expect(room()?.draft).toBe('')
  })

  it('history can be read offline after a restart', async () => {
    await kit.goOnline(PEOPLE, resetOf(roomState({ head: 1 }), [message(1)]))
    kit.session.disconnect()
    kit.reopen()
    expect(kit.session.view()).toMatchObject({
      name: 'Field Station',
      connection: { state: 'offline' },
    })
    expect(value(await kit.session.timeline(ROOM, { limit: 10 })).items).toMatchObject([
      { text: 'text 1' },
    ])
    expect(kit.session.contents().people).toHaveLength(3)
  })

  it('a newer version’s file, a damaged one and a folder in its place are failures with words', () => {
    const newer = `${kit.file}.newer`
    const file = new Database(newer)
    file.pragma('user_version = 99')
    file.close()
    const damaged = `${kit.file}.damaged`
    writeFileSync(
      damaged,
      'this is not a database, and it is long enough to be looked at '.repeat(99),
    )
    const folder = join(`${kit.file}.folder`)
    mkdirSync(folder)
    expect(() => clientKit({ file: newer })).toThrow(/newer version/)
    expect(() => clientKit({ file: damaged })).toThrow(/damaged/)
    expect(() => clientKit({ file: folder })).toThrow(/cannot be used/)
  })

  it('disposes of every timer and tells nobody anything when it is closed', async () => {
    await kit.goOnline(resetOf(roomState()))
    await kit.hear({ type: 'typing', room: ROOM, member: OTHER, active: true })
    kit.session.setTyping(ROOM, true)
    const pending = kit.session.browseRooms()
    kit.session.close()
    await pending
    const told = kit.events.length
    await kit.clock.advance(60_000)
    expect(kit.clock.pendingTimers()).toBe(0)
    expect(kit.events).toHaveLength(told)
  })
})

describe('events', () => {
  it('are told once a turn, after the commit, in one batch per kind', async () => {
    await kit.goOnline(resetOf(roomState()))
    kit.events.length = 0
    for (let i = 0; i < 5; i++) value(kit.session.send(ROOM, `m${i}`))
    expect(kit.events).toEqual([])
    await kit.clock.settle()
    expect(kit.events.map((event) => event.type)).toEqual(['rooms', 'timeline', 'session'])
  })

  it('say nothing when nothing changed', async () => {
    const connection = await kit.goOnline(resetOf(roomState()))
    kit.events.length = 0
    connection.ping()
    await kit.hear({ type: 'pong', nonce: 3 }, { type: 'synced' })
    expect(kit.events).toEqual([])
  })

  it('carry the connection’s every state', async () => {
    kit.session.connect()
    await kit.clock.settle()
    kit.server.current().open()
    await kit.clock.settle()
    await kit.hear(welcome())
    await kit.hear({ type: 'synced' })
    kit.server.current().close(1006)
    await kit.clock.settle()
    const states = kit.events.flatMap((event) =>
      event.type === 'session' ? [event.session.connection.state] : [],
    )
    expect(states).toEqual(['connecting', 'authenticating', 'catching-up', 'online', 'waiting'])
  })
})
