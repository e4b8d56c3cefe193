import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../protocol/errors.ts'
import { challenge, OTHER, SELF, SESSION, welcome } from '../../testing/client-kit.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { scriptedServer } from '../../testing/scripted-server.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { createIdentity } from '../profile/identity.ts'
import { openProfileStore } from '../profile/profile-store.ts'
import { createSessionRegistry } from './session-registry.ts'
import { createSignIn } from './sign-in.ts'

/** Real sessions on real files, facing a scripted server. */
function stage(folder: string) {
  const profile = openProfileStore(join(folder, 'profile.json'), () => 0).store
  const server = scriptedServer()
  const clock = manualClock()
  const random = seededRandom(1)
  const registry = createSessionRegistry({
    profile,
    folder: join(folder, 'sessions'),
    deviceName: 'laptop',
    client: { dial: server.dial, clock, random: () => 0.5, uuid: () => random.uuid() },
    authorities: () => [],
    log: { info() {}, warn() {}, error() {} },
    needsNoNetwork: () => false,
    onEvent: (id) => signIn.follow(id),
    onAdmin() {},
    onListChange() {},
  })
  const signIn = createSignIn(profile, registry)
  const known = () => {
    const session = profile.session(SESSION)
    if (session === undefined) throw new Error('the session is gone')
    return session
  }
  /** The server answers whoever has dialled: lets them in, or says why not. */
  async function answer(code?: ErrorCode, member?: { id: typeof OTHER; name: string }) {
    await clock.settle()
    const connection = server.current()
    connection.open()
    connection.say(challenge())
    if (code === undefined) connection.say(welcome(), { type: 'synced' })
    else connection.say({ type: 'rejected', code, message: '', ...(member ? { member } : {}) })
    await clock.settle()
  }
  return {
    ...{ profile, registry, signIn, server, known, answer },
    start() {
      const opened = registry.open(known())
      if (!opened.ok) throw new Error(opened.failure.message)
      opened.value.connect()
    },
    state: () => registry.get(SESSION)?.view().connection,
    hello: () => server.current().sent.find((message) => message.type === 'hello'),
    shown: () => server.current().sent.find((message) => message.type === 'proof')?.credential,
  }
}

describe('signing in', () => {
  let folder: string
  let on: ReturnType<typeof stage>
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-sign-in-'))
    on = stage(folder)
    on.profile.update((current) => ({ ...current, name: 'Ada' }))
    on.profile.putSession({
      ...{ sessionId: SESSION, name: 'Night Server', addresses: ['10.0.0.1:1'], secret: 's' },
      ...createIdentity(),
      memberId: SELF,
    })
  })
  afterEach(() => {
    on.registry.closeAll()
    rmSync(folder, { recursive: true, force: true })
  })

  it('[I14] a token that lets in is kept, and shown by itself at the next start', async () => {
    on.start()
    await on.answer('token-needed')
    const given = on.signIn.withToken(SESSION, 'good')
    await on.answer()
    expect(await given).toMatchObject({ ok: true })
    on.registry.closeAll()

    const next = stage(folder)
    next.start()
    await next.answer()
    expect(next.shown()).toMatchObject({ kind: 'token', token: 'good' })
    expect(next.state()).toEqual({ state: 'online' })
    next.registry.closeAll()
  })

  it('a token that is refused is not kept; the one before is', async () => {
    on.start()
    await on.answer('token-needed')
    const wrong = on.signIn.withToken(SESSION, 'wrong')
    await on.answer('unauthorized')
    expect(await wrong).toMatchObject({ failure: { kind: 'unauthorized' } })
    expect(on.known()).not.toHaveProperty('token')
    const good = on.signIn.withToken(SESSION, 'good')
    await on.answer()
    await good
    const other = on.signIn.withToken(SESSION, 'of somebody else')
    on.server.current().say({ type: 'error', code: 'unauthorized', message: '' })
    expect(await other).toMatchObject({ ok: false })
    expect(on.known().token).toBe('good')
  })

  it('a token that nobody can be shown now is kept for later, and that is no failure', async () => {
    on.start()
    await on.answer('token-needed')
    const given = on.signIn.withToken(SESSION, 'later')
    on.server.current().close(1006)
    expect(await given).toMatchObject({ ok: true })
    expect(on.known().token).toBe('later')
  })

  it('[I13] joins again as whom the token belongs to, as a device of its own, and asks nobody', async () => {
    on.start()
    await on.answer('token-needed')
    const before = on.known()
    const given = on.signIn.withToken(SESSION, 'of Mara')
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    await on.answer()
    expect(await given).toMatchObject({ ok: true })
    const hello = on.hello()
    expect(hello).toMatchObject({ member: { id: OTHER, name: 'Mara' } })
    expect(hello?.device.id).not.toBe(before.deviceId)
    expect(on.shown()).toMatchObject({ kind: 'token', token: 'of Mara' })
    expect(on.known()).toMatchObject({
      ...{ memberId: OTHER, memberName: 'Mara', token: 'of Mara', addresses: ['10.0.0.1:1'] },
    })
    expect(on.known().deviceKey).not.toBe(before.deviceKey)
    expect(on.registry.views()).toMatchObject([{ self: { memberId: OTHER, name: 'Mara' } }])
  })

  it('[I13] does so by itself at a start, and once: whoever names yet another member is not followed', async () => {
    on.profile.putSession({ ...on.known(), token: 'of Mara' })
    on.start()
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    await on.answer('identity-taken', { id: SELF, name: 'Ada' })
    expect(on.state()).toMatchObject({ state: 'refused', reason: 'identity-taken' })
    expect(on.server.connections).toHaveLength(2)
    expect(on.known().memberId).toBe(OTHER)
  })

  it('says so when the session is gone', async () => {
    on.profile.removeSession(SESSION)
    expect(await on.signIn.withToken(SESSION, 'x')).toMatchObject({
      failure: { kind: 'no-such-session' },
    })
  })
})
