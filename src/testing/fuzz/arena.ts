/**
 * A real server on a real port with two members in it who mean well. Whatever happens at its doors, they must
 * go on talking, and the log must hold in the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { get as getPlainly } from 'node:http'
import { get as getSecurely } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { PROBE_PATH, readProbeAnswer } from '../../pairing/probe-answer.ts'
import { splitSelectors } from '../../protocol/code.ts'
import type { MessageId } from '../../protocol/ids.ts'
import type { TokenClaims, TokenFault } from '../../server/auth/verify-token.ts'
import { systemSecrets } from '../../server/ops/system-secrets.ts'
import { startServer } from '../../server/start-server.ts'
import { openSqliteStore } from '../../server/store/sqlite/sqlite-store.ts'
import { makeHostKey } from '../../server/tls/host-key.ts'
import { type RawClient, rawClient, rawPerson, type RawPerson } from '../raw-client.ts'

export const ARENA_SECRET = 'a secret only members know'
/** A witness that is not answered by then counts as disturbed. */
const ANSWER_MS = 5_000
const QUEUE_BYTES = 262_144
const hookRate = { burst: 1_000, perMinute: 60_000 }

export interface Arena {
  readonly port: number
  readonly url: string
  /** Of the codes that were good when it was opened. */
  readonly selectors: readonly string[]
  /** Path that posts to the default group. */
  readonly hook: string
  /** Members who mean no good, the first a moderator; each is one device, which a new connection supersedes. */
  readonly vandals: RawPerson[]
  /** The witnesses exchange a message. Returns what was wrong. */
  check(): Promise<string[]>
  /** Stops the server and reads what it left on disk. Returns what was wrong. */
  finish(): Promise<string[]>
}

export async function openArena(encrypted = false): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), 'landline-fuzz-'))
  const teller = rawPerson('Wanda')
  await makeOwner(folder, teller)
  const started = await startServer(
    {
      dataDir: folder,
      host: '127.0.0.1',
      port: 0,
      admission: { kind: 'secret', secret: ARENA_SECRET },
      // Witnesses write a lot; vandals are welcome to.
      hub: { writes: { perMinute: 60_000, burst: 1_000, saved: 0, floodPerMinute: 2_000 } },
      door: { maxQueuedBytes: QUEUE_BYTES },
      doors: { signalr: true, plain: true, game: true, plainDoor: { echo: true } },
      verifyToken,
      pairing: true,
      integrations: { enabled: true, allowPrivateTargets: false, hookRate },
      ...(encrypted ? { tls: { kind: 'host-key', privateKey: makeHostKey() } as const } : {}),
    },
    { info() {}, warn() {} },
  )
  if (started.kind === 'failed') throw new Error(started.message)
  const server = started
  const vandals = Array.from({ length: 6 }, (_, index) => rawPerson(`Vandal ${index}`))
  const wanda = await enter(teller)
  const wim = await enter(rawPerson('Wim'))
  // Hosts, so that nobody may send them away; one of the vandals may do nearly everything else.
  await promote(wim.person, 'host')
  const [first = rawPerson('none')] = vandals
  await enter(first)
  await promote(first, 'moderator')
  const told: MessageId[] = []
  const general = wanda.general()

  async function enter(person: RawPerson): Promise<RawClient> {
    const client = await rawClient(server.url, person)
    await client.enter(ARENA_SECRET)
    return client
  }

  async function promote({ member }: RawPerson, role: 'host' | 'moderator'): Promise<void> {
    wanda.tell({ type: 'set-role', ref: 1, member, role })
    await wanda.next('carried-out')
  }

  async function makeHook(): Promise<string> {
    const what = { kind: 'incoming', room: general } as const
    wanda.tell({ type: 'create-integration', ref: 2, name: 'Alarms', rooms: [general], what })
    const { integration, secret } = await wanda.next('integration')
    return `/hooks/${integration.id}/${secret}`
  }

  /** The numbers of the default group as the hearer was sent them; forgets them. */
  function gap(): string[] {
    const seqs = wim.received.flatMap((message) =>
      message.type === 'events' && message.room === general
        ? message.events.map(({ seq }) => seq)
        : [],
    )
    wim.received.length = 0
    const skipped = seqs.find((seq, index) => index > 0 && seq !== (seqs[index - 1] ?? 0) + 1)
    return skipped === undefined ? [] : [`a witness was sent ${skipped} out of order`]
  }

  async function exchange(): Promise<void> {
    const id = wanda.post(general, `heard by all: ${told.length}`)
    told.push(id)
    await wanda.next('ack', (ack) => ack.id === id)
    await wim.next('events', ({ events }) => events.some((event) => event.id === id))
  }

  return {
    port: server.port,
    url: server.url,
    selectors: await selectorsOf(server.httpUrl),
    hook: await makeHook(),
    vandals,
    async check() {
      const wrong = await within(ANSWER_MS, exchange(), 'the witnesses could not talk')
      const health = await ask(`${server.httpUrl}/health`)
      if (!health.includes('"ok"')) wrong.push(`the server is not well: ${health}`)
      const queued = server.queuedBytes()
      if (queued > 10 * QUEUE_BYTES) wrong.push(`${queued} bytes wait in the send queues`)
      return [...wrong, ...gap()]
    },
    async finish() {
      const wrong: string[] = []
      for (const { webSocket } of [wanda, wim]) webSocket.close()
      wrong.push(...(await within(12_000, server.stop(), 'the server did not stop')))
      if (server.devices().length > 0) wrong.push(`${server.devices().length} devices are left`)
      wrong.push(...(await judgeLog(join(folder, 'session.db'), told)))
      rmSync(folder, { recursive: true, force: true })
      return wrong
    },
  }
}

/** As the app does before it serves. */
async function makeOwner(folder: string, { member, device, key, name }: RawPerson): Promise<void> {
  const { uuid, hash } = systemSecrets()
  const file = join(folder, 'session.db')
  const store = openSqliteStore({ file, uuid, hash, sessionName: undefined, sessionId: undefined })
  const deviceKey = deviceKeyOf(key).publicKey
  await store.registry.ensureOwner({ memberId: member, deviceId: device, deviceKey, name }, 0)
  await store.close()
}

/** Believes tokens that begin with `good-`; what follows is the person. */
async function verifyToken(token: string): Promise<TokenClaims | TokenFault> {
  const [, subject] = /^good-(\w+)$/.exec(token) ?? []
  if (subject === undefined) return { kind: 'fault', code: 'malformed', message: 'no token' }
  const expiresAt = Number.MAX_SAFE_INTEGER
  const rest = { issuer: 'fuzz', name: subject, roles: [], tokenId: undefined, all: {} }
  return { kind: 'claims', subject, expiresAt, ...rest }
}

/** As anybody may ask for them. */
async function selectorsOf(httpUrl: string): Promise<readonly string[]> {
  const answer = readProbeAnswer(await ask(`${httpUrl}${PROBE_PATH}`))
  return answer === null ? [] : splitSelectors(answer.selector)
}

/** What the server answers, whoever vouches for it; the fault when it does not. */
function ask(url: string): Promise<string> {
  return new Promise((resolve) => {
    const get = url.startsWith('https:') ? getSecurely : getPlainly
    const request = get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve(body))
    })
    request.on('error', (fault) => resolve(fault.message))
  })
}

async function within(ms: number, done: Promise<unknown>, otherwise: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([otherwise]), ms)
  })
  const ended = done.then(
    () => [],
    (fault: unknown) => [`${otherwise}: ${String(fault)}`],
  )
  const wrong = await Promise.race([ended, late])
  clearTimeout(timer)
  return wrong
}

/** D6 and D4 on disk: every log is numbered without a gap, and what the witnesses said is there once. */
async function judgeLog(file: string, told: readonly MessageId[]): Promise<string[]> {
  const { uuid, hash } = systemSecrets()
  const store = openSqliteStore({ file, uuid, hash, sessionName: undefined, sessionId: undefined })
  const wrong: string[] = []
  const seen = new Map<string, number>()
  for (const { id, head } of await store.rooms()) {
    for (let after = 0; after < head;) {
      const range = await store.eventsAfter(id, after, 500, 1_048_576)
      const events = range.kind === 'events' ? range.events : []
      if (events.length === 0) wrong.push(`room ${id} ends at ${after} instead of ${head}`)
      if (events.length === 0) break
      for (const event of events) {
        if (event.seq !== after + 1) wrong.push(`room ${id} has ${event.seq} after ${after}`)
        after = event.seq
        seen.set(event.id, (seen.get(event.id) ?? 0) + 1)
      }
    }
  }
  await store.close()
  for (const id of told) {
    if (seen.get(id) !== 1) wrong.push(`a witness’s message is there ${seen.get(id) ?? 0} times`)
  }
  return wrong
}
