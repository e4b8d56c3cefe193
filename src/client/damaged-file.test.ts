import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientKit, clientKit, ROOM, welcome } from '../testing/client-kit.ts'
import { outboxDrill, twoRooms } from '../testing/outbox-drill.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const { send } = outboxDrill(() => kit)

/** Lets the table begin at a page of another kind, so that reading it finds the file damaged. */
function damage(table: 'outbox' | 'room'): void {
  const file = new Database(kit.file)
  file.unsafeMode(true)
  file.pragma('writable_schema = ON')
  file
    .prepare(
      `UPDATE sqlite_schema SET rootpage =
         (SELECT rootpage FROM sqlite_schema WHERE name = ?) WHERE name = ?`,
    )
    .run(table === 'outbox' ? 'outbox_by_room' : 'message', table)
  file.pragma(`schema_version = ${Number(file.pragma('schema_version', { simple: true })) + 1}`)
  file.close()
}

describe('a file that turns out to be damaged', () => {
  it('[D14] ends the connection in words, and not the app, when the queue cannot be read', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    send('hello')
    damage('outbox')
    await kit.goOnline()
    expect(kit.server.current().ended()).toBe('dropped')
  })

  it('[D14] the same when a held write cannot be read again', async () => {
    const connection = await kit.goOnline(...twoRooms())
    const id = send('hello')
    await kit.hear({ type: 'held', id, room: ROOM, code: 'rate-limited', retryAfterMs: 700 })
    damage('outbox')
    await kit.clock.advance(700)
    expect(connection.ended()).toBe('dropped')
  })

  it('[D14] the same when the rooms cannot be read', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    damage('room')
    kit.session.connectNow()
    const connection = kit.server.current()
    connection.open()
    connection.say(welcome())
    await kit.clock.settle()
    expect(connection.ended()).toBe('dropped')
  })
})
