/** What every store must do about whose a bearer token is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { MAX_DEVICES_PER_MEMBER } from '../../protocol/limits.ts'
import type { Bearer, Comer, Registry, Ticket } from '../../server/hub/registry-port.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import { type Newcomers, newcomers } from './newcomers.ts'
import type { StoreUnderTest } from './store-contract.ts'

const ALL = 1_000
const VOUCHED: Ticket = { kind: 'vouched', role: 'member', by: 'an authority' }

export function bearerContract(name: string, make: (random: SeededRandom) => StoreUnderTest): void {
  describe(`${name} knows whose a bearer token is`, () => {
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

    const bearer = (change: Partial<Bearer> = {}): Bearer => ({
      ...{ subject: random.key(), doorMember: random.uuid() as MemberId },
      ...change,
    })
    /** Comes as the hub lets somebody come who shows a token. */
    async function show(comer: Comer, shown: Bearer, ticket = VOUCHED) {
      const holder = { ...comer, bearer: shown }
      const known = await registry.checkIn(holder)
      return known.kind === 'newcomer' ? people.come(holder, ticket) : known
    }
    const furtherOf = (comer: Comer) => ({ ...people.person('x'), member: comer.member })
    /** As a door for foreign clients says who comes: by the id it makes of the subject, and without a key. */
    const atDoor = (shown: Bearer, deviceId = random.uuid() as DeviceId, called = 'at a door') => ({
      ...people.person(called),
      member: { id: shown.doorMember as MemberId, name: called },
      device: { id: deviceId, name: 'a client', key: null },
      numberName: true,
    })
    const audit = async () =>
      (await registry.audit(ALL, ALL))
        .map(({ action, detail, target }) => [action, target?.name, detail])
        .toReversed()

    it('[I13] is one member: another id is refused and told whose it is', async () => {
      const [mara, token] = [people.person('Mara'), bearer()]
      expect(await show(mara, token)).toMatchObject({ kind: 'in', isNew: true })
      expect(await registry.memberOfSubject(token.subject)).toBe(mara.member.id)
      const second = people.person('Mara too')
      const taken = { code: 'identity-taken', member: mara.member }
      expect(await show(second, token)).toMatchObject(taken)
      expect(await registry.memberOfSubject(random.key())).toBeUndefined()

      // Somebody who is a member already cannot be them as well.
      const sam = people.person('Sam')
      await people.come(sam)
      expect(await registry.checkIn({ ...sam, bearer: token })).toMatchObject(taken)
      expect(await registry.checkIn(sam)).toMatchObject({ kind: 'in' })
      const entries = await audit()
      expect(entries).toEqual([
        ['admitted', 'Mara', 'an authority'],
        ['admitted', 'Sam', 'join secret'],
      ])
    })

    it('[I13] lets further devices of its member in, as many as a member may have', async () => {
      const [mara, token] = [people.person('Mara'), bearer()]
      await show(mara, token)
      const tablet = furtherOf(mara)
      expect(await show(tablet, token)).toMatchObject({ kind: 'in', isNew: false })
      expect(await show(tablet, token)).toMatchObject({ kind: 'in', isNew: false })
      expect((await registry.devicesOf(mara.member.id)).map(({ id }) => id)).toEqual([
        mara.device.id,
        tablet.device.id,
      ])
      expect((await audit()).at(-1)).toEqual(['device-linked', 'Mara', 'laptop, by a bearer token'])
      // Places of foreign clients are not counted among them.
      await show(atDoor(token), token)
      for (let n = 2; n < MAX_DEVICES_PER_MEMBER; n++) {
        expect(await show(furtherOf(mara), token)).toMatchObject({ kind: 'in' })
      }
      expect(await show(furtherOf(mara), token)).toMatchObject({ code: 'too-many' })
      expect(await show(atDoor(token), token)).toMatchObject({ kind: 'in' })
    })

    it('[I13] belongs to whoever is known by their key when it is first shown, for good', async () => {
      const [sam, token] = [people.person('Sam'), bearer()]
      await people.come(sam)
      expect(await show(sam, token)).toMatchObject({ kind: 'in', isNew: false })
      expect(await registry.memberOfSubject(token.subject)).toBe(sam.member.id)
      const other = bearer()
      const refused = await show(sam, other)
      expect(refused).toMatchObject({ code: 'identity-taken' })
      expect(refused).not.toHaveProperty('member')
      expect(await registry.memberOfSubject(other.subject)).toBeUndefined()
      // Under an id that is somebody's, a token that is nobody's yet helps nobody.
      const nia = people.person('Nia')
      await people.come(nia)
      expect(await show(furtherOf(nia), other)).toMatchObject({ code: 'identity-taken' })
      expect(await registry.devicesOf(nia.member.id)).toHaveLength(1)
    })

    it('[I13] makes one member of two who come with it at the same moment', async () => {
      const token = bearer()
      const both = [people.person('Mara'), people.person('Mara Holm')]
      const entries = await Promise.all(both.map((one) => show(one, token)))
      const [won, lost] = entries[0]?.kind === 'in' ? entries : entries.toReversed()
      const owner = await registry.memberOfSubject(token.subject)
      expect(won).toMatchObject({ kind: 'in', isNew: true, member: { id: owner } })
      expect(lost).toMatchObject({ code: 'identity-taken', member: { id: owner } })
    })

    it('[I13] is the same person at a door for foreign clients, whichever way they came first', async () => {
      const [mara, token] = [people.person('Mara Holm'), bearer()]
      await show(mara, token)
      const place = atDoor(token, undefined, 'm.holm')
      expect(await show(place, token)).toMatchObject({
        kind: 'in',
        isNew: false,
        member: { id: mara.member.id, name: 'Mara Holm' },
      })
      // What the token calls them does not rename who has a device of their own.
      expect(await show(place, token)).toMatchObject({ member: { name: 'Mara Holm' } })

      const [at, other] = [bearer(), people.person('Sam')]
      expect(await show(atDoor(at, undefined, 'Sam'), at)).toMatchObject({
        kind: 'in',
        isNew: true,
      })
      const hint = await show(other, at)
      expect(hint).toMatchObject({ member: { id: at.doorMember, name: 'Sam' } })
      const again = { ...other, member: { id: at.doorMember as MemberId, name: 'Sam' } }
      expect(await show(again, at)).toMatchObject({ kind: 'in', isNew: false })
      expect(await show(again, at)).toMatchObject({ kind: 'in', isNew: false })
    })

    it('[I13] finds those who came by a door before tokens were bound', async () => {
      const token = bearer()
      const place = atDoor(token, undefined, 'Sam')
      expect(await people.come(place, VOUCHED)).toMatchObject({ kind: 'in', isNew: true })
      expect(await registry.memberOfSubject(token.subject)).toBeUndefined()
      const native = people.person('Samuel')
      expect(await show(native, token)).toMatchObject({ member: { id: token.doorMember } })
      expect(await show(place, token)).toMatchObject({ kind: 'in', isNew: false })
      expect(await registry.memberOfSubject(token.subject)).toBe(token.doorMember)

      // A stranger who took the id that a door would have made is nobody's owner.
      const [squatted, squatter] = [bearer(), people.person('Squatter')]
      const taken = { id: squatted.doorMember as MemberId, name: 'Squatter' }
      await people.come({ ...squatter, member: taken })
      expect(await show(people.person('Nia'), squatted)).toMatchObject({ kind: 'in', isNew: true })
      expect(await show(atDoor(squatted), squatted)).toMatchObject({ member: { name: 'Nia' } })
    })

    it('[I5] [I13] keeps a banned person out under every id, and at every door', async () => {
      const host = await people.owner('Hanna')
      const [eve, token] = [people.person('Eve'), bearer()]
      await show(eve, token)
      const act = { by: host.member.id, at: 40 }
      await registry.setStanding(eve.member.id, 'banned', act)
      const invite = await people.invite()
      const withInvite = {
        ...token,
        inviteHash: (invite.ticket as { tokenHash: string }).tokenHash,
      }
      for (const shown of [token, withInvite]) {
        for (const disguise of [eve, people.person('Somebody'), furtherOf(eve), atDoor(token)]) {
          expect(await show(disguise, shown)).toMatchObject({ code: 'banned' })
          expect(await show(disguise, shown, invite.ticket)).toMatchObject({ code: 'banned' })
        }
      }
      expect(await registry.devicesOf(eve.member.id)).toHaveLength(1)
    })

    it('[I5] [I13] takes a removed person back by an invite that is newer, shown beside the token', async () => {
      const host = await people.owner('Hanna')
      const [nia, token] = [people.person('Nia'), bearer()]
      await show(nia, token)
      const hashOf = ({ ticket }: { ticket: Ticket }) => (ticket as { tokenHash: string }).tokenHash
      const old = { ...token, inviteHash: hashOf(await people.invite()) }
      await registry.setStanding(nia.member.id, 'removed', { by: host.member.id, at: 40 })
      const tablet = furtherOf(nia)
      for (const comer of [nia, tablet, atDoor(token)]) {
        for (const shown of [token, old, { ...token, inviteHash: 'a guess' }]) {
          expect(await show(comer, shown)).toMatchObject({ code: 'removed' })
        }
      }
      expect(await show(people.person('Other'), token)).toMatchObject({ code: 'removed' })
      const invite = await people.invite({ role: 'guest', maxUses: 1 })
      const fresh = { ...token, inviteHash: hashOf(invite) }
      const hint = await show(people.person('Other'), fresh)
      expect(hint).toMatchObject({ code: 'identity-taken', member: nia.member })
      const back = { kind: 'in', isNew: true, member: { role: 'guest' } }
      expect(await show(tablet, fresh)).toMatchObject(back)
      expect(await show(nia, token)).toMatchObject({ kind: 'in', isNew: false })
      expect((await registry.invites()).find(({ id }) => id === invite.id)?.uses).toBe(1)
      // Who is in, or new, needs no invite, and uses none.
      const more = { ...bearer(), inviteHash: hashOf(await people.invite({ role: 'moderator' })) }
      const entry = await show(people.person('Kim'), more)
      expect(entry).toMatchObject({ kind: 'in', member: { role: 'member' } })
      expect((await registry.invites())[0]?.uses).toBe(0)
    })

    it('[I13] asks a device that was let in by a token for one each time', async () => {
      const [mara, token] = [people.person('Mara'), bearer()]
      await show(mara, token)
      expect(await registry.checkIn(mara)).toMatchObject({ code: 'token-needed' })
      for (const ticket of await people.everyTicket()) {
        expect(await people.come(mara, ticket)).toMatchObject({ code: 'token-needed' })
      }
      // Nor can it leave a device behind that stays.
      await expect(people.linkTicket(mara.member.id)).rejects.toThrow('not-allowed')

      // Who was a member by themselves stays one, and their further device by token does not.
      const [sam, its] = [people.person('Sam'), bearer()]
      await people.come(sam)
      await show(sam, its)
      const tablet = furtherOf(sam)
      await show(tablet, its)
      expect(await registry.checkIn(sam)).toMatchObject({ kind: 'in' })
      expect(await registry.checkIn(tablet)).toMatchObject({ code: 'token-needed' })
      await expect(people.linkTicket(sam.member.id)).rejects.toThrow('not-allowed')
    })

    it('[I5] [I13] lets a removed device stay without a token that came back by an invite alone', async () => {
      const host = await people.owner('Hanna')
      const [nia, token] = [people.person('Nia'), bearer()]
      await show(nia, token)
      await registry.setStanding(nia.member.id, 'removed', { by: host.member.id, at: 40 })
      const { ticket } = await people.invite()
      expect(await people.come(nia, ticket)).toMatchObject({ kind: 'in', isNew: true })
      expect(await registry.checkIn(nia)).toMatchObject({ kind: 'in' })
      expect(await show(people.person('Other'), token)).toMatchObject({ member: nia.member })
    })

    it('[I7] [I13] binds nothing before somebody who may says yes', async () => {
      const host = await people.owner('Hanna')
      await registry.changeSettings({ approval: true }, { by: host.member.id, at: 9 })
      const [sam, token] = [people.person('Sam'), bearer()]
      expect(await show(sam, token)).toMatchObject({ kind: 'approval-needed' })
      expect(await registry.memberOfSubject(token.subject)).toBeUndefined()
      const waiting = people.newcomer({ ...sam, bearer: token }, VOUCHED)
      const twin = people.newcomer({ ...people.person('Twin'), bearer: token }, VOUCHED)
      expect(await registry.register(waiting, host.member.id)).toMatchObject({ kind: 'in' })
      expect(await registry.memberOfSubject(token.subject)).toBe(sam.member.id)
      expect(await registry.register(twin, host.member.id)).toMatchObject({ member: sam.member })
    })

    it('[I13] is nobody’s again when an operator says so, and the next one of a known key is bound', async () => {
      const operator = { by: null, at: 50 }
      const [mara, old] = [people.person('Mara'), bearer()]
      await show(mara, old)
      const fresh = bearer()
      expect(await show(mara, fresh)).toMatchObject({ code: 'identity-taken' })
      const unbind = (...args: [MemberId, boolean]) => registry.unbindToken(...args, operator)
      expect(await unbind(mara.member.id, false)).toEqual({ kind: 'unbound', forgotten: 0 })
      expect(await registry.memberOfSubject(old.subject)).toBeUndefined()
      expect(await registry.checkIn(mara)).toMatchObject({ code: 'token-needed' })
      expect(await show(mara, fresh)).toMatchObject({ kind: 'in', isNew: false })
      // Whoever holds the old one is somebody else now.
      expect(await show(people.person('Mona'), old)).toMatchObject({ kind: 'in', isNew: true })

      const further = furtherOf(mara)
      await show(further, fresh)
      expect(await unbind(mara.member.id, true)).toEqual({ kind: 'unbound', forgotten: 2 })
      expect(await registry.devicesOf(mara.member.id)).toEqual([])
      expect(await show(further, fresh)).toMatchObject({ kind: 'refused' })
      expect(await unbind(mara.member.id, true)).toEqual({ kind: 'unchanged' })
      expect(await unbind(random.uuid() as MemberId, true)).toMatchObject({
        code: 'no-such-member',
      })
      const tokens = (await audit()).filter(([action]) => action === 'settings-changed')
      expect(tokens).toEqual([
        ['settings-changed', 'Mara', 'bearer token unbound'],
        ['settings-changed', 'Mara', 'bearer token unbound, devices forgotten: 2'],
      ])
    })

    it('[I13] keeps devices that came by themselves, and is unbound by hosts alone', async () => {
      const host = await people.owner('Hanna')
      const [sam, token] = [people.person('Sam'), bearer()]
      await people.come(sam)
      await show(sam, token)
      const byHost = { by: host.member.id, at: 60 }
      const own = { by: sam.member.id, at: 60 }
      expect(await registry.unbindToken(sam.member.id, true, own)).toMatchObject({
        code: 'not-allowed',
      })
      expect(await registry.unbindToken(sam.member.id, true, byHost)).toEqual({
        kind: 'unbound',
        forgotten: 0,
      })
      expect(await registry.checkIn(sam)).toMatchObject({ kind: 'in' })
    })

    it('[I13] is remembered after it was opened again', async () => {
      if (under.reopen === undefined) return
      const [mara, token] = [people.person('Mara'), bearer()]
      await show(mara, token)
      registry = (await under.reopen()).registry
      expect(await registry.memberOfSubject(token.subject)).toBe(mara.member.id)
      expect(await registry.checkIn(mara)).toMatchObject({ code: 'token-needed' })
      expect(await show(mara, token)).toMatchObject({ kind: 'in' })
    })
  })
}
