import { join } from 'node:path'
import type { ClientSession } from '../../../client/client-session.ts'
import type { HostingView } from '../../../ipc/contract.ts'
import { sessionIdSchema } from '../../../protocol/ids.ts'
import type { SessionId } from '../../../protocol/ids.ts'
import { createInvite } from '../../../protocol/invite.ts'
import { manualClock } from '../../../testing/manual-clock.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import type { StartProblem } from '../../hosting/lan-host.ts'
import { fail, ok } from '../../ipc/command-gate.ts'
import type { KnownSession } from '../../profile/profile-schema.ts'
import { openProfileStore } from '../../profile/profile-store.ts'
import { unknownSession } from '../known-sessions.ts'
import type { SessionRegistry } from '../session-registry.ts'
import { createSessions } from '../sessions.ts'

export const id = (n: number): SessionId =>
  sessionIdSchema.parse(`0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`)

export const KEY = Buffer.alloc(32, 7).toString('base64url')

/** Notes what is done to sessions and servers, in order. */
export function stage(folder: string) {
  const log: string[] = []
  const pins: (string | undefined)[] = []
  const profile = openProfileStore(join(folder, 'profile.json'), () => 0).store
  const clients = new Map<SessionId, ClientSession>()
  const active = new Map<SessionId, KnownSession>()
  let damaged: SessionId | null = null
  let refusesTerms = false
  let view: unknown = { connection: { state: 'online' } }
  let problem: StartProblem | null = null

  function client(session: KnownSession): ClientSession {
    const name = session.name
    const admin = {
      watch: async () => ok(null),
      change: async (change: unknown) => {
        log.push(`${name} on terms ${JSON.stringify(change)}`)
        return refusesTerms ? fail('unavailable', 'The disk is full.') : ok(null)
      },
    }
    return {
      admin,
      on: () => () => {},
      view: () => view,
      connect: () => log.push(`${name} connect`),
      connectNow: () => log.push(`${name} connect now`),
      disconnect: () => log.push(`${name} disconnect`),
      close: () => log.push(`${name} close`),
      presentAgain: () => log.push(`${name} shows the invite again`),
      rename: (to: string) => log.push(`${name} renamed ${to}`),
      setHosting: (on: boolean) => log.push(`${name} hosting ${on}`),
      updateAddresses: (to: readonly string[]) => log.push(`${name} at ${to.join(' ')}`),
    } as unknown as ClientSession
  }
  const registry = {
    open(session: KnownSession) {
      if (session.sessionId === damaged) return fail('internal', 'The file is damaged.')
      log.push(`${session.name} opened at ${session.addresses.join(' ')}`)
      pins.push(session.fingerprint)
      const opened = client(session)
      clients.set(session.sessionId, opened)
      return ok(opened)
    },
    get: (one: SessionId) => clients.get(one),
    find(one: SessionId) {
      const opened = clients.get(one)
      return opened === undefined ? unknownSession : ok(opened)
    },
    drop(one: SessionId) {
      log.push(`${profile.session(one)?.name} dropped`)
      profile.removeSession(one)
    },
    remove(one: SessionId) {
      log.push(`${profile.session(one)?.name} removed`)
      clients.delete(one)
      profile.removeSession(one)
    },
  } as unknown as SessionRegistry
  const hosting = {
    async start(session: KnownSession, portIsKnown: boolean) {
      if (active.has(session.sessionId)) return null
      log.push(`${session.name} served on ${session.hosted?.port}${portIsKnown ? ', known' : ''}`)
      if (problem === null) active.set(session.sessionId, session)
      if (problem === null) sessions.onHostReady(session.sessionId, 51_000)
      return problem
    },
    async stop(one: SessionId, reason = 'stopped') {
      if (active.delete(one))
        log.push(reason === 'restart' ? 'stopped for a moment' : 'served no more')
    },
    isActive: (one: SessionId) => active.has(one),
    keyOf: () => ({ kind: 'key', privateKey: 'PEM', fingerprint: KEY }),
    view: (session: KnownSession) => ({ name: session.name }) as HostingView,
    update: (session: KnownSession) => log.push(`${session.name} has the link ${session.secret}`),
  } as unknown as Hosting
  const sessions = createSessions({
    profile,
    registry,
    hosting,
    hostPort: 47_800,
    newId: () => id(7),
    clock: manualClock(),
    log: { info() {}, warn() {}, error() {} },
  })
  return {
    log,
    profile,
    sessions,
    pins,
    named: () => profile.update((current) => ({ ...current, name: 'Mara' })),
    damage: (one: SessionId) => (damaged = one),
    refuseTerms: () => (refusesTerms = true),
    shows: (shown: unknown) => (view = shown),
    breakServer: (why: StartProblem | null) => (problem = why),
    /** What was noted since the last call. */
    noted: () => log.splice(0),
  }
}

/** A link to the first session. */
export const invite = (addresses: readonly string[], secret = 'secret', proof = {}): string =>
  createInvite({ sessionId: id(1), name: 'Ward 3', addresses, secret, ...proof })
