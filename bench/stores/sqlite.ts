/** A store as it is after a long life, made directly: joining ten thousand people is not what is measured. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldName } from '../../src/server/hub/fold-name.ts'
import { openDatabase } from '../../src/server/store/sqlite/database.ts'
import { allMigrations } from '../../src/server/store/sqlite/migrations/all-migrations.ts'
import { TEXT } from '../generator/attendance.ts'
import { inventRoster, type Roster } from './roster.ts'

export interface StorePlan {
  readonly people: number
  /** Messages in the room of all, and in each person's own. */
  readonly stored: { readonly common: number; readonly own: number }
}

/** The folder then holds `session.db` for the server and `roster.json` for the generator. */
export function makeSqliteStore(folder: string, plan: StorePlan): Roster {
  const roster = inventRoster(plan.people, plan.stored)
  mkdirSync(folder, { recursive: true })
  const db = openDatabase(join(folder, 'session.db'), allMigrations)
  // It is on disk when it is closed, and before that nobody needs it.
  db.pragma('synchronous = OFF')
  const insert = {
    member: db.prepare('INSERT INTO members (id, name, last_seen, folded) VALUES (?, ?, ?, ?)'),
    device: db.prepare('INSERT INTO devices (id, member, name, key) VALUES (?, ?, ?, ?)'),
    room: db.prepare(
      `INSERT INTO rooms (id, kind, name, topic, visibility, is_default, epoch, head, created_at)
       VALUES (?, 'group', ?, '', ?, ?, ?, ?, ?)`,
    ),
    belongs: db.prepare('INSERT INTO room_members (room, member) VALUES (?, ?)'),
    read: db.prepare('INSERT INTO reads (room, member, seq) VALUES (?, ?, ?)'),
    event: db.prepare(
      `INSERT INTO events (room, seq, id, device, actor, at, type, text, extra)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  }
  const at = Date.now()
  let events = 0
  // Time-ordered, as devices make them.
  const nextId = (): string => {
    const hex = (++events).toString(16).padStart(12, '0')
    return `0190${hex.slice(0, 4)}-${hex.slice(4, 8)}-7000-8000-0000${hex.slice(4)}`
  }
  function fill(room: Roster['common'], isDefault: boolean, author: number): number {
    const { id, epoch, head } = room
    const name = isDefault ? 'general' : 'own'
    const visibility = isDefault ? 'public' : 'private'
    const num = Number(
      insert.room.run(id, name, visibility, isDefault ? 1 : 0, epoch, head, at).lastInsertRowid,
    )
    const made = JSON.stringify({ kind: 'group', name, topic: '', visibility })
    insert.event.run(num, 1, nextId(), author, author, at, 'room.created', null, made)
    for (let seq = 2; seq <= head; seq++) {
      insert.event.run(num, seq, nextId(), author, author, at, 'message.posted', TEXT, null)
    }
    return num
  }
  db.transaction(() => {
    for (const { member, device, name, key } of roster.people) {
      const num = Number(insert.member.run(member, name, at, foldName(name)).lastInsertRowid)
      insert.device.run(device, num, 'bench', key)
    }
    const common = fill(roster.common, true, 1)
    for (const [index, { room }] of roster.people.entries()) {
      const member = index + 1
      insert.belongs.run(common, member)
      insert.read.run(common, member, 1)
      insert.belongs.run(fill(room, false, member), member)
    }
  })()
  db.close()
  writeFileSync(join(folder, 'roster.json'), JSON.stringify(roster))
  return roster
}
