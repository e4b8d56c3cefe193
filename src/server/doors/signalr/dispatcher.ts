import type { Outcome } from '../guest/outcome.ts'
import type { FromClient, ToClient } from './hub-message.ts'
import { type CallContext, type Method, methodNamed } from './methods.ts'

/** Calls of one connection that have no answer yet; a client that goes on is told so. */
const MAX_CALLS = 1_000
/** Streams one connection may read at once. */
const MAX_STREAMS = 4

export type Call = Extract<FromClient, { kind: 'invocation' | 'stream-invocation' }>

/**
 * Carries out what a client calls, beginning in the order of the calls. Most go on side by side, so that one that
 * is held back by a limit does not stop the others; joining and leaving a group are waited for.
 */
export interface Dispatcher {
  /** False when the client calls more than it may, without wanting to know what became of it. */
  call(call: Call): boolean
  cancel(id: string): void
  end(): void
}

export function createDispatcher(ports: {
  readonly context: CallContext
  readonly send: (message: ToClient) => void
  /** Waits while much is queued for the client. */
  readonly paced: () => Promise<void>
}): Dispatcher {
  const { context, send, paced } = ports
  const queue: { readonly call: Call; readonly method: Method }[] = []
  const streams = new Map<string, { isCancelled: boolean }>()
  let unanswered = 0
  let isStarting = false
  let isOver = false

  function fail({ id }: Call, error: string): void {
    if (id !== undefined) send({ kind: 'failed', id, error })
  }

  function answer(call: Call, method: Method, outcome: Outcome<unknown>): void {
    unanswered--
    if (isOver || call.id === undefined) return
    if (outcome.kind === 'fault') return fail(call, exception(method.name, outcome.message))
    if (outcome.value === undefined) send({ kind: 'done', id: call.id })
    else send({ kind: 'result', id: call.id, result: outcome.value })
  }

  async function stream(call: Call, id: string, method: Method): Promise<void> {
    const state = streams.get(id) ?? { isCancelled: true }
    const outcome = await method.call(call.arguments, context)
    unanswered--
    if (!isOver) await items(id, method, outcome, state)
    streams.delete(id)
  }

  async function items(
    id: string,
    method: Method,
    outcome: Outcome<unknown>,
    state: { readonly isCancelled: boolean },
  ): Promise<void> {
    if (outcome.kind === 'fault') {
      const error = exception(method.name, outcome.message)
      return send(state.isCancelled ? { kind: 'done', id } : { kind: 'failed', id, error })
    }
    for (const item of outcome.value as readonly unknown[]) {
      await paced()
      if (isOver || state.isCancelled) break
      send({ kind: 'item', id, item })
    }
    if (!isOver) send({ kind: 'done', id })
  }

  /** Undefined when the call may begin. */
  function refusal(call: Call): string | undefined {
    const { target, streamIds } = call
    const method = methodNamed(target)
    const named = JSON.stringify(target).slice(1, -1)
    if (method === undefined) return `Unknown hub method '${named}'`
    if (streamIds.length > 0) return `The method '${named}' takes no streams of the client.`
    if (method.isStream === true && call.kind === 'invocation') {
      return `The client attempted to invoke the streaming '${named}' method with a non-streaming invocation.`
    }
    if (method.isStream !== true && call.kind === 'stream-invocation') {
      return `The client attempted to invoke the non-streaming '${named}' method with a streaming invocation.`
    }
    if (method.needsToken === true && !context.isAuthenticated) {
      return `Failed to invoke '${named}' because user is unauthorized`
    }
    if (call.arguments.length !== method.takes) {
      return `Failed to invoke '${named}' due to an error on the server. InvalidDataException: Invocation provides ${call.arguments.length} argument(s) but target expects ${method.takes}.`
    }
    if (method.isStream !== true || call.id === undefined) return undefined
    if (streams.has(call.id)) return `Invocation ID '${call.id}' is already in use.`
    return streams.size >= MAX_STREAMS
      ? exception(method.name, `At most ${MAX_STREAMS} streams at a time.`)
      : undefined
  }

  async function startQueued(): Promise<void> {
    isStarting = true
    for (let next = queue.shift(); next !== undefined && !isOver; next = queue.shift()) {
      const { call, method } = next
      if (method.isStream === true && call.id !== undefined) {
        void stream(call, call.id, method)
        continue
      }
      const result = method.call(call.arguments, context)
      if (method.isBarrier === true) answer(call, method, await result)
      else void Promise.resolve(result).then((outcome) => answer(call, method, outcome))
    }
    isStarting = false
  }

  return {
    call(call) {
      if (unanswered >= MAX_CALLS) {
        fail(call, `At most ${MAX_CALLS} invocations at a time.`)
        return call.id !== undefined
      }
      const refused = refusal(call)
      const method = methodNamed(call.target)
      if (refused !== undefined || method === undefined) {
        fail(call, refused ?? '')
        return true
      }
      unanswered++
      if (method.isStream === true && call.id !== undefined) {
        streams.set(call.id, { isCancelled: false })
      }
      queue.push({ call, method })
      if (!isStarting) void startQueued()
      return true
    },

    cancel(id) {
      const state = streams.get(id)
      if (state !== undefined) state.isCancelled = true
    },

    end() {
      isOver = true
      queue.length = 0
    },
  }
}

/** As ASP.NET words a HubException. */
function exception(method: string, message: string): string {
  return `An unexpected error occurred invoking '${method}' on the server. HubException: ${message}`
}
