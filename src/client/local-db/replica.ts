import type { LocalDatabase } from './database.ts'
import { type Drafts, draftsIn } from './drafts.ts'
import { type Messages, messagesIn } from './messages.ts'
import { type Meta, metaIn } from './meta.ts'
import { type Notices, noticesIn } from './notices.ts'
import { type OutboxRows, outboxRowsIn } from './outbox-rows.ts'
import { type People, peopleIn } from './people.ts'
import { type Reactions, reactionsIn } from './reactions.ts'
import { type Reads, readsIn } from './reads.ts'
import { type Rooms, roomsIn } from './rooms.ts'
import { type Search, searchIn } from './search.ts'

/** This device's copy of a session: the tables by what they hold. Callers wrap changes in a transaction. */
export interface Replica {
  readonly database: LocalDatabase
  readonly meta: Meta
  readonly rooms: Rooms
  readonly messages: Messages
  readonly reactions: Reactions
  readonly notices: Notices
  readonly outbox: OutboxRows
  readonly reads: Reads
  readonly people: People
  readonly drafts: Drafts
  readonly search: Search
}

export function replicaIn(database: LocalDatabase): Replica {
  return {
    database,
    meta: metaIn(database),
    rooms: roomsIn(database),
    messages: messagesIn(database),
    reactions: reactionsIn(database),
    notices: noticesIn(database),
    outbox: outboxRowsIn(database),
    reads: readsIn(database),
    people: peopleIn(database),
    drafts: draftsIn(database),
    search: searchIn(database),
  }
}
