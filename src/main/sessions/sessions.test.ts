import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createInvite, parseInvite } from '../../protocol/invite.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import { createIdentity } from '../profile/identity.ts'
import { id, invite, KEY, stage } from './testing/sessions-stage.ts'

describe('sessions of a profile', () => {
  let folder: string
  let on: ReturnType<typeof stage>
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-sessions-'))
    on = stage(folder)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('asks for a name before anything else', async () => {
    expect(on.sessions.join(invite(['10.0.0.1:1']))).toMatchObject({
      failure: { kind: 'no-profile' },
    })
    expect(await on.sessions.host('Field')).toMatchObject({ failure: { kind: 'no-profile' } })
    expect(on.noted()).toEqual([])
  })

  it('hosts: the server first, then the host’s own client over loopback', async () => {
    on.named()
    expect(await on.sessions.host('Field')).toEqual(ok({ session: id(7) }))
    expect(on.noted()).toEqual([
      'Field served on 47800',
      'Field opened at 127.0.0.1:51000',
      'Field hosting true',
      'Field connect',
    ])
    const session = on.profile.session(id(7))
    expect(session?.hosted).toEqual({ port: 51_000, autoResume: true })
    expect(session?.secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(session?.fingerprint).toBe(KEY)
    expect(on.pins).toEqual([KEY])
  })

  it('[I7] hosts on the terms that were asked for, before anybody can have the invite', async () => {
    on.named()
    const terms = { approval: true, passphrase: 'correct horse' }
    expect(await on.sessions.host('Field', terms)).toMatchObject({ ok: true })
    expect(on.noted().at(-1)).toBe(`Field on terms ${JSON.stringify(terms)}`)
  })

  it('[I7] hosts not at all rather than on other terms', async () => {
    on.named()
    on.refuseTerms()
    expect(await on.sessions.host('Field', { approval: true })).toMatchObject({
      failure: { kind: 'unavailable' },
    })
    expect(on.noted().slice(-2)).toEqual(['served no more', 'Field removed'])
    expect(on.profile.get().sessions).toEqual([])
  })

  it('hosts nothing that it cannot open itself', async () => {
    on.named()
    on.damage(id(7))
    expect(await on.sessions.host('Field')).toMatchObject({ failure: { kind: 'internal' } })
    expect(on.noted().slice(-2)).toEqual(['Field dropped', 'served no more'])
    expect(on.profile.get().sessions).toEqual([])
  })

  it('[I4] keeps the token of a new standing invite, and shows its link', async () => {
    on.named()
    await on.sessions.host('Field')
    on.noted()
    on.sessions.keepInvite(id(7), 'another token')
    expect(on.profile.session(id(7))?.secret).toBe('another token')
    expect(on.noted()).toEqual(['Field has the link another token'])
  })

  it('[T1] joins with the key of the invite; neither a link without one nor one with another takes it back', () => {
    on.named()
    const other = Buffer.alloc(32, 9).toString('base64url')
    on.sessions.join(invite(['10.0.0.1:1'], 'secret', { fingerprint: KEY }))
    on.sessions.join(invite(['10.0.0.2:1'], 'new secret'))
    expect(on.pins).toEqual([KEY, KEY])
    const joined = on.sessions.join(invite(['10.0.0.66:1'], 'evil', { fingerprint: other }))
    expect(joined).toMatchObject({
      failure: { kind: 'invalid-invite', message: expect.stringContaining('another key') },
    })
    expect(on.profile.session(id(1))).toMatchObject({
      ...{ fingerprint: KEY, secret: 'new secret', addresses: ['10.0.0.2:1'] },
    })
    expect(on.pins).toEqual([KEY, KEY])
  })

  it('leaves nothing behind when hosting cannot begin, and says why', async () => {
    on.named()
    on.breakServer({ code: 'server-failed', message: 'The disk is full.' })
    expect(await on.sessions.host('Field')).toEqual(fail('server-failed', 'The disk is full.'))
    expect(on.profile.get().sessions).toEqual([])
  })

  it('hosts again after any end of the app, on the port others know', async () => {
    on.named()
    await on.sessions.host('Field')
    const next = stage(folder)
    expect(next.sessions.resume()).toEqual([])
    expect(next.noted()).toEqual([
      'Field opened at 127.0.0.1:51000',
      'Field hosting true',
      'Field served on 51000, known',
      'Field at 127.0.0.1:51000',
      'Field connect now',
      'Field connect',
    ])
  })

  it('lets other programs in by starting the server anew, and keeps to it at the next start', async () => {
    on.named()
    await on.sessions.host('Field')
    on.noted()
    expect(await on.sessions.setDoors(id(7), true)).toEqual(ok(null))
    expect(on.noted()).toEqual([
      'stopped for a moment',
      'Field hosting true',
      'Field served on 51000, known',
      'Field at 127.0.0.1:51000',
      'Field connect now',
    ])
    expect(on.profile.session(id(7))?.hosted?.doors).toBe(true)
    expect(await on.sessions.setDoors(id(7), true)).toEqual(ok(null))
    expect(on.noted()).toEqual([])
    await on.sessions.stopHosting(id(7))
    on.noted()
    await on.sessions.setDoors(id(7), false)
    expect(on.noted()).toEqual([])
    expect(on.profile.session(id(7))?.hosted?.doors).toBe(false)
  })

  it('keeps a session stopped that a person stops while its server is started anew', async () => {
    on.named()
    await on.sessions.host('Field')
    on.noted()
    const switched = on.sessions.setDoors(id(7), true)
    await on.sessions.stopHosting(id(7))
    expect(await switched).toEqual(ok(null))
    expect(on.noted().filter((line) => line.startsWith('Field served'))).toEqual([])
    expect(on.profile.session(id(7))?.hosted).toMatchObject({ autoResume: false, doors: true })
  })

  it('does not host again what a person stopped, until they ask', async () => {
    on.named()
    await on.sessions.host('Field')
    on.noted()
    await on.sessions.stopHosting(id(7))
    expect(on.noted()).toEqual(['served no more', 'Field hosting false', 'Field disconnect'])
    const next = stage(folder)
    next.sessions.resume()
    expect(next.noted()).toEqual(['Field opened at 127.0.0.1:51000'])
    expect(await next.sessions.resumeHosting(id(7))).toEqual(ok(null))
    expect(next.noted()).toContain('Field served on 51000, known')
    expect(next.profile.session(id(7))?.hosted?.autoResume).toBe(true)
    expect(await next.sessions.resumeHosting(id(7))).toMatchObject({
      failure: { kind: 'already-hosting' },
    })
  })

  it('joins by an invite with an identity of its own, kept before the first contact', () => {
    on.named()
    expect(on.sessions.join(invite(['10.0.0.1:47800']))).toEqual(ok({ session: id(1) }))
    expect(on.noted()).toEqual(['Ward 3 opened at 10.0.0.1:47800', 'Ward 3 connect'])
    expect(on.profile.session(id(1))).toMatchObject({ secret: 'secret', name: 'Ward 3' })
  })

  it('takes the addresses of a newer invite, and a newer secret', () => {
    on.named()
    on.sessions.join(invite(['10.0.0.1:47800']))
    const identity = on.profile.session(id(1))?.memberId
    on.noted()
    on.sessions.join(invite(['10.9.9.9:47800']))
    expect(on.noted()).toEqual([
      'Ward 3 shows the invite again',
      'Ward 3 at 10.9.9.9:47800',
      'Ward 3 connect',
      'Ward 3 connect now',
    ])
    on.sessions.join(invite(['10.9.9.9:47800'], 'another'))
    expect(on.noted()).toEqual([
      'Ward 3 close',
      'Ward 3 opened at 10.9.9.9:47800',
      'Ward 3 connect',
    ])
    expect(on.profile.session(id(1))).toMatchObject({ secret: 'another', memberId: identity })
  })

  it('[I11] a further device is the same member under the same name, with keys of its own', () => {
    on.named()
    const member = { id: createIdentity().memberId, name: 'Ada', token: 'link token' }
    const paired = { sessionId: id(1), name: 'Ward 3', addresses: ['10.0.0.1:1'], fingerprint: KEY }
    expect(on.sessions.enter(paired, member)).toEqual(ok({ session: id(1) }))
    const known = on.profile.session(id(1))
    expect(known).toMatchObject({ memberId: member.id, memberName: 'Ada', link: 'link token' })
    const other = { ...member, id: createIdentity().memberId }
    expect(on.sessions.enter(paired, other)).toMatchObject({ failure: { kind: 'already-joined' } })
    on.sessions.enter(paired, { ...member, token: 'a newer one' })
    expect(on.profile.session(id(1))).toEqual({
      ...{ ...known, link: 'a newer one', disconnected: false },
    })
  })

  it('[I5] a device that was linked shows a newer invite, not the link it once came by', () => {
    on.named()
    const member = { id: createIdentity().memberId, name: 'Ada', token: 'link token' }
    const paired = { sessionId: id(1), name: 'Ward 3', addresses: ['10.0.0.1:1'], fingerprint: KEY }
    on.sessions.enter(paired, member)
    on.sessions.join(invite(['10.0.0.1:1'], 'made after the removal', { fingerprint: KEY }))
    const known = on.profile.session(id(1))
    expect(known).toMatchObject({ memberId: member.id, secret: 'made after the removal' })
    expect(known?.link).toBeUndefined()
  })

  it('[I4] a moderator’s invite leads to where the host is now, then to where it was', () => {
    on.named()
    on.sessions.join(invite(['10.0.0.1:1'], 'secret', { fingerprint: KEY }))
    const known = on.profile.session(id(1))
    if (known !== undefined) on.profile.putSession({ ...known, seenAt: ['10.0.0.9:2'] })
    const link = on.sessions.linkWith(id(1), 'for one')
    expect(parseInvite(link.ok ? link.value : '')).toMatchObject({
      invite: { addresses: ['10.0.0.9:2', '10.0.0.1:1'], secret: 'for one', fingerprint: KEY },
    })
  })

  it('[I3] another name in one session is kept, and tried at once', () => {
    on.named()
    on.sessions.join(invite(['10.0.0.1:47800']))
    on.noted()
    expect(on.sessions.setName(id(1), 'Mara K.')).toEqual(ok(null))
    expect(on.noted()).toEqual(['Ward 3 renamed Mara K.', 'Ward 3 connect'])
    expect(on.profile.session(id(1))?.memberName).toBe('Mara K.')
    expect(on.sessions.setName(id(2), 'x')).toMatchObject({ failure: { kind: 'no-such-session' } })
  })

  it('says what is wrong with an invite, and that one hosts the session oneself', async () => {
    on.named()
    expect(on.sessions.join('https://example.org')).toMatchObject({
      failure: { kind: 'invalid-invite', message: expect.stringContaining('landline://') },
    })
    await on.sessions.host('Field')
    const own = createInvite({ sessionId: id(7), name: 'Field', addresses: ['10.0.0.1:1'] })
    expect(on.sessions.join(own)).toMatchObject({ failure: { kind: 'already-joined' } })
  })

  it('stays disconnected over a restart when a person asked for it', () => {
    on.named()
    on.sessions.join(invite(['10.0.0.1:47800']))
    on.sessions.disconnect(id(1))
    const next = stage(folder)
    next.sessions.resume()
    expect(next.noted()).toEqual(['Ward 3 opened at 10.0.0.1:47800'])
    next.sessions.connect(id(1))
    expect(next.noted()).toEqual(['Ward 3 connect', 'Ward 3 connect now'])
    expect(next.profile.session(id(1))?.disconnected).toBe(false)
  })

  it('opens the others when one session’s file is damaged, names it, and tries again when asked', () => {
    on.named()
    on.sessions.join(invite(['10.0.0.1:47800']))
    const next = stage(folder)
    next.damage(id(1))
    expect(next.sessions.resume()).toEqual(['«Ward 3»: The file is damaged.'])
    expect(next.profile.session(id(1))).toBeDefined()
    expect(next.sessions.connect(id(1))).toMatchObject({ failure: { kind: 'internal' } })
    next.damage(id(9))
    expect(next.sessions.connect(id(1))).toEqual(ok(null))
    expect(next.noted()).toContain('Ward 3 connect')
  })

  it('a session that is hosted before it can be opened is the host’s once it is', async () => {
    on.named()
    await on.sessions.host('Field')
    await on.sessions.stopHosting(id(7))
    const next = stage(folder)
    next.damage(id(7))
    next.sessions.resume()
    await next.sessions.resumeHosting(id(7))
    next.damage(id(9))
    next.noted()
    expect(next.sessions.connect(id(7))).toEqual(ok(null))
    expect(next.noted()).toEqual([
      'Field opened at 127.0.0.1:51000',
      'Field hosting true',
      ...['Field connect', 'Field connect', 'Field connect now'],
    ])
  })

  it('counts nobody as in whom the session keeps out and has never let in', () => {
    on.named()
    expect(on.sessions.isIn(id(1))).toBe(false)
    on.sessions.join(invite(['10.0.0.1:47800']))
    expect(on.sessions.isIn(id(1))).toBe(true)
    on.shows({ newcomer: true, connection: { state: 'awaiting-approval' } })
    expect(on.sessions.isIn(id(1))).toBe(true)
    on.shows({ newcomer: true, connection: { state: 'refused' } })
    expect(on.sessions.isIn(id(1))).toBe(false)
    on.shows({ connection: { state: 'refused' } })
    expect(on.sessions.isIn(id(1))).toBe(true)
  })

  it('leaves a session, but not one that others are in because of this computer', async () => {
    on.named()
    await on.sessions.host('Field')
    expect(on.sessions.leave(id(7))).toMatchObject({ failure: { kind: 'not-allowed' } })
    await on.sessions.stopHosting(id(7))
    expect(on.sessions.leave(id(7))).toEqual(ok(null))
    expect(on.profile.get().sessions).toEqual([])
    expect(on.sessions.leave(id(7))).toMatchObject({ failure: { kind: 'no-such-session' } })
    expect(on.sessions.hostingView(id(7))).toMatchObject({ failure: { kind: 'no-such-session' } })
  })
})
