import type { ErrorCode } from '../../protocol/errors.ts'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import type { Hub, HubConnection } from '../hub/hub.ts'
import type { StoredIntegration } from '../hub/integrations-port.ts'
import type { Clock, Socket } from '../hub/ports.ts'

/** Without anything to say for this long, it leaves: who only posts at night is not shown online all day. */
const IDLE_MS = 10_000
/** A commit that takes longer is given up by who asked; it may still happen, and the same id finds it (D4). */
const ANSWER_WITHIN_MS = 10_000

export type Posted =
  | { readonly kind: 'ack'; readonly seq: number; readonly at: number }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'held'; readonly code: ErrorCode; readonly retryAfterMs: number }

/** Writes as an integration, over a connection to the hub like anybody's: limits, roles and numbers are the same. */
export interface Voice {
  post(room: RoomId, id: MessageId, text: string): Promise<Posted>
  close(): void
}

const AWAY: Posted = { kind: 'held', code: 'unavailable', retryAfterMs: 1_000 }

export function createVoice(
  integration: Pick<StoredIntegration, 'id' | 'name' | 'device'>,
  ports: { readonly hub: Hub; readonly clock: Pick<Clock, 'after'> },
): Voice {
  const { hub, clock } = ports
  let line: Line | undefined
  let last: Promise<unknown> = Promise.resolve()
  let cancelIdle = (): void => {}
  let isClosed = false

  function lineNow(): Line {
    if (line?.isOver() !== false) line = openLine(hub, integration)
    return line
  }

  async function post(room: RoomId, id: MessageId, text: string): Promise<Posted> {
    cancelIdle()
    if (isClosed) return AWAY
    const { connection, welcome, answers, close } = lineNow()
    let giveUp = (): void => {}
    const late = new Promise<Posted>((resolve) => {
      giveUp = clock.after(ANSWER_WITHIN_MS, () => {
        // Whatever it waits for does not come: the next one begins anew.
        close()
        resolve(AWAY)
      })
    })
    const asked = welcome.then((problem) => {
      if (problem !== undefined) return problem
      const answer = new Promise<Posted>((resolve) => answers.set(id, resolve))
      // One at a time, so that each is the first of its room: what was held before it waits for nothing.
      const operation = { kind: 'post', text } as const
      connection.receive({
        kind: 'message',
        message: { type: 'submit', id, room, head: true, operation },
      })
      return answer
    })
    const posted = await Promise.race([asked, late])
    giveUp()
    // A timer that outlives the server would keep its process from ending.
    if (!isClosed) cancelIdle = clock.after(IDLE_MS, () => line?.close())
    return posted
  }

  return {
    post(room, id, text) {
      const posted = last.then(() => post(room, id, text))
      last = posted
      return posted
    },
    close() {
      isClosed = true
      cancelIdle()
      line?.close()
    },
  }
}

interface Line {
  readonly connection: HubConnection
  /** Undefined once it is in; otherwise why it is not. */
  readonly welcome: Promise<Posted | undefined>
  readonly answers: Map<MessageId, (posted: Posted) => void>
  isOver(): boolean
  close(): void
}

function openLine(
  hub: Hub,
  { id: member, name, device }: Pick<StoredIntegration, 'id' | 'name' | 'device'>,
): Line {
  let isOver = false
  const answers = new Map<MessageId, (posted: Posted) => void>()
  let settle: (problem: Posted | undefined) => void = () => {}
  const welcome = new Promise<Posted | undefined>((resolve) => {
    settle = resolve
  })

  function answer(id: MessageId, posted: Posted): void {
    answers.get(id)?.(posted)
    answers.delete(id)
  }

  function end(): void {
    isOver = true
    settle(AWAY)
    for (const id of answers.keys()) answer(id, AWAY)
  }

  const socket: Socket = {
    address: 'this server',
    send(message) {
      if (message.type === 'welcome') settle(undefined)
      else if (message.type === 'rejected') settle(refused(message))
      else if (message.type === 'refused') answer(message.id, refused(message))
      else if (message.type === 'held') {
        const { code, retryAfterMs } = message
        answer(message.id, { kind: 'held', code, retryAfterMs })
      } else if (message.type === 'ack') {
        answer(message.id, { kind: 'ack', seq: message.seq, at: message.at })
      }
    },
    queuedBytes: () => 0,
    onDrained: (run) => run(),
    ping: () => queueMicrotask(() => connection.pong()),
    close: end,
  }
  const connection: HubConnection = hub.connectVouched(socket, {
    member: { id: member, name },
    device: { id: device, name: 'webhook' },
    ticket: { kind: 'vouched', role: 'guest', by: 'webhook' },
  })
  return {
    ...{ connection, welcome, answers },
    isOver: () => isOver,
    close() {
      end()
      connection.closed()
    },
  }
}

const refused = ({ code, message }: { code: ErrorCode; message: string }): Posted => ({
  ...{ kind: 'refused', code, message },
})
