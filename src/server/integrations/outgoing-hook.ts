import type { RoomId, SessionId } from '../../protocol/ids.ts'
import type { IntegrationHands, StoredIntegration } from '../hub/integrations-port.ts'
import type { Clock, Log, Store } from '../hub/ports.ts'
import type { Book } from './book.ts'
import { type Delivery, deliveryOf, headersOf } from './deliveries.ts'
import type { Sender } from './sender.ts'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 300_000
const DISABLE_AFTER_MS = 24 * 3_600_000
/** Other nodes leave it alone for so long; it is asked for again before each page. */
const LEASE_MS = 60_000
/** How often a node that does not tell looks whether it should. */
const LOOK_EVERY_MS = 10_000
const PAGE_EVENTS = 100
const PAGE_BYTES = 262_144

export interface OutgoingPorts {
  readonly store: Pick<Store, 'eventsAfter' | 'integrations' | 'registry' | 'shared'>
  readonly session: SessionId
  readonly hands: IntegrationHands
  readonly book: Book
  readonly sender: Sender
  readonly clock: Clock
  readonly log: Log
  readonly node: string
}

/** Tells one URL what happens in the rooms of its member, one thing at a time. */
export interface OutgoingHook {
  /** Something may be new. */
  poke(): void
  /** Resolves when nothing of it goes on. */
  stop(): Promise<void>
}

/**
 * There is no queue beside the log: a stored position in each room says what was taken, and what comes after it is
 * still to be told. So nothing is lost by a restart, and an outage of days costs no memory.
 */
export function createOutgoingHook(
  id: StoredIntegration['id'],
  ports: OutgoingPorts,
): OutgoingHook {
  const { store, hands, book, sender, clock, log, node, session } = ports
  let failures = 0
  let isBusy = false
  let running: Promise<void> | undefined
  let isPoked = false
  let isOver = false
  let cancelTimer = (): void => {}

  function poke(): void {
    if (isOver) return
    isPoked = true
    if (!isBusy) running = run()
  }

  async function run(): Promise<void> {
    isBusy = true
    cancelTimer()
    let wait = LOOK_EVERY_MS
    try {
      while (isPoked && !isOver) {
        isPoked = false
        if (await tell()) failures = 0
        else {
          wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++)
          break
        }
      }
    } catch (fault) {
      log.warn({ integration: id, fault: String(fault) }, 'a webhook could not be worked on')
    }
    isBusy = false
    if (isOver) return
    cancelTimer = clock.after(wait, poke)
    // Poked in the last moment.
    if (isPoked && failures === 0) poke()
  }

  const current = (): StoredIntegration | undefined => {
    const known = book.get(id)
    return known !== undefined && known.disabledAt === null && hands.isMember(id)
      ? known
      : undefined
  }

  /** False when the URL did not take something: it is tried again later. */
  async function tell(): Promise<boolean> {
    if (current() === undefined) return true
    const positions = await store.integrations.positions(id)
    for (const room of hands.roomsOf(id)) {
      const from = positions.get(room.id)
      // It came in by other hands than its maker's: what follows is told.
      if (from === undefined) await store.integrations.setPosition(id, room.id, room.head)
      else if ((from < room.head || store.shared !== undefined) && !(await tellRoom(room, from)))
        return false
    }
    return true
  }

  async function tellRoom(
    room: { readonly id: RoomId; readonly name: string },
    from: number,
  ): Promise<boolean> {
    let position = from
    let isAway = false
    for (;;) {
      const now = clock.now()
      if (isOver || !(await store.integrations.lease(id, node, now, now + LEASE_MS))) return true
      const page = await store.eventsAfter(room.id, position, PAGE_EVENTS, PAGE_BYTES)
      if (page.kind === 'gone') {
        log.warn({ integration: id, room: room.id }, 'history was gone before a webhook was told')
        const head = [...hands.roomsOf(id)].find((each) => each.id === room.id)?.head ?? position
        await store.integrations.setPosition(id, room.id, head)
        return true
      }
      if (page.events.length === 0) return true
      for (const event of page.events) {
        const known = current()
        if (known?.what.kind !== 'outgoing' || isOver) return true
        // What happened while it was not in the room is none of its business.
        if (event.type === 'member.left' && event.member === id) isAway = true
        if (event.type === 'member.joined' && event.member === id) isAway = false
        const { nameOf } = hands
        const facts = { integration: id, session, room: { id: room.id, name: room.name }, nameOf }
        const delivery = isAway ? undefined : deliveryOf(known.what, event, facts)
        if (delivery !== undefined && !(await post(known, delivery))) return false
        position = event.seq
        if (delivery !== undefined) await store.integrations.setPosition(id, room.id, position)
      }
      // Away at the end: it stays before its leaving, so that a later look knows of it.
      if (!isAway) await store.integrations.setPosition(id, room.id, position)
    }
  }

  async function post(known: StoredIntegration, delivery: Delivery): Promise<boolean> {
    if (known.what.kind !== 'outgoing' || known.signingKey === null) return true
    const body = JSON.stringify(delivery)
    const headers = headersOf(delivery, body, known.signingKey, clock.now())
    const sent = await sender.send(new URL(known.what.url), headers, body)
    if (sent.kind === 'taken') {
      if (known.failingSince !== null) await book.save({ ...known, failingSince: null })
      return true
    }
    // Given up on purpose: it was not the URL's fault.
    if (isOver) return false
    log.info({ integration: id, why: sent.why }, 'a webhook was not taken')
    await failed(known)
    return false
  }

  async function failed(known: StoredIntegration): Promise<void> {
    const now = clock.now()
    const { failingSince } = known
    if (failingSince === null) return book.save({ ...known, failingSince: now })
    if (now - failingSince < DISABLE_AFTER_MS) return undefined
    await store.registry.note({
      action: 'settings-changed',
      by: null,
      target: { id, name: known.name },
      detail: 'outgoing webhook disabled: nothing was taken for a day',
      at: now,
    })
    return book.save({ ...known, disabledAt: now })
  }

  cancelTimer = clock.after(0, poke)
  return {
    poke() {
      // While it waits to try again, it waits.
      if (failures === 0) poke()
    },
    async stop() {
      isOver = true
      cancelTimer()
      await running
      try {
        // Another node may go on at once.
        if (store.shared !== undefined) await store.integrations.lease(id, node, 0, 0)
      } catch (fault) {
        log.warn({ integration: id, fault: String(fault) }, 'a webhook was not let go')
      }
    },
  }
}
