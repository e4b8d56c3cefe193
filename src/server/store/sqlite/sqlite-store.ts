import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { sessionIdSchema } from '../../../protocol/ids.ts'
import type { Epoch, MemberId, RoomId, SessionId } from '../../../protocol/ids.ts'
import type { RoomState } from '../../../protocol/records.ts'
import type { ReadMark, Store } from '../../hub/ports.ts'
import type { StoredMember } from '../../hub/registry-port.ts'
import { type CommitPorts, createCommit } from './commit.ts'
import type { RoomRow } from './commit-sql.ts'
import { DatabaseFault, inTransaction, openDatabase } from './database.ts'
import { createSqliteIntegrations } from './integrations.ts'
import { allMigrations } from './migrations/all-migrations.ts'
import { createLogReader } from './read.ts'
import { createSqliteRegistry, MEMBER_COLUMNS } from './registry.ts'

export interface SqliteStoreOptions extends CommitPorts {
  /** `:memory:` is allowed, for measurements. */
  readonly file: string
  /** Name of a new session; a known one is renamed to it. */
  readonly sessionName?: string | undefined
  /** Id of a new session; a known one must have it. */
  readonly sessionId?: SessionId | undefined
}

/** Throws `DatabaseFault` when the file cannot be used. */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const db = openDatabase(options.file, allMigrations)
  try {
    return storeOf(db, options)
  } catch (fault) {
    db.close()
    throw fault
  }
}

function storeOf(db: Database.Database, options: SqliteStoreOptions): Store {
  const session = inTransaction(db, () => openSession(db, options))
  const commit = createCommit(db, options)
  const log = createLogReader(db)
  const sql = {
    rooms: db.prepare<[], RoomRow & { id: RoomId; createdAt: number }>(
      `SELECT num, id, kind, name, topic, visibility, is_default AS isDefault, epoch, head,
         created_at AS createdAt FROM rooms ORDER BY num`,
    ),
    roomMembers: db.prepare<[], { room: number; member: MemberId }>(
      'SELECT room, id AS member FROM room_members JOIN members ON num = member ORDER BY room, member',
    ),
    members: db.prepare<[], StoredMember>(`SELECT ${MEMBER_COLUMNS} FROM members ORDER BY num`),
    // `+?`: see read.ts.
    setRead: db.prepare<[number, string, string]>(
      `INSERT INTO reads (room, member, seq)
       SELECT r.num, m.num, ? FROM rooms r, members m WHERE r.id = +? AND m.id = +?
       ON CONFLICT (room, member) DO UPDATE SET seq = excluded.seq WHERE seq < excluded.seq`,
    ),
    setLastSeen: db.prepare<[number, string]>('UPDATE members SET last_seen = ? WHERE id = ?'),
  }

  // Asynchronous by contract, because PostgreSQL will be; faults of the disk arrive as rejections.
  return {
    session,
    async rooms() {
      const members = new Map<number, MemberId[]>()
      for (const { room, member } of sql.roomMembers.all()) {
        const list = members.get(room)
        if (list === undefined) members.set(room, [member])
        else list.push(member)
      }
      return sql.rooms.all().map(({ num, isDefault, epoch, ...room }): RoomState => ({
        ...room,
        epoch: epoch as Epoch,
        isDefault: isDefault === 1,
        members: members.get(num) ?? [],
      }))
    },
    members: async () => sql.members.all(),
    commit: async (writes) => commit(writes),
    eventsAfter: async (...args) => log.eventsAfter(...args),
    page: async (...args) => log.page(...args),
    unread: async (...args) => log.unread(...args),
    reads: async (room) => log.reads(room),
    setReads: async (marks) =>
      inTransaction(db, () =>
        marks.filter(
          ({ room, member, seq }: ReadMark) => sql.setRead.run(seq, room, member).changes > 0,
        ),
      ),
    registry: createSqliteRegistry(db),
    integrations: createSqliteIntegrations(db),
    setLastSeen: async (sightings) => {
      inTransaction(db, () => {
        for (const { member, at } of sightings) sql.setLastSeen.run(at, member)
      })
    },
    async storageBytes() {
      const pages = Number(db.pragma('page_count', { simple: true }))
      const size = Number(db.pragma('page_size', { simple: true }))
      return pages * size + sizeOf(`${options.file}-wal`)
    },
    close: async () => {
      db.close()
    },
  }
}

/** 0 for a file that is not there. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function openSession(db: Database.Database, options: SqliteStoreOptions): Store['session'] {
  const get = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?')
  const set = db.prepare<[string, string]>(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  const knownId = get.get('session-id')?.value
  if (knownId !== undefined && options.sessionId !== undefined && knownId !== options.sessionId) {
    throw new DatabaseFault(
      'damaged',
      `${options.file} holds another session than the one asked for.`,
    )
  }
  const id = knownId ?? options.sessionId ?? options.uuid()
  const name = options.sessionName ?? get.get('session-name')?.value ?? 'Landline'
  if (knownId === undefined) set.run('session-id', id)
  set.run('session-name', name)
  return { id: sessionIdSchema.parse(id), name }
}
