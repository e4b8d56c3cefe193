import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, MemberId, SessionId } from '../../../protocol/ids.ts'
import { createOperation } from '../../../testing/contracts/create-operation.ts'
import { type Person, storeHands } from '../../../testing/contracts/store-hands.ts'
import { seededRandom } from '../../../testing/seeded-random.ts'
import type { Store } from '../../hub/ports.ts'
import { integrationsContract } from '../../../testing/contracts/integrations-contract.ts'
import { registryContract } from '../../../testing/contracts/registry-contract.ts'
import { storeContract } from '../../../testing/contracts/store-contract.ts'
import { DatabaseFault, inTransaction, openDatabase } from './database.ts'
import { allMigrations } from './migrations/all-migrations.ts'
import { openSqliteStore } from './sqlite-store.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Memory-backed where there is such a folder: hundreds of transactions wait for no disk. */
const quickFolder = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

for (const contract of [storeContract, registryContract, integrationsContract]) {
  contract('the SQLite store', (random) => {
    const folder = mkdtempSync(join(quickFolder(), 'landline-store-'))
    const options = { file: join(folder, 'session.db'), uuid: () => random.uuid(), hash }
    let store: Store
    return {
      open: () => (store = openSqliteStore(options)),
      async reopen() {
        await store.close()
        return (store = openSqliteStore(options))
      },
      async dispose() {
        await store.close()
        rmSync(folder, { recursive: true })
      },
    }
  })
}

describe('the SQLite file', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-store-'))
    file = join(folder, 'session.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const random = seededRandom(3)
  const open = (more: object = {}) =>
    openSqliteStore({ file, uuid: () => random.uuid(), hash, ...more })

  function kindOf(work: () => unknown): string {
    try {
      work()
    } catch (fault) {
      return fault instanceof DatabaseFault ? fault.kind : String(fault)
    }
    return 'fine'
  }

  it('[D3] is written so that a power cut takes nothing that was acknowledged', () => {
    const db = openDatabase(file, allMigrations)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    db.close()
  })

  it('[D4] holds the promise as a constraint: the same id cannot be there twice', () => {
    const db = openDatabase(file, allMigrations)
    const indexes = db.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'events'`).pluck().get()
    expect(indexes).toMatch(/id TEXT NOT NULL UNIQUE/)
    db.close()
  })

  it('keeps the session’s id, takes a new name, and refuses to be another session', async () => {
    const wanted = random.uuid() as SessionId
    const first = open({ sessionId: wanted, sessionName: 'Field Station' })
    expect(first.session).toEqual({ id: wanted, name: 'Field Station' })
    await first.close()
    const second = open({ sessionName: 'Renamed' })
    expect(second.session).toEqual({ id: wanted, name: 'Renamed' })
    await second.close()
    expect(kindOf(() => open({ sessionId: random.uuid() }))).toBe('damaged')
  })

  it('[I13] of the time before tokens were bound has devices that depend on none', async () => {
    const [member, device] = [random.uuid(), random.uuid()]
    const older = openDatabase(file, allMigrations.slice(0, 4))
    older.exec(`
      INSERT INTO members (id, name, last_seen, folded) VALUES ('${member}', 'Mara', 1, 'mara');
      INSERT INTO devices (id, member, name, key) VALUES ('${device}', 1, 'laptop', 'a key');
    `)
    older.close()
    const { registry, close } = open()
    const comer = {
      member: { id: member as MemberId, name: 'Mara' },
      ...{ device: { id: device as DeviceId, name: 'laptop', key: 'a key' }, at: 9 },
    }
    expect(await registry.checkIn(comer)).toMatchObject({ kind: 'in' })
    const bearer = { subject: 'a hash', doorMember: undefined }
    expect(await registry.checkIn({ ...comer, bearer })).toMatchObject({ kind: 'in' })
    expect(await registry.memberOfSubject('a hash')).toBe(member)
    expect(await registry.checkIn(comer)).toMatchObject({ kind: 'in' })
    await close()
  })

  it('[D6] remembers nothing of a batch that was undone: neither heads, nor rooms, nor who is in them', async () => {
    const store = open()
    const { newId, admit, writeOf, one, create, eventsOf } = storeHands(
      () => store,
      () => random,
    )
    const [mara, sam] = [await admit('Mara'), await admit('Sam')]
    const room = await create(mara, { visibility: 'public', name: 'before' })
    const made = writeOf(mara, newId(), createOperation({ members: [mara.member] }))
    const post = (person: Person, text: string) => writeOf(person, room, { kind: 'post', text })
    const undone = [
      post(mara, 'undone'),
      writeOf(sam, room, { kind: 'join', member: sam.member }),
      writeOf(mara, room, { kind: 'change', name: 'after' }),
      writeOf(mara, room, { kind: 'leave', member: mara.member }),
      made,
    ]
    const stranger = { member: sam.member, device: newId<DeviceId>() }
    await expect(store.commit([...undone, post(stranger, 'x')])).rejects.toThrow('not admitted')

    expect(await one(post(sam, 'x'))).toMatchObject({ code: 'not-a-member' })
    expect(await one(post(mara, 'done'))).toMatchObject({ events: [{ seq: 3 }] })
    expect((await eventsOf(room, 0)).map(({ seq }) => seq)).toEqual([1, 2, 3])
    const renamed = await one(writeOf(mara, room, { kind: 'change', name: 'after' }))
    expect(renamed).toMatchObject({ events: [{ seq: 4, name: 'after' }] })
    expect((await one(writeOf(mara, made.room, { kind: 'post', text: 'x' }))).kind).toBe('refused')
    expect((await one(made)).kind).toBe('committed')
    await store.close()
  })

  it('belongs to one server at a time', async () => {
    const store = open()
    expect(kindOf(() => open())).toBe('in-use')
    await store.close()
    await open().close()
  })

  it('is refused when a newer version wrote it, or when it is no database', async () => {
    await open().close()
    const db = new Database(file)
    db.pragma('user_version = 99')
    db.close()
    expect(kindOf(() => open())).toBe('newer')
    rmSync(file)
    const { writeFileSync } = await import('node:fs')
    writeFileSync(file, 'this is a text, and a rather long one at that '.repeat(50))
    expect(kindOf(() => open())).toBe('damaged')
  })

  it('undoes all of a transaction that throws, and refuses one that returns a promise', () => {
    const db = openDatabase(file, allMigrations)
    const insert = db.prepare(`INSERT INTO meta VALUES (?, '')`)
    const count = db.prepare('SELECT count(*) FROM meta').pluck()
    expect(() =>
      inTransaction(db, () => {
        insert.run('a')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(() =>
      inTransaction(db, (): never => {
        insert.run('b')
        return Promise.resolve() as never
      }),
    ).toThrow('synchronous')
    expect(count.get()).toBe(0)
    db.close()
  })
})
