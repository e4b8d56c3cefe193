import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_TEXT_LENGTH } from '../../protocol/limits.ts'
import { type HookPost, hookPostSchema } from '../../protocol/integrations.ts'
import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import { sentTextSchema } from '../../protocol/records.ts'
import type { Hub } from '../hub/hub.ts'
import type { StoredIntegration } from '../hub/integrations-port.ts'
import { createKeyedBuckets } from '../hub/keyed-buckets.ts'
import type { Clock, Secrets } from '../hub/ports.ts'
import type { BucketSize } from '../hub/rate-limit.ts'
import { createTries } from '../hub/tries.ts'
import { pathOf } from '../ops/http-answers.ts'
import { keyedMessageId } from './bot-identity.ts'
import { readBody } from './read-body.ts'
import { createVoice, type Posted, type Voice } from './voice.ts'

const HOOKS_PATH = '/hooks/'
const MAX_BODY_BYTES = 65_536
const MAX_KEY_LENGTH = 255
/** Of each webhook: as a person who writes. */
export const HOOK_RATE: BucketSize = { burst: 10, perMinute: 60 }

export interface HookAnswer {
  readonly status: number
  readonly body: object
  readonly retryAfterMs?: number
}

/** Takes what is posted to the webhooks' URLs into their rooms. */
export interface IncomingHooks {
  /** True when the request was for a webhook; then it is answered. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  close(): void
}

export interface IncomingPorts {
  readonly hub: Hub
  /** The webhook of this id, if there is one now. */
  readonly find: (id: string) => StoredIntegration | undefined
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'uuid' | 'hash' | 'equal'>
  readonly addressOf: (request: IncomingMessage) => string
  readonly rate?: BucketSize | undefined
  /** Of one address (I12). */
  readonly wrongTries: BucketSize
  /** Too many wrong tokens came from this address: to be written down (I10). */
  readonly guessesStopped: (address: string) => void
}

export function createIncomingHooks(ports: IncomingPorts): IncomingHooks {
  const { hub, clock, secrets, find, wrongTries, rate = HOOK_RATE } = ports
  const voices = new Map<MemberId, Voice>()
  const tries = createTries(clock, ports.guessesStopped, wrongTries)
  const buckets = createKeyedBuckets<MemberId>(rate)

  function hookAt(path: string): StoredIntegration | undefined {
    const [, id, token] = /^\/hooks\/([0-9a-f-]{36})\/([\w-]{1,128})$/.exec(path) ?? []
    const known = id === undefined ? undefined : find(id)
    // Compared in any case, so that the time does not tell whether there is such a webhook.
    const isRight = secrets.equal(secrets.hash(token ?? ''), known?.tokenHash ?? '')
    return isRight ? known : undefined
  }

  function voiceOf(hook: StoredIntegration): Voice {
    let voice = voices.get(hook.id)
    if (voice === undefined) {
      voice = createVoice(hook, { hub, clock })
      voices.set(hook.id, voice)
    }
    return voice
  }

  async function take(request: IncomingMessage): Promise<HookAnswer> {
    if (request.method !== 'POST') return fault(405, 'not-allowed', 'Post to this address.')
    const address = ports.addressOf(request)
    if (!tries.mayTry(address)) {
      const words = `Too many wrong tokens from this address: at most ${wrongTries.perMinute} a minute.`
      return { ...fault(429, 'rate-limited', words), retryAfterMs: 60_000 }
    }
    // Nothing is waited for between the two, so that no more can be wrong at a time than one after another.
    const hook = hookAt(pathOf(request))
    if (hook?.what.kind !== 'incoming') {
      tries.wrong(address)
      return NO_HOOK
    }
    const key = request.headers['idempotency-key']
    if (key !== undefined && (typeof key !== 'string' || !isKey(key))) {
      const words = `Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`
      return fault(400, 'malformed', words)
    }
    const body = await readBody(request, MAX_BODY_BYTES)
    if (body === undefined) {
      return fault(413, 'too-large', `A request has at most ${MAX_BODY_BYTES} bytes.`)
    }
    const post = readPost(request, body)
    if ('status' in post) return post
    const wait = buckets.take(hook.id, 1, clock.monotonic())
    if (wait > 0) {
      const words = `A webhook posts at most ${rate.perMinute} messages a minute.`
      return { ...fault(429, 'rate-limited', words), retryAfterMs: wait }
    }
    const id = key === undefined ? (secrets.uuid() as MessageId) : keyedMessageId(hook.id, key)
    const { room } = hook.what
    return told(await voiceOf(hook).post(room, id, post.text), id, room)
  }

  return {
    answer(request, response) {
      if (!pathOf(request).startsWith(HOOKS_PATH)) return false
      take(request).then(
        (answer) => reply(request, response, answer),
        () => response.destroy(),
      )
      return true
    },
    close() {
      for (const voice of voices.values()) voice.close()
      voices.clear()
    },
  }
}

function readPost(
  { headers }: IncomingMessage,
  body: string,
): { readonly text: string } | HookAnswer {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')) {
    return fault(415, 'malformed', 'Send JSON, with Content-Type: application/json.')
  }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return fault(400, 'malformed', 'The body is not JSON.')
  }
  const read = hookPostSchema.safeParse(value)
  if (!read.success) return wrong(read.error)
  const text = sentTextSchema.safeParse(textOf(read.data))
  return text.success ? { text: text.data } : wrong(text.error)
}

/** The author is always the webhook: a name is only words. */
const textOf = ({ name, text }: HookPost): string =>
  name === undefined ? text : `${name}: ${text}`

function wrong(error: {
  readonly issues: readonly { code?: string; path: PropertyKey[]; message: string }[]
}): HookAnswer {
  const [issue] = error.issues
  const where = issue?.path.map(String).join('.') || 'text'
  return issue?.code === 'too_big'
    ? fault(413, 'too-large', `${where}: a message has at most ${MAX_TEXT_LENGTH} characters.`)
    : fault(400, 'malformed', `${where}: ${issue?.message ?? 'is wrong'}`)
}

const isKey = (key: string): boolean => key.length > 0 && key.length <= MAX_KEY_LENGTH

function told(posted: Posted, id: MessageId, room: RoomId): HookAnswer {
  switch (posted.kind) {
    case 'ack':
      return { status: 200, body: { id, room, seq: posted.seq, at: posted.at } }
    case 'held': {
      const { retryAfterMs, code } = posted
      const words = code === 'rate-limited' ? 'Too many messages.' : 'Nothing can be stored now.'
      return { ...fault(code === 'rate-limited' ? 429 : 503, code, words), retryAfterMs }
    }
    case 'refused':
      if (posted.code === 'removed' || posted.code === 'banned') return NO_HOOK
      return fault(posted.code === 'too-large' ? 413 : 403, posted.code, posted.message)
  }
}

function fault(status: number, code: string, message: string): HookAnswer {
  return { status, body: { error: { code, message } } }
}
const NO_HOOK = fault(404, 'unauthorized', 'There is no such webhook.')

function reply(request: IncomingMessage, response: ServerResponse, answer: HookAnswer): void {
  if (response.destroyed) return
  const { status, body, retryAfterMs } = answer
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'POST' } : {}),
    ...(retryAfterMs === undefined
      ? {}
      : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
    // What was not read is not waited for.
    ...(request.complete ? {} : { Connection: 'close' }),
  })
  response.end(JSON.stringify(body))
}
