import type { Request } from '../protocol/client-messages.ts'
import type { ClientMessage } from '../protocol/client-messages.ts'
import type { ServerMessage } from '../protocol/server-messages.ts'
import type { Clock } from './clock.ts'
import { failureWords } from './failure-words.ts'
import { type ClientResult, fail, succeed } from './result.ts'

const TIMEOUT_MS = 10_000

export type Answer = Extract<
  ServerMessage,
  {
    type:
      | 'done'
      | 'carried-out'
      | 'page'
      | 'directory'
      | 'invite'
      | 'audit-page'
      | 'link-code'
      | 'device-list'
      | 'integration'
      | 'integration-list'
  }
>

type WithoutRef<Asked> = Asked extends { ref: number } ? Omit<Asked, 'ref'> : never

/** Questions to the server and their answers. */
export interface Requests {
  /**
   * Fails with `offline` at once when there is no live connection, and with `timeout` after 10 s. Every request
   * can be repeated without harm, so one that a lost connection swallowed is asked again on the next.
   */
  ask(request: WithoutRef<Request>): Promise<ClientResult<Answer>>
  answer(message: Answer): void
  refuse(ref: number, code: Parameters<typeof failureWords>[0]): void
  /** The connection is live: asks again what was not answered. */
  resume(): void
  close(): void
}

interface Waiting {
  readonly message: ClientMessage
  finish(result: ClientResult<Answer>): void
}

export function createRequests(
  clock: Clock,
  isLive: () => boolean,
  send: (message: ClientMessage) => boolean,
): Requests {
  const waiting = new Map<number, Waiting>()
  let nextRef = 1

  return {
    ask(request) {
      if (!isLive()) {
        return Promise.resolve(
          fail('offline', 'This needs the host, and it cannot be reached now.'),
        )
      }
      const ref = nextRef++
      const message = { ...request, ref } as ClientMessage
      return new Promise((resolve) => {
        const cancel = clock.after(TIMEOUT_MS, () =>
          finish(fail('timeout', 'The host did not answer in time. Try again.')),
        )
        function finish(result: ClientResult<Answer>): void {
          cancel()
          waiting.delete(ref)
          resolve(result)
        }
        waiting.set(ref, { message, finish })
        send(message)
      })
    },
    answer(message) {
      waiting.get(message.ref)?.finish(succeed(message))
    },
    refuse(ref, code) {
      waiting.get(ref)?.finish(fail(code, failureWords(code)))
    },
    resume() {
      for (const { message } of waiting.values()) send(message)
    },
    close() {
      for (const { finish } of waiting.values()) finish(fail('offline', 'The session was closed.'))
    },
  }
}
