import { isModerator } from '../../protocol/roles.ts'
import type { AdminSnapshot } from '../../protocol/server-messages.ts'
import type { Codes } from './codes.ts'
import { admitted, type Connection } from './connection.ts'
import type { People } from './people.ts'
import type { Clock, Log, Store } from './ports.ts'
import { shownInvite } from './registry-port.ts'
import type { Session } from './session.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** Changes that come this close together are told in one snapshot. */
const TELL_AFTER_MS = 50
/** While somebody watches: other processes write to a store that is shared, and not all of them say so. */
const LOOK_EVERY_MS = 5_000
/** The newest; with the longest names they take about 200 KB. */
const MAX_BANNED = 500

/** What hosts and moderators see, as it is now, for those who watch. */
export interface AdminBoard {
  watch(connection: Connection): void
  ignore(connection: Connection): void
  changed(): void
  stop(): void
}

export function createAdminBoard(ports: {
  readonly session: Session
  readonly waitingRoom: WaitingRoom
  readonly people: People
  readonly codes: Codes | undefined
  readonly store: Pick<Store, 'registry' | 'storageBytes' | 'shared'>
  readonly clock: Clock
  readonly log: Log
}): AdminBoard {
  const { session, waitingRoom, people, codes, store, clock, log } = ports
  const watchers = new Set<Connection>()
  let cancel: (() => void) | undefined
  let cancelLook = (): void => {}
  /** What was told last, but for the size of the store, which is another with every message. */
  let told = ''
  /** Snapshots are numbered when they are asked for: the store may answer them in another order. */
  let asked = 0
  let newest = 0

  async function snapshot(): Promise<AdminSnapshot> {
    const hasCode = codes !== undefined && !session.facts().locked
    const [invites, storageBytes, code] = await Promise.all([
      store.registry.invites(),
      store.storageBytes(),
      hasCode ? codes.current() : null,
    ])
    return {
      type: 'admin',
      settings: session.shown(),
      waiting: [...waitingRoom.people()],
      invites: invites.map(shownInvite),
      banned: people.banned().slice(0, MAX_BANNED),
      // It may have been locked while the store was asked.
      code: session.facts().locked ? null : code,
      storageBytes,
    }
  }

  /** Roles change: who may no longer see this is not shown it. */
  function audience(): Connection[] {
    for (const connection of watchers) {
      const device = admitted(connection)
      const mayWatch = device !== undefined && isModerator(people.roleOf(device.member))
      if (!mayWatch) watchers.delete(connection)
    }
    return [...watchers]
  }

  function tell(isOnlyLooking = false): void {
    if (!isOnlyLooking) cancel = undefined
    cancelLook()
    if (audience().length === 0) return
    if (store.shared !== undefined) cancelLook = clock.after(LOOK_EVERY_MS, () => tell(true))
    const number = ++asked
    snapshot().then(
      (message) => {
        if (number < newest) return
        const before = told
        told = JSON.stringify({ ...message, storageBytes: 0 })
        if (isOnlyLooking && told === before) return
        // Not before: what was only looked at may have been told to nobody.
        newest = number
        for (const { socket } of audience()) socket.send(message)
      },
      (fault: unknown) => log.warn({ fault: String(fault) }, 'the store could not be read'),
    )
  }

  function changed(): void {
    if (watchers.size > 0) cancel ??= clock.after(TELL_AFTER_MS, tell)
  }

  return {
    watch(connection) {
      watchers.add(connection)
      changed()
    },
    ignore: (connection) => void watchers.delete(connection),
    changed,
    stop() {
      cancel?.()
      cancelLook()
    },
  }
}
