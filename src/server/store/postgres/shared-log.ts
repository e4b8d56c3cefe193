import type { Epoch, MemberId, RoomId } from '../../../protocol/ids.ts'
import type { RoomKind, RoomState, Visibility } from '../../../protocol/records.ts'
import type { SharedLog } from '../../hub/cluster-ports.ts'
import type { StoredMember } from '../../hub/registry-port.ts'
import type { PostgresDatabase } from './database.ts'
import { unpackText } from './packed-text.ts'
import { MEMBER_COLUMNS } from './registry.ts'

export interface RoomStateRow {
  readonly id: RoomId
  readonly kind: RoomKind
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  readonly isDefault: boolean
  readonly epoch: Epoch
  readonly head: number
  readonly createdAt: number
  readonly members: MemberId[]
}

/** A room with its members in one statement, so that they belong to its head. */
export const ROOM_COLUMNS = `r.id, r.kind, r.name, r.topic, r.visibility, r.is_default AS "isDefault",
  r.epoch, r.head, r.created_at AS "createdAt",
  coalesce((SELECT json_agg(m.member) FROM room_members m WHERE m.room = r.id), '[]'::json) AS members`

export function roomStateOf(row: RoomStateRow): RoomState {
  return { ...row, name: unpackText(row.name), topic: unpackText(row.topic) }
}

/**
 * What other nodes wrote. A mark is the oldest transaction that was under way when it was taken: whatever is
 * committed later has that number or a higher one, so nothing is missed, and no clock is asked (D19).
 */
export function createSharedLog(db: PostgresDatabase): SharedLog {
  async function mark(): Promise<string> {
    const [row] = await db.read<{ mark: string }>({
      name: 'mark',
      text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark',
    })
    if (row === undefined) throw new Error('PostgreSQL told no snapshot')
    return row.mark
  }
  return {
    mark,
    async changedSince(since) {
      // Taken first: what happens between the two statements is told again the next time.
      const next = await mark()
      const [rooms, members] = await Promise.all([
        db.read<{ id: RoomId; epoch: Epoch; head: number; reshaped: boolean }>({
          name: 'changed-rooms',
          text: `SELECT id, epoch, head, reshaped >= $1::xid8 AS reshaped FROM rooms
            WHERE changed >= $1::xid8`,
          values: [since],
        }),
        db.read<StoredMember>({
          name: 'changed-members',
          text: `SELECT ${MEMBER_COLUMNS} FROM members WHERE changed >= $1::xid8`,
          values: [since],
        }),
      ])
      return { mark: next, rooms, members }
    },
    async states(rooms) {
      const rows = await db.read<RoomStateRow>({
        name: 'room-states',
        text: `SELECT ${ROOM_COLUMNS} FROM rooms r WHERE r.id = ANY($1::uuid[])`,
        values: [[...rooms]],
      })
      return rows.map(roomStateOf)
    },
  }
}
