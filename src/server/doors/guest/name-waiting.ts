import type { MemberId } from '../../../protocol/ids.ts'
import type { ServerMessage } from '../../../protocol/server-messages.ts'
import type { Clock } from '../../hub/ports.ts'

/** The hub tells of people a moment after what they did; longer than this nobody is waited for. */
const WAIT_MS = 1_000
const MAX_HELD = 1_000

/**
 * Native clients show a name when it comes. Foreign ones are told of people by name alone, so that what somebody
 * did has to wait until their name is known. What comes behind it waits too: nothing is reordered.
 */
export interface NameWaiting<Message extends ServerMessage> {
  receive(message: Message): void
  stop(): void
}

export function createNameWaiting<Message extends ServerMessage>(ports: {
  readonly clock: Pick<Clock, 'after'>
  readonly isKnown: (member: MemberId) => boolean
  readonly pass: (message: Message) => void
}): NameWaiting<Message> {
  const { clock, isKnown, pass } = ports
  let held: Message[] = []
  let cancel: (() => void) | undefined

  /** Passes on what need not wait, or everything. */
  function release(all: boolean): void {
    cancel?.()
    cancel = undefined
    while (held.length > 0) {
      const [next] = held
      if (next === undefined || (!all && !namesOf(next).every(isKnown))) break
      held.shift()
      pass(next)
    }
    if (held.length > 0) cancel = clock.after(WAIT_MS, () => release(true))
  }

  return {
    receive(message) {
      if (message.type === 'people') {
        pass(message)
        return release(false)
      }
      if (held.length === 0 && namesOf(message).every(isKnown)) return pass(message)
      held.push(message)
      if (held.length > MAX_HELD) release(true)
      else cancel ??= clock.after(WAIT_MS, () => release(true))
    },
    stop() {
      cancel?.()
      held = []
    },
  }
}

function namesOf(message: ServerMessage): readonly MemberId[] {
  if (message.type === 'events') {
    return message.events.flatMap((event) =>
      event.type === 'member.joined' || event.type === 'member.left'
        ? [event.actor, event.member]
        : [event.actor],
    )
  }
  if (message.type === 'reset') {
    return [...message.room.members, ...message.page.messages.map(({ author }) => author)]
  }
  return message.type === 'typing' ? [message.member] : []
}
