/** What every store must do about who comes in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InviteId } from '../../protocol/ids.ts'
import { MAX_INVITES } from '../../protocol/limits.ts'
import type { Role } from '../../protocol/roles.ts'
import type { NewInvite, Registry, Ticket } from '../../server/hub/registry-port.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import { type Newcomers, newcomers } from './newcomers.ts'
import type { StoreUnderTest } from './store-contract.ts'

const ALL = 1_000

export function admissionContract(
  name: string,
  make: (random: SeededRandom) => StoreUnderTest,
): void {
  describe(`${name} lets people in by the rules`, () => {
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
    async function pair(role: Role = 'member') {
      const host = await people.owner('Mara')
      const guest = await people.withRole('Sam', role)
      return { host: host.member, sam: guest }
    }

    it('[I1] knows a device by its key, and gives a member id to nobody else', async () => {
      const mara = people.person('Mara')
      expect(await registry.checkIn(mara)).toEqual({ kind: 'newcomer' })
      expect(await people.come(mara)).toMatchObject({ kind: 'in', isNew: true })
      expect(await registry.checkIn(mara)).toMatchObject({ kind: 'in', isNew: false })

      const otherKey = { ...mara, device: { ...mara.device, key: random.key() } }
      expect(await registry.checkIn(otherKey)).toMatchObject({ code: 'identity-taken' })
      const otherDevice = { ...mara, device: people.person('x').device }
      expect(await registry.checkIn(otherDevice)).toEqual({ kind: 'newcomer' })
      for (const ticket of await people.everyTicket()) {
        expect(await people.come(otherDevice, ticket)).toMatchObject({ code: 'identity-taken' })
      }
      const otherMember = { ...mara, member: people.person('Eve').member }
      expect(await people.come(otherMember)).toMatchObject({ code: 'identity-taken' })
    })

    it('[I1] lets a door speak for a member only while nobody has a key of their own', async () => {
      const mara = people.person('Mara')
      await people.come(mara)
      const vouched: Ticket = { kind: 'vouched', role: 'member', by: 'a token' }
      const door = { ...people.person('Mara'), member: mara.member }
      const keyless = { ...door, device: { ...door.device, key: null } }
      expect(await people.come(keyless, vouched)).toMatchObject({ code: 'identity-taken' })

      const ada = people.person('Ada')
      const [one, two] = [people.person('Ada').device, people.person('Ada').device]
      const at = (device: typeof one) => ({ ...ada, device: { ...device, key: null } })
      expect(await people.come(at(one), vouched)).toMatchObject({ kind: 'in', isNew: true })
      expect(await people.come(at(two), vouched)).toMatchObject({ kind: 'in', isNew: false })
      expect(await registry.checkIn(at(two))).toMatchObject({ kind: 'in' })
    })

    it('[I3] refuses names that read the same, on coming and on renaming', async () => {
      const mara = people.person('Mara Holm')
      const sam = people.person('Sam')
      await people.come(mara)
      await people.come(sam)
      for (const alike of ['mara holm', 'MaraHolm', 'Маrа Hоlm', 'Mara\u200B Holm']) {
        expect(await people.come(people.person(alike))).toMatchObject({ code: 'name-taken' })
        const renamed = { ...sam, member: { ...sam.member, name: alike } }
        expect(await registry.checkIn(renamed)).toMatchObject({ code: 'name-taken' })
      }
      const free = { ...sam, member: { ...sam.member, name: 'Samuel' } }
      expect(await registry.checkIn(free)).toMatchObject({ member: { name: 'Samuel' } })
      // One’s own name in another spelling is still one’s own.
      const upper = { ...mara, member: { ...mara.member, name: 'MARA HOLM' } }
      expect(await registry.checkIn(upper)).toMatchObject({ member: { name: 'MARA HOLM' } })
      expect(await people.come(people.person('Sam'))).toMatchObject({ kind: 'in' })
    })

    it('[I3] gives a number to those whose names a door brings', async () => {
      await people.come(people.person('Mara'))
      const door = { ...people.person('Mara'), numberName: true }
      const vouched: Ticket = { kind: 'vouched', role: 'member', by: 'a token' }
      const entry = await people.come(door, vouched)
      expect(entry).toMatchObject({ kind: 'in', member: { name: 'Mara 2' } })
      expect(await registry.checkIn(door)).toMatchObject({ member: { name: 'Mara 2' } })
    })

    it('[I4] counts an invite for new members only, and refuses what has ended', async () => {
      await people.owner('Mara')
      const invite = await people.invite({ maxUses: 2, expiresAt: 5_000 })
      const sam = people.person('Sam')
      expect(await people.come(sam, invite.ticket)).toMatchObject({ kind: 'in' })
      expect(await people.come(sam, invite.ticket)).toMatchObject({ kind: 'in', isNew: false })
      const usesOf = async () => (await registry.invites()).map(({ uses }) => uses)
      expect(await usesOf()).toEqual([1])
      const late = { ...people.person('Late'), at: 5_000 }
      expect(await people.come(late, invite.ticket)).toMatchObject({ code: 'invite-expired' })
      await people.come(people.person('Nia'), invite.ticket)
      const third = people.person('Third')
      expect(await people.come(third, invite.ticket)).toMatchObject({ code: 'invite-used-up' })
      const unknown: Ticket = { kind: 'invite', tokenHash: 'guess' }
      expect(await people.come(third, unknown)).toMatchObject({ code: 'unauthorized' })
      expect(await people.come(third, { kind: 'none' })).toMatchObject({ code: 'unauthorized' })

      const revoked = await people.invite()
      await registry.revokeInvite(revoked.id, { by: null, at: 30 })
      expect(await people.come(third, revoked.ticket)).toMatchObject({ code: 'invite-revoked' })
      expect(await usesOf()).toEqual([0, 2])
    })

    it('[I4] lets one in when two come at once for the last use', async () => {
      const invite = await people.invite({ maxUses: 1 })
      const both = [people.person('Sam'), people.person('Nia')]
      const entries = await Promise.all(both.map((one) => people.come(one, invite.ticket)))
      expect(entries.map((entry) => (entry.kind === 'refused' ? entry.code : entry.kind))).toEqual(
        expect.arrayContaining(['in', 'invite-used-up']),
      )
      const tablets = [people.person('Tom'), people.person('Tom')]
      const named = await Promise.all(tablets.map((one) => people.come(one)))
      expect(named.filter(({ kind }) => kind === 'in')).toHaveLength(1)
    })

    it('[I4] keeps an invite that is made twice as it is, revoked or not', async () => {
      const invite = await people.invite()
      const again = { ...invite.wanted, label: 'other' }
      expect(await registry.createInvite(again, { by: null, at: 9 })).toEqual({ kind: 'unchanged' })
      const sameToken = { ...again, id: random.uuid() as InviteId }
      await registry.revokeInvite(invite.id, { by: null, at: 9 })
      expect(await registry.createInvite(sameToken, { by: null, at: 9 })).toEqual({
        kind: 'unchanged',
      })
      expect(await registry.invites()).toMatchObject([{ label: 'an invite', revokedAt: 9 }])
    })

    it('[I4] makes room for new invites among those that ended, and is bounded', async () => {
      for (let n = 0; n < MAX_INVITES; n++) await people.invite({ label: `${n}` })
      const more = people.wanted({ label: 'more' })
      expect(await registry.createInvite(more, { by: null, at: 9 })).toMatchObject({
        code: 'too-many',
      })
      const revoke = async (wanted: string): Promise<void> => {
        const ended = (await registry.invites()).find(({ label }) => label === wanted)
        await registry.revokeInvite(ended?.id as InviteId, { by: null, at: 9 })
      }
      await revoke('5')
      expect((await registry.createInvite(more, { by: null, at: 9 })).kind).toBe('changed')
      const labels = (await registry.invites()).map(({ label }) => label)
      expect(labels).toHaveLength(MAX_INVITES)
      expect([labels[0], labels.includes('5')]).toEqual(['more', false])

      // The server makes its own link again when it starts, unless it was taken back: that is remembered longest.
      const host = await people.owner('Mara')
      const act = { by: host.member.id, at: 9 }
      const [own, mine] = ['6', '7'].map((label) => people.wanted({ label: `new ${label}` }))
      for (const label of ['6', '7']) await revoke(label)
      await registry.createInvite(own as NewInvite, { by: null, at: 9 })
      await registry.createInvite(mine as NewInvite, act)
      for (const label of ['new 6', 'new 7']) await revoke(label)
      await registry.createInvite(people.wanted({ label: 'last' }), act)
      const kept = (await registry.invites()).map(({ label }) => label)
      expect([kept.includes('new 6'), kept.includes('new 7')]).toEqual([true, false])
    })

    it('[I6] lets nobody new into a locked session, and those it knows always', async () => {
      const { host } = await pair()
      const sam = people.person('Nia')
      await people.come(sam)
      await registry.changeSettings({ locked: true }, { by: host.id, at: 9 })
      for (const ticket of await people.everyTicket()) {
        expect(await people.come(people.person('New'), ticket)).toMatchObject({
          code: 'session-locked',
        })
      }
      expect(await registry.checkIn(sam)).toMatchObject({ kind: 'in' })
    })

    it('[I7] writes nothing before somebody who may says yes', async () => {
      const { host, sam } = await pair()
      await registry.changeSettings({ approval: true }, { by: host.id, at: 9 })
      const invite = await people.invite({ maxUses: 1 })
      const nia = people.person('Nia')
      const newcomer = people.newcomer(nia, invite.ticket)
      expect(await registry.register(newcomer)).toEqual({ kind: 'approval-needed', role: 'member' })
      expect(await registry.checkIn(nia)).toEqual({ kind: 'newcomer' })
      expect((await registry.invites()).find(({ id }) => id === invite.id)?.uses).toBe(0)
      expect((await registry.register(newcomer, sam.id)).kind).toBe('approval-needed')
      expect(await registry.register(newcomer, host.id)).toMatchObject({ kind: 'in' })
      expect((await actions()).slice(-2)).toEqual(['admitted', 'approved'])
      const helper = await people.invite({ role: 'moderator' })
      expect(await people.come(people.person('Kim'), helper.ticket)).toMatchObject({
        member: { role: 'moderator' },
      })
    })

    it('counts members up to the limit, and the known ones not again', async () => {
      const mara = people.person('Mara')
      expect(await people.come(mara, { kind: 'operator' }, { maxMembers: 1 })).toMatchObject({
        kind: 'in',
      })
      const second = people.person('Sam')
      expect(await people.come(second, { kind: 'operator' }, { maxMembers: 1 })).toMatchObject({
        code: 'session-full',
      })
      expect(await registry.checkIn(mara)).toMatchObject({ kind: 'in' })
    })

    it('has everything after it was opened again', async () => {
      if (under.reopen === undefined) return
      const { host } = await pair('guest')
      await registry.changeSettings({ approval: true, passphrase: 'p' }, { by: host.id, at: 9 })
      await people.invite({ maxUses: 3, expiresAt: 77 })
      const told = async () => [
        await registry.settings(),
        await registry.invites(),
        await registry.audit(ALL, ALL),
        await registry.devicesOf(host.id),
      ]
      const before = await told()
      const store = await under.reopen()
      registry = store.registry
      expect(await told()).toEqual(before)
      const roles = (await store.members()).map(({ role }) => role)
      expect(roles.toSorted()).toEqual(['guest', 'host'])
      expect(await store.storageBytes()).toBeGreaterThan(0)
    })
  })
}
