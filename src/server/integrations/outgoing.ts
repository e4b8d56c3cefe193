import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { FanOut } from '../hub/ports.ts'
import { createOutgoingHook, type OutgoingHook, type OutgoingPorts } from './outgoing-hook.ts'

/** All outgoing webhooks of the session: works those there are, and wakes them when something happens. */
export interface OutgoingHooks {
  /** Some were made, changed or taken away. */
  review(): void
  stop(): Promise<void>
}

export function createOutgoingHooks(
  ports: OutgoingPorts & { readonly fanOut: FanOut },
): OutgoingHooks {
  const { book, hands, fanOut } = ports
  const working = new Map<MemberId, OutgoingHook>()
  const ending = new Set<Promise<void>>()

  function review(): void {
    const wanted = new Set<MemberId>()
    for (const { id, what, disabledAt } of book.all()) {
      if (what.kind === 'outgoing' && disabledAt === null && hands.isMember(id)) wanted.add(id)
    }
    for (const [id, hook] of working) {
      if (wanted.has(id)) continue
      working.delete(id)
      const ended = hook.stop().finally(() => ending.delete(ended))
      ending.add(ended)
    }
    for (const id of wanted) {
      const known = working.get(id)
      if (known === undefined) working.set(id, createOutgoingHook(id, ports))
    }
  }

  function wake(room: RoomId): void {
    for (const [id, hook] of working) {
      for (const own of hands.roomsOf(id)) if (own.id === room) hook.poke()
    }
  }

  const unsubscribe = fanOut.subscribe((signal) => {
    if (signal.kind === 'events') wake(signal.room)
    else if (signal.kind === 'member') review()
  })
  review()

  return {
    review,
    async stop() {
      unsubscribe()
      await Promise.all([...ending, ...[...working.values()].map((hook) => hook.stop())])
    },
  }
}
