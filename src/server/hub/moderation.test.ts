import { describe, expect, it } from 'vitest'
import type { Request } from '../../protocol/client-messages.ts'
import type { InviteId, MemberId } from '../../protocol/ids.ts'
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import type { TestDevice } from '../../testing/hub-kit.ts'
import { sessionKit } from '../../testing/session-kit.ts'
import type { StoredInvite } from './registry-port.ts'

type AboutMember = Extract<Request, { member: unknown }>['type']
const about = (device: TestDevice, type: AboutMember, ref = 1): Request =>
  ({
    ...{ type, ref, member: device.person.member },
    ...(type === 'set-role' ? { role: 'guest' } : {}),
    ...(type === 'approve' ? { accept: true } : {}),
  }) as Request
const announced = { advance: 200 }
/** As the device was last told. */
const named = (device: TestDevice, name: string) =>
  device
    .of('people')
    .flatMap(({ members }) => members)
    .findLast((member) => member.name === name)

describe('removing and banning', () => {
  it('[I5] cuts the removed off at once, and takes them back with a new invite only', async () => {
    const kit = await sessionKit()
    const token = await kit.invite()
    const sam = await kit.tryWith(token, kit.person('Sam'))
    await sam.sync()
    const tablet = kit.connect(await kit.furtherDevice(sam.person))
    await tablet.enter()
    const nia = await kit.come('Nia')
    await kit.host.ask(about(sam, 'remove-member'))
    for (const device of [sam, tablet]) {
      expect(device.last('rejected').code).toBe('removed')
      expect(device.closedWith?.code).toBe(4403)
    }
    // What waits in their outbox goes nowhere, with or without the old invite.
    sam.post(kit.host.general, 'from outside')
    const again = await kit.tryWith(token, sam.person)
    expect(again.last('rejected').code).toBe('removed')
    again.post(kit.host.general, 'again')
    await kit.clock.advance(announced.advance)
    expect(nia.events(kit.host.general)).toEqual([])
    expect(named(nia, 'Sam')).toMatchObject({ gone: true })

    const back = await kit.tryWith(await kit.invite(), sam.person)
    await back.sync()
    back.post(back.general, 'here I am')
    await kit.clock.advance(announced.advance)
    expect(nia.events(back.general).at(-1)).toMatchObject({ text: 'here I am' })
    expect(named(nia, 'Sam')).not.toHaveProperty('gone')
  })

  it('[I5] bans by every key, whatever the member id, until the ban is taken back', async () => {
    const kit = await sessionKit()
    const eve = await kit.come('Eve')
    await kit.host.ask(about(eve, 'ban-member'))
    expect(eve.last('rejected').code).toBe('banned')
    expect(eve.closedWith?.code).toBe(4403)
    const token = await kit.invite()
    const disguises = [
      eve.person,
      { ...kit.person('Anna'), key: eve.person.key },
      { ...kit.person('Berta'), key: eve.person.key, device: eve.person.device },
    ]
    for (const person of disguises) {
      const device = await kit.tryWith(token, person)
      expect(device.last('rejected').code).toBe('banned')
      expect(device.closedWith?.code).toBe(4403)
    }
    expect((await kit.snapshot()).banned).toMatchObject([{ name: 'Eve' }])
    await kit.host.ask(about(eve, 'unban-member'))
    expect((await kit.snapshot()).banned).toEqual([])
    expect((await kit.tryWith(token, eve.person)).last('rejected').code).toBe('removed')
    const back = await kit.tryWith(await kit.invite(), eve.person)
    expect(back.of('welcome')).toHaveLength(1)
  })

  it('[I5] holds for those a door speaks for', async () => {
    const kit = await sessionKit({ admission: { kind: 'open' } })
    const person = kit.person('Tim')
    const connect = (): TestDevice => {
      const device = kit.connect(person)
      device.connectVouched({
        member: { id: person.member, name: person.name },
        device: { id: person.device, name: 'a browser' },
        ticket: { kind: 'vouched', role: 'member', by: 'a name' },
      })
      return device
    }
    const tim = connect()
    await kit.clock.settle()
    expect(tim.last('welcome').self.role).toBe('member')
    await kit.host.ask(about(tim, 'ban-member'))
    expect(tim.closedWith?.code).toBe(4403)
    const again = connect()
    await kit.clock.settle()
    expect(again.last('rejected').code).toBe('banned')
  })

  it('names nobody new who is gone: not in new rooms, not in direct ones', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await kit.host.ask(about(sam, 'remove-member'))
    await kit.host.ask({ type: 'open-direct', ref: 7, members: [sam.person.member] })
    expect(kit.host.last('failed')).toMatchObject({ ref: 7, code: 'no-such-member' })
  })
})

describe('roles', () => {
  it('[I9] let nobody act on an equal or a superior', async () => {
    const kit = await sessionKit()
    const kim = await kit.come('Kim', 'moderator')
    const lee = await kit.come('Lee', 'moderator')
    const sam = await kit.come('Sam')
    const acts: AboutMember[] = ['remove-member', 'ban-member', 'unban-member', 'set-role']
    for (const type of acts) {
      for (const target of [kit.host, lee]) {
        await kim.ask(about(target, type, 2))
        expect(kim.last('failed')).toMatchObject({ ref: 2, code: 'not-allowed' })
      }
      await sam.ask(about(kim, type, 3))
      expect(sam.last('failed')).toMatchObject({ ref: 3, code: 'not-allowed' })
    }
    await sam.ask(about(kim, 'approve', 4))
    expect(sam.last('failed')).toMatchObject({ ref: 4, code: 'not-allowed' })
    await kit.host.ask({ ...about(kit.host, 'set-role', 5), role: 'member' } as Request)
    expect(kit.host.last('failed')).toMatchObject({ ref: 5, code: 'not-allowed' })
    for (const device of [kit.host, kim, lee, sam]) expect(device.closedWith).toBeUndefined()

    await kim.ask(about(sam, 'remove-member', 6))
    expect(kim.last('carried-out').ref).toBe(6)
    await expect(kit.invite({ by: kim, role: 'moderator' })).rejects.toThrow('not-allowed')
    expect(await kit.invite({ by: kim, role: 'guest' })).toHaveLength(43)
  })

  it('[I9] take effect at once, and everybody sees them', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await sam.ask({ type: 'admin-watch', ref: 1, active: true })
    expect(sam.last('failed').code).toBe('not-allowed')
    const { member } = sam.person
    await kit.host.ask({ type: 'set-role', ref: 1, member, role: 'moderator' })
    await kit.clock.advance(announced.advance)
    expect(named(kit.host, 'Sam')).toMatchObject({ role: 'moderator' })
    await sam.ask({ type: 'admin-watch', ref: 2, active: true })
    await kit.clock.advance(announced.advance)
    expect(sam.of('admin')).toHaveLength(1)

    await kit.host.ask({ type: 'set-role', ref: 2, member, role: 'member' })
    await kit.change({ approval: true })
    await kit.clock.advance(announced.advance)
    expect(sam.of('admin')).toHaveLength(1)
  })
})

describe('the session', () => {
  it('[I6] locked, lets those it knows come and go, and nobody else', async () => {
    const kit = await sessionKit()
    const token = await kit.invite()
    const sam = await kit.come('Sam')
    await kit.change({ locked: true })
    expect(sam.last('session').session).toMatchObject({ locked: true, readOnly: false })
    const late = await kit.tryWith(token, kit.person('Late'))
    expect(late.last('rejected').code).toBe('session-locked')
    sam.drop()
    const again = await kit.tryWith(undefined, sam.person)
    expect(again.last('welcome').session.locked).toBe(true)
  })

  it('[I6] read-only, takes new writes of hosts and moderators alone, and answers resends', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const kim = await kit.come('Kim', 'moderator')
    const before = sam.post(sam.general, 'before')
    await kit.clock.settle()
    const { seq } = sam.last('ack')
    await kit.change({ readOnly: true })
    const after = sam.post(sam.general, 'after')
    await kit.clock.settle()
    expect(sam.last('refused')).toMatchObject({ id: after, code: 'read-only' })
    sam.post(sam.general, 'before', before)
    await kit.clock.settle()
    expect(sam.last('ack')).toMatchObject({ id: before, seq })
    await sam.ask({ type: 'open-direct', ref: 1, members: [kim.person.member] })
    expect(sam.last('failed')).toMatchObject({ ref: 1, code: 'read-only' })
    for (const leader of [kit.host, kim]) {
      const id = leader.post(leader.general, 'I may')
      await kit.clock.settle()
      expect(leader.last('ack').id).toBe(id)
    }
    await kit.change({ readOnly: false })
    sam.post(sam.general, 'after', after)
    await kit.clock.settle()
    expect(sam.last('ack').id).toBe(after)
  })

  it('[I9] is changed by moderators as far as they may', async () => {
    const kit = await sessionKit()
    const kim = await kit.come('Kim', 'moderator')
    await kim.ask({ type: 'change-session', ref: 1, change: { locked: true, readOnly: true } })
    expect(kim.last('carried-out').ref).toBe(1)
    const hostOnly = [
      { name: 'Mine' },
      { access: 'open' },
      { approval: true },
      { passphrase: 'nine lamps by the river' },
    ] as const
    for (const change of hostOnly) {
      await kim.ask({ type: 'change-session', ref: 2, change })
      expect(kim.last('failed')).toMatchObject({ ref: 2, code: 'not-allowed' })
    }
    expect(await kit.store.registry.settings()).toMatchObject({ approval: false, locked: true })
  })

  it('tells its new name, and keeps it', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await kit.change({ name: 'Field Station North' })
    expect(sam.last('session').session.name).toBe('Field Station North')
    await kit.restart()
    const again = await kit.tryWith(undefined, sam.person)
    expect(again.last('challenge').session.name).toBe('Field Station North')
    expect(again.last('welcome').session.name).toBe('Field Station North')
  })

  it('lets in whoever finds it when it is open, with approval when that is asked for', async () => {
    const kit = await sessionKit()
    await kit.change({ access: 'open' })
    const sam = await kit.tryWith(undefined, kit.person('Sam'))
    expect(sam.of('welcome')).toHaveLength(1)
    await kit.change({ approval: true })
    const nia = await kit.tryWith(undefined, kit.person('Nia'))
    expect(nia.of('waiting')).toHaveLength(1)
    await kit.change({ access: 'invite', approval: false })
    const late = await kit.tryWith(undefined, kit.person('Late'))
    expect(late.last('rejected').code).toBe('unauthorized')
  })
})

describe('what hosts and moderators are shown', () => {
  it('comes when they watch, and again with every change, gathered', async () => {
    const kit = await sessionKit()
    const first = await kit.snapshot()
    expect(first).toMatchObject({
      settings: { access: 'invite', approval: false, passphrase: false },
      waiting: [],
      invites: [],
      banned: [],
    })
    expect(first.code?.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    kit.host.forgetReceived()
    await Promise.all([kit.invite(), kit.change({ passphrase: 'nine lamps by the river' })])
    await kit.clock.advance(announced.advance)
    expect(kit.host.of('admin')).toHaveLength(1)
    expect(kit.host.last('admin')).toMatchObject({
      settings: { passphrase: true },
      invites: [{ label: 'test' }],
    })
    expect(JSON.stringify(kit.host.last('admin'))).not.toContain('lamps')
    await kit.host.ask({ type: 'admin-watch', ref: 1, active: false })
    await kit.change({ locked: true })
    await kit.clock.advance(announced.advance)
    expect(kit.host.of('admin')).toHaveLength(1)
  })

  it('[I10] includes a log of every act, in pages, for them alone', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await kit.host.ask(about(sam, 'set-role'))
    await kit.host.ask({ type: 'new-code', ref: 2 })
    await kit.host.ask({ type: 'audit', ref: 3, before: 1_000_000, limit: 3 })
    const { entries } = kit.host.last('audit-page')
    expect(entries.map(({ action, actor, target }) => [action, actor?.name, target?.name])).toEqual(
      [
        ['code-renewed', 'Mara', undefined],
        ['role-changed', 'Mara', 'Sam'],
        ['admitted', undefined, 'Sam'],
      ],
    )
    const before = entries.at(-1)?.number ?? 0
    await kit.host.ask({ type: 'audit', ref: 4, before, limit: 100 })
    expect(kit.host.last('audit-page').entries.map(({ action }) => action)).toEqual([
      'invite-created',
      'admitted',
    ])
    await sam.ask({ type: 'audit', ref: 5, before: 100, limit: 3 })
    expect(sam.last('failed')).toMatchObject({ ref: 5, code: 'not-allowed' })
  })

  it('fits a frame, with as much of everything as there may be', async () => {
    const kit = await sessionKit()
    const { registry } = kit.store
    const words = 'w'.repeat(80)
    const invite: StoredInvite = {
      ...{ id: kit.newId<InviteId>(), kind: 'invite', tokenHash: '', label: words, role: 'member' },
      ...{
        createdAt: 1e12,
        createdBy: kit.newId<MemberId>(),
        expiresAt: 1e12,
        maxUses: 1,
        uses: 1,
      },
      ...{ revokedAt: 1e12, madeAfter: 1, member: null },
    }
    registry.invites = async () => Array.from({ length: 200 }, () => invite)
    const snapshot = await kit.snapshot()
    expect(JSON.stringify(snapshot).length).toBeLessThan(MAX_FRAME_BYTES / 2)
  })

  it('says unavailable when the store cannot keep it, and changes nothing', async () => {
    const kit = await sessionKit()
    const { registry } = kit.store
    const { changeSettings } = registry
    registry.changeSettings = async () => Promise.reject(new Error('the disk is full'))
    await kit.host.ask({ type: 'change-session', ref: 1, change: { locked: true } })
    expect(kit.host.last('failed')).toMatchObject({ ref: 1, code: 'unavailable' })
    expect(kit.host.of('session')).toEqual([])
    registry.changeSettings = changeSettings
    await kit.change({ locked: true })
    expect(kit.host.last('session').session.locked).toBe(true)
  })
})

describe('the end', () => {
  it('tells members whether the host stopped the session or the server starts again', async () => {
    for (const reason of ['stopped', 'restart'] as const) {
      const kit = await sessionKit()
      const done = kit.hub.drain(reason)
      await kit.clock.settle()
      await done
      expect(kit.host.last('bye').reason).toBe(reason)
    }
  })
})
