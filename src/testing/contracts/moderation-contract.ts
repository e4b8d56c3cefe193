/** What every store must do about roles, bans, devices and the audit log. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { MAX_DEVICES_PER_MEMBER } from '../../protocol/limits.ts'
import type { Role } from '../../protocol/roles.ts'
import type { Registry, StoredMember, Ticket } from '../../server/hub/registry-port.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import { type Newcomers, newcomers } from './newcomers.ts'
import type { StoreUnderTest } from './store-contract.ts'

const ALL = 1_000

export function moderationContract(
  name: string,
  make: (random: SeededRandom) => StoreUnderTest,
): void {
  describe(`${name} lets people lead by the rules`, () => {
    let random: SeededRandom
    let under: StoreUnderTest
    let registry: Registry
    let people: Newcomers

    beforeEach(async () => {
      random = seededRandom(11)
      under = make(random)
      registry = (await under.open()).registry
      people = newcomers(() => registry, random)
    })
    afterEach(() => under.dispose())

    const actions = async (): Promise<string[]> =>
      (await registry.audit(ALL, ALL)).map(({ action }) => action).toReversed()
    const memberOf = async (entry: ReturnType<Registry['register']>): Promise<StoredMember> => {
      const done = await entry
      if (done.kind !== 'in') throw new Error(`not let in: ${JSON.stringify(done)}`)
      return done.member
    }
    async function pair(role: Role = 'member') {
      const host = await people.owner('Mara')
      const guest = await people.withRole('Sam', role)
      return { host: host.member, sam: guest }
    }

    it('[I5] takes a removed member back with an invite that is newer than the removal', async () => {
      const { host } = await pair()
      const old = await people.invite()
      const nia = people.person('Nia')
      await people.come(nia, old.ticket)
      const act = { by: host.id, at: 40 }
      expect(await registry.setStanding(nia.member.id, 'removed', act)).toMatchObject({
        member: { standing: 'removed', name: 'Nia' },
      })
      expect(await registry.checkIn(nia)).toEqual({ kind: 'newcomer' })
      const tickets: Ticket[] = [{ kind: 'none' }, { kind: 'operator' }, old.ticket]
      for (const ticket of tickets) {
        expect(await people.come(nia, ticket)).toMatchObject({ code: 'removed' })
        expect(await people.come(nia, ticket, { isOpen: true })).toMatchObject({ code: 'removed' })
      }
      // Their name stays theirs.
      expect(await people.come(people.person('nia'))).toMatchObject({ code: 'name-taken' })
      const fresh = await people.invite({ role: 'guest' })
      expect(await people.come(nia, fresh.ticket)).toMatchObject({
        kind: 'in',
        isNew: true,
        member: { role: 'guest', standing: 'active' },
      })
      expect(await registry.checkIn(nia)).toMatchObject({ kind: 'in' })
    })

    it('[I5] keeps a banned member out by every key of theirs, until the ban is taken back', async () => {
      const { host } = await pair()
      const eve = people.person('Eve')
      await people.come(eve)
      const tablet = { ...people.person('Eve'), member: eve.member }
      await people.link(tablet)
      const act = { by: host.id, at: 40 }
      await registry.setStanding(eve.member.id, 'banned', act)
      for (const device of [eve, tablet]) {
        expect(await registry.checkIn(device)).toMatchObject({ code: 'banned' })
        const { key } = device.device
        const stranger = people.person('Somebody else')
        const disguised = { ...stranger, device: { ...stranger.device, key } }
        for (const ticket of await people.everyTicket()) {
          expect(await people.come(disguised, ticket)).toMatchObject({ code: 'banned' })
          expect(await people.come(device, ticket)).toMatchObject({ code: 'banned' })
        }
      }
      expect(await registry.setStanding(eve.member.id, 'removed', act)).toEqual({
        kind: 'unchanged',
      })
      await registry.setStanding(eve.member.id, 'active', { by: host.id, at: 50 })
      expect(await people.come(eve, { kind: 'operator' })).toMatchObject({ code: 'removed' })
      expect(await people.come(eve, (await people.invite()).ticket)).toMatchObject({ kind: 'in' })
    })

    it('[I9] lets nobody act on an equal or a superior, nor give more than they may', async () => {
      const { host, sam: moderator } = await pair('moderator')
      const other = await people.withRole('Kim', 'moderator')
      const member = await people.withRole('Nia', 'member')
      const by = (actor: StoredMember) => ({ by: actor.id, at: 60 })
      const denied = { code: 'not-allowed' }
      for (const target of [host, other, moderator]) {
        expect(await registry.setStanding(target.id, 'banned', by(moderator))).toMatchObject(denied)
        expect(await registry.setStanding(target.id, 'removed', by(member))).toMatchObject(denied)
      }
      expect(await registry.setRole(member.id, 'guest', by(moderator))).toMatchObject(denied)
      expect(await registry.changeSettings({ approval: true }, by(moderator))).toMatchObject(denied)
      expect(await registry.changeSettings({ locked: true }, by(member))).toMatchObject(denied)
      expect((await registry.changeSettings({ locked: true }, by(moderator))).kind).toBe('changed')
      for (const role of ['host', 'moderator'] as const) {
        const wanted = people.wanted({ role })
        expect(await registry.createInvite(wanted, by(moderator))).toMatchObject(denied)
      }
      expect(await registry.createInvite(people.wanted({}), by(member))).toMatchObject(denied)
      const invite = await people.invite({ role: 'host' })
      expect(await registry.revokeInvite(invite.id, by(moderator))).toMatchObject(denied)
      expect((await registry.setStanding(member.id, 'removed', by(moderator))).kind).toBe('changed')
      expect(await registry.setRole(member.id, 'guest', by(host))).toMatchObject({
        code: 'no-such-member',
      })
    })

    it('[I9] keeps one host at least', async () => {
      const { host, sam } = await pair()
      const act = { by: host.id, at: 60 }
      const denied = { code: 'not-allowed' }
      expect(await registry.setRole(host.id, 'member', act)).toMatchObject(denied)
      expect(await registry.setStanding(host.id, 'removed', act)).toMatchObject(denied)
      expect(await registry.setRole(sam.id, 'host', act)).toMatchObject({ kind: 'changed' })
      expect(await registry.setRole(host.id, 'member', { by: sam.id, at: 61 })).toMatchObject({
        kind: 'changed',
      })
      expect(await registry.setRole(sam.id, 'member', { by: sam.id, at: 62 })).toMatchObject(denied)
    })

    it('[I10] writes down every act with the names of its moment, and secrets never', async () => {
      const { host, sam } = await pair()
      const act = { by: host.id, at: 70 }
      await registry.setRole(sam.id, 'moderator', act)
      await registry.changeSettings({ passphrase: 'stretched', name: 'New name' }, act)
      await registry.changeSettings({ passphrase: 'stretched' }, act)
      const invite = people.wanted({ label: 'Survey', role: 'guest' })
      await registry.createInvite(invite, act)
      await registry.revokeInvite(invite.id, act)
      await registry.setStanding(sam.id, 'banned', act)
      await registry.setStanding(sam.id, 'active', act)
      await registry.note({ action: 'declined', by: host.id, target: sam, detail: '', at: 71 })
      const log = await registry.audit(ALL, ALL)
      expect(log.map(({ number }) => number)).toEqual(log.map((_, index) => log.length - index))
      expect(log.slice(0, -3).map(({ action, detail }) => [action, detail])).toEqual([
        ['declined', ''],
        ['unbanned', ''],
        ['banned', ''],
        ['invite-revoked', 'Survey (guest)'],
        ['invite-created', 'Survey (guest)'],
        ['settings-changed', 'name “New name”, passphrase set'],
        ['role-changed', 'moderator'],
      ])
      expect(JSON.stringify(log)).not.toContain('stretched')
      expect(log[0]).toMatchObject({
        actor: { id: host.id, name: 'Mara' },
        target: { id: sam.id, name: 'Sam' },
        at: 71,
      })
      expect((await registry.audit(log[2]?.number ?? 0, 2)).map(({ action }) => action)).toEqual([
        'invite-revoked',
        'invite-created',
      ])
    })

    it('[I11] admits a further device once, by a link of that very member', async () => {
      const { sam } = await pair()
      const nia = people.person('Nia')
      await people.come(nia)
      const tablet = { ...people.person('Nia'), member: nia.member }
      const link = await people.linkTicket(nia.member.id)
      const stranger = { ...tablet, member: { id: sam.id, name: 'Sam' } }
      expect(await people.come(stranger, link)).toMatchObject({ code: 'unauthorized' })
      const expired = { ...tablet, at: 999_999 }
      expect(await people.come(expired, link)).toMatchObject({ code: 'invite-expired' })
      expect(await people.come(tablet, link)).toMatchObject({ kind: 'in', isNew: false })
      const phone = { ...people.person('Nia'), member: nia.member }
      expect(await people.come(phone, link)).toMatchObject({ code: 'unauthorized' })
      // An invite for newcomers is no link, and a link is no invite.
      const { ticket } = await people.invite()
      const asLink: Ticket = { ...(ticket as { tokenHash: string }), kind: 'link' }
      expect(await people.come(phone, asLink)).toMatchObject({ code: 'unauthorized' })
      const other = await people.linkTicket(nia.member.id)
      const asInvite: Ticket = { ...(other as { tokenHash: string }), kind: 'invite' }
      expect(await people.come(people.person('Eve'), asInvite)).toMatchObject({
        code: 'unauthorized',
      })
    })

    it('[I11] forgets a device, which another link brings back with another key', async () => {
      const nia = people.person('Nia')
      const member = await memberOf(people.come(nia))
      const act = { by: member.id, at: 80 }
      expect(await registry.forgetDevice(nia.device.id, act)).toMatchObject({ code: 'not-allowed' })
      const tablet = { ...people.person('Nia'), member: nia.member }
      await people.link(tablet)
      expect(await registry.devicesOf(member.id)).toHaveLength(2)
      const { sam } = await pair()
      expect(await registry.forgetDevice(tablet.device.id, { by: sam.id, at: 80 })).toMatchObject({
        code: 'no-such-device',
      })
      expect(await registry.forgetDevice(tablet.device.id, act)).toEqual({ kind: 'forgotten' })
      expect(await registry.devicesOf(member.id)).toMatchObject([{ id: nia.device.id }])
      expect(await registry.checkIn(tablet)).toEqual({ kind: 'newcomer' })
      expect(await people.come(tablet)).toMatchObject({ code: 'identity-taken' })
      const rekeyed = { ...tablet, device: { ...tablet.device, key: random.key() } }
      await people.link(rekeyed)
      expect(await registry.checkIn(rekeyed)).toMatchObject({ kind: 'in' })
      expect(await registry.checkIn(tablet)).toMatchObject({ code: 'identity-taken' })
    })

    it('[I11] bounds the devices of a member', async () => {
      const nia = people.person('Nia')
      await people.come(nia)
      const further = () => ({ ...people.person('Nia'), member: nia.member })
      for (let n = 1; n < MAX_DEVICES_PER_MEMBER; n++) await people.link(further())
      const link = await people.linkTicket(nia.member.id)
      expect(await people.come(further(), link)).toMatchObject({ code: 'too-many' })
    })

    it('[I9] makes the owner a host, whoever they were and however often', async () => {
      const first = await people.owner('Mara')
      expect(first.member).toMatchObject({ role: 'host', standing: 'active', name: 'Mara' })
      const again = await registry.ensureOwner(first.owner, 90)
      expect(again).toEqual(first.member)
      expect(await actions()).toEqual(['admitted'])
      const sam = people.person('Sam')
      await people.come(sam)
      const owner = {
        memberId: sam.member.id,
        deviceId: sam.device.id,
        deviceKey: sam.device.key,
        name: 'ignored',
      }
      expect(await registry.ensureOwner(owner, 91)).toMatchObject({ role: 'host', name: 'Sam' })
      const thief = { ...owner, memberId: random.uuid() as MemberId }
      expect(await registry.ensureOwner(thief, 92)).toMatchObject({ code: 'identity-taken' })
      const fresh = { ...owner, deviceId: random.uuid() as DeviceId, deviceKey: random.key() }
      await registry.ensureOwner(fresh, 93)
      expect(await registry.devicesOf(sam.member.id)).toHaveLength(2)
    })
  })
}
