import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalDatabase, openDatabase } from '../local-db/database.ts'
import { replicaIn } from '../local-db/replica.ts'
import { silentLogger } from '../logger.ts'
import { fail, succeed } from '../result.ts'
import { messageId, ROOM, roomState, SELF } from '../../testing/client-kit.ts'
import { createLocalCommands } from './local-commands.ts'

let database: LocalDatabase
beforeEach(() => {
  const opened = openDatabase(':memory:')
  if (!opened.ok) throw new Error(opened.message)
  database = opened.database
})
afterEach(() => database.close())

/** Commands whose database says what was asked of it, and whose composing does what the test wants. */
function commands(
  send: () => ReturnType<typeof succeed<{ message: ReturnType<typeof messageId> }>>,
) {
  const told: string[] = []
  const replica = replicaIn({
    ...database,
    write: (change) => (told.push('write'), database.write(change)),
    writeDurably: (change) => (told.push('write durably'), database.writeDurably(change)),
  })
  database.write(() =>
    replica.rooms.put(roomState(), {
      cursor: 0,
      loaded_from: 1,
      unread: 0,
      read_seq: 0,
      activity: 0,
    }),
  )
  const unused = () => fail('unexpected', '')
  const commands = createLocalCommands({
    replica,
    self: SELF,
    compose: { send, edit: unused, delete: unused, react: unused, retry: unused, discard: unused },
    changes: { room() {} } as never,
    drain: { pump: () => void told.push('pump') } as never,
    typing: { say() {} } as never,
    logger: silentLogger,
    changed: () => void told.push('tell'),
    tellServer: () => {},
  })
  return { commands, told }
}

describe('a write', () => {
  it('[D1] is on disk before it is sent or shown', () => {
    const { commands: local, told } = commands(() => succeed({ message: messageId(1) }))
    expect(local.send(ROOM, 'hello').ok).toBe(true)
    expect(told).toEqual(['write durably', 'tell', 'pump'])
  })

  it('[D1] that the disk does not take is a failure with words, and not sent', () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    const { commands: local, told } = commands(() => {
      throw full
    })
    expect(local.send(ROOM, 'hello')).toMatchObject({
      ok: false,
      failure: { kind: 'internal', message: expect.stringContaining('disk') },
    })
    expect(told).not.toContain('pump')
  })

  it('a bug is thrown, not turned into words', () => {
    const { commands: local } = commands(() => {
      throw new TypeError('bug')
    })
    expect(() => local.send(ROOM, 'hello')).toThrow('bug')
  })
})
