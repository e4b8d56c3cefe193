import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
  const { store } = openProfileStore(join(folder, 'profile.json'), () => 0)
  let broken = false
  let damaged = false
  const file = (of: string): string => join(folder, 'sessions', of, 'session.db')
  const profile: typeof store = {
    ...store,
    putSession(session) {
      // The first write of somebody else's name fails, as on a full disk.
      if (broken && session.memberId !== SELF) {
        if (damaged) {
          renameSync(file(`${SESSION}.before`), join(folder, 'kept.db'))
          writeFileSync(file(`${SESSION}.before`), 'no database')
        }
        throw new Error('ENOSPC')
      }
      store.putSession(session)
    },
  }
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
    onEvent(_id, event) {
      if (event.type === 'session') signIn.follow(event.session)
    },
    onAdmin() {},
    onTokenOver: (id, token, reason) => signIn.forget(id, token, reason),
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
    ...{ profile, registry, signIn, server, known, answer, clock },
    offered: () => server.current().sent.findLast((message) => message.type === 'refresh-token'),
    async say(...frames: Parameters<ReturnType<typeof server.current>['say']>) {
      await clock.settle()
      server.current().say(...frames)
      await clock.settle()
    },
    later: () => clock.settle(),
    /** `damage`: the file is unreadable as well, until it is mended. */
    failDisk(damage = false) {
      broken = true
      damaged = damage
    },
    mend: () => copyFileSync(join(folder, 'kept.db'), file(SESSION)),
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
    expect(on.state()).toMatchObject({ state: 'refused', reason: 'token-of-another' })
    expect(on.server.connections).toHaveLength(2)
    expect(on.known().memberId).toBe(OTHER)
  })

  it('a good token is kept when something else keeps its owner out', async () => {
    on.start()
    await on.answer('token-needed')
    const given = on.signIn.withToken(SESSION, 'good')
    await on.answer('name-taken')
    expect(await given).toMatchObject({ failure: { kind: 'not-allowed' } })
    expect(on.known().token).toBe('good')
  })

  it('[I13] who was in is told whose the token is, and goes on with the one before', async () => {
    on.start()
    await on.answer('token-needed')
    const good = on.signIn.withToken(SESSION, 'good')
    await on.answer()
    await good
    on.server.current().close(1006)
    await on.later()
    const given = on.signIn.withToken(SESSION, 'of Mara')
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    expect(await given).toMatchObject({
      failure: { message: 'This token belongs to Mara. Give one of your own.' },
    })
    expect(on.known()).toMatchObject({ memberId: SELF, token: 'good' })
  })

  it('two tokens given one after the other each have their own answer', async () => {
    on.start()
    await on.answer('token-needed')
    const first = on.signIn.withToken(SESSION, 'first')
    await on.answer()
    await first
    const refused = on.signIn.withToken(SESSION, 'A')
    const taken = on.signIn.withToken(SESSION, 'B')
    await on.say({ type: 'error', ref: on.offered()?.ref, code: 'unauthorized', message: '' })
    expect(on.offered()?.token).toBe('B')
    await on.say({ type: 'token-taken', ref: on.offered()?.ref, expiresAt: 3_600_000 })
    expect(await refused).toMatchObject({ failure: { kind: 'unauthorized' } })
    expect(await taken).toMatchObject({ ok: true })
    expect(on.known().token).toBe('B')
  })

  it('two wrong ones one after the other leave the one before them both', async () => {
    on.start()
    await on.answer('token-needed')
    const first = on.signIn.withToken(SESSION, 'first')
    await on.answer()
    await first
    const wrong = [on.signIn.withToken(SESSION, 'A'), on.signIn.withToken(SESSION, 'B')]
    const { length } = wrong
    for (let time = 0; time < length; time++) {
      const ref = on.offered()?.ref
      await on.say({ type: 'error', ref, code: 'unauthorized', message: '' })
    }
    expect(await Promise.all(wrong)).toMatchObject([{ ok: false }, { ok: false }])
    expect(on.known().token).toBe('first')
  })

  it('a token that the server cannot look at now is kept, and is no failure', async () => {
    on.start()
    await on.answer('token-needed')
    const first = on.signIn.withToken(SESSION, 'first')
    await on.answer()
    await first
    const given = on.signIn.withToken(SESSION, 'next')
    await on.say({ type: 'error', ref: on.offered()?.ref, code: 'unavailable', message: '' })
    expect(await given).toMatchObject({ ok: true })
    expect(on.known().token).toBe('next')
  })

  it('[I14] one that has ended is forgotten at once: the next start shows none', async () => {
    on.profile.putSession({ ...on.known(), token: 'stale' })
    on.start()
    await on.answer('token-expired')
    expect(on.known()).not.toHaveProperty('token')
    await on.answer('token-needed')
    expect(on.state()).toMatchObject({ state: 'refused', reason: 'token-ended' })
    on.registry.closeAll()

    const next = stage(folder)
    next.start()
    await next.answer('token-needed')
    expect(next.shown()).not.toHaveProperty('token')
    next.registry.closeAll()
  })

  it('[I14] one that was put off and is refused later is forgotten then; the one before it is not', async () => {
    on.start()
    await on.answer('token-needed')
    const first = on.signIn.withToken(SESSION, 'first')
    await on.answer()
    await first
    const given = on.signIn.withToken(SESSION, 'next')
    await on.say({ type: 'error', ref: on.offered()?.ref, code: 'unavailable', message: '' })
    expect(await given).toMatchObject({ ok: true })
    await on.clock.advance(15_000)
    await on.say({ type: 'error', ref: on.offered()?.ref, code: 'unauthorized', message: '' })
    expect(on.known().token).toBe('first')
  })

  it('[I14] one that was kept for later and has ended is followed by none', async () => {
    on.start()
    await on.answer('token-needed')
    const first = on.signIn.withToken(SESSION, 'first')
    await on.answer()
    await first
    on.registry.get(SESSION)?.disconnect()
    expect(await on.signIn.withToken(SESSION, 'next')).toMatchObject({ ok: true })
    on.registry.get(SESSION)?.connect()
    await on.answer()
    on.server.current().close(4401)
    await on.later()
    expect(on.state()).toMatchObject({ state: 'refused', reason: 'token-ended' })
    expect(on.known()).not.toHaveProperty('token')
  })

  it('one from before the person left is not theirs who join anew', async () => {
    on.start()
    await on.answer('token-needed')
    const first = on.signIn.withToken(SESSION, 'first')
    await on.answer()
    await first
    on.registry.get(SESSION)?.disconnect()
    await on.signIn.withToken(SESSION, 'next')
    const { token: _token, ...left } = on.known()
    on.registry.remove(SESSION)
    on.profile.putSession({ ...left, ...createIdentity() })
    on.start()
    await on.answer('token-needed')
    const wrong = on.signIn.withToken(SESSION, 'wrong')
    await on.answer('unauthorized')
    expect(await wrong).toMatchObject({ ok: false })
    expect(on.known()).not.toHaveProperty('token')
  })

  it('[I13] one of another member is forgotten where it cannot become this person’s', async () => {
    on.start()
    await on.answer('token-needed')
    const given = on.signIn.withToken(SESSION, 'good')
    await on.answer()
    await given
    on.registry.closeAll()
    on.profile.putSession({ ...on.known(), token: 'of Mara' })
    on.start()
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    expect(on.state()).toMatchObject({ reason: 'token-of-another' })
    expect(on.known()).not.toHaveProperty('token')
  })

  it('[I13] a session that cannot begin anew stays in the list as it was', async () => {
    on.start()
    await on.answer('token-needed')
    const before = on.known()
    const given = on.signIn.withToken(SESSION, 'of Mara')
    on.failDisk()
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    expect(await given).toMatchObject({ ok: false })
    expect(on.registry.views()).toMatchObject([{ id: SESSION, self: { memberId: SELF } }])
    expect(on.known().memberId).toBe(before.memberId)
  })

  it('one whose file cannot be opened again either stays in the list with its problem, until it can', async () => {
    on.start()
    await on.answer('token-needed')
    const given = on.signIn.withToken(SESSION, 'of Mara')
    on.failDisk(true)
    await on.answer('identity-taken', { id: OTHER, name: 'Mara' })
    expect(await given).toMatchObject({ ok: false })
    expect(on.registry.get(SESSION)).toBeUndefined()
    const why = { kind: 'internal', message: expect.stringMatching(/\.$/) as unknown }
    expect(on.registry.find(SESSION)).toMatchObject({ failure: why })
    expect(on.registry.views()).toMatchObject([
      {
        ...{ id: SESSION, name: 'Night Server', self: { memberId: SELF, name: 'Ada' } },
        connection: { state: 'offline', problem: expect.stringMatching(/\.$/) as unknown },
      },
    ])
    on.mend()
    on.start()
    expect(on.registry.views()).toMatchObject([{ connection: { state: 'authenticating' } }])
  })

  it('says so when the session is gone', async () => {
    on.profile.removeSession(SESSION)
    expect(await on.signIn.withToken(SESSION, 'x')).toMatchObject({
      failure: { kind: 'no-such-session' },
    })
  })
})
