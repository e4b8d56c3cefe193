/** One person is one member, whichever way their bearer token comes in. */
import { describe, expect, it } from 'vitest'
import type { MemberId } from '../../protocol/ids.ts'
import { type HubKit, hubKit, type Person, type TestDevice } from '../../testing/hub-kit.ts'
import { type SessionKit, sessionKit } from '../../testing/session-kit.ts'
import type { Vouched } from './admission.ts'
import type { Vouching } from './vouching.ts'

const END = 4_000_000_000_000
/** A token of these tests is the name of whoever it is for. */
const vouching: Vouching = {
  of: async (subject) => ({
    ...{ kind: 'vouched', role: 'member', by: 'the tests', subject, endsAt: END },
  }),
}
const kitWith = (): Promise<SessionKit> => sessionKit({}, vouching)

async function show(
  kit: HubKit,
  person: Person,
  token: string,
  invite?: string,
): Promise<TestDevice> {
  const device = kit.connect(person)
  const brought = invite === undefined ? {} : { invite }
  await device.hello({ credential: { kind: 'token', token, ...brought } })
  return device
}

/** As a door for foreign clients has them come: by the id that it makes of the subject. */
async function atDoor(kit: SessionKit, id: MemberId, subject: string) {
  const device = kit.connect()
  let admitted: MemberId | undefined
  Object.assign(device, { admitted: (member: MemberId) => (admitted = member) })
  const vouched: Vouched = {
    member: { id, name: 'at a door' },
    device: { id: kit.newId(), name: 'a browser' },
    ticket: { kind: 'vouched', role: 'member', by: 'the tests' },
    token: { endsAt: END, subject },
    isBearer: true,
  }
  device.connectVouched(vouched)
  await kit.clock.settle()
  return { device, admitted: () => admitted }
}

const again = (kit: SessionKit, person: Person, as: { id: MemberId; name: string }): Person => ({
  ...person,
  ...{ member: as.id, name: as.name, device: kit.newId() },
})

describe('a bearer', () => {
  it('[I13] who comes under another id is told whose the token is, and comes again as them', async () => {
    const kit = await kitWith()
    const mara = await show(kit, kit.person('Mara Holm'), 'mara')
    expect(mara.of('welcome')).toHaveLength(1)
    const phone = await show(kit, kit.person('Mara'), 'mara')
    const { code, member } = phone.last('rejected')
    expect({ code, member }).toEqual({
      code: 'identity-taken',
      member: { id: mara.person.member, name: 'Mara Holm' },
    })
    expect(phone.closedWith?.code).toBe(4401)
    const back = await show(kit, again(kit, phone.person, member!), 'mara')
    expect(back.of('welcome')).toHaveLength(1)
    expect(mara.closedWith).toBeUndefined()
    expect((await kit.actions()).slice(-2)).toEqual(['admitted', 'device-linked'])
    expect((await kit.store.members()).map(({ name }) => name)).toEqual(['Mara', 'Mara Holm'])
  })

  it('[I13] is one person at every door, and a door that guessed is told who they are', async () => {
    const kit = await kitWith()
    const mara = await show(kit, kit.person('Mara Holm'), 'mara')
    await mara.sync()
    const guessed = kit.newId<MemberId>()
    const { device, admitted } = await atDoor(kit, guessed, 'mara')
    expect(device.of('welcome')).toHaveLength(1)
    expect(admitted()).toBe(mara.person.member)
    await device.sync()
    device.post(device.general, 'from a browser')
    await kit.clock.settle()
    expect(mara.events(mara.general).at(-1)).toMatchObject({
      type: 'message.posted',
      actor: mara.person.member,
    })
    const people = kit.hub.devices().filter(({ name }) => name === 'Mara Holm')
    expect(people).toHaveLength(2)
    expect(kit.hub.onlinePeople()).toBe(2)

    const first = await atDoor(kit, kit.newId(), 'nia')
    expect(first.device.of('welcome')).toHaveLength(1)
    const native = await show(kit, kit.person('Nia'), 'nia')
    const hint = native.last('rejected').member
    expect(hint).toMatchObject({ id: first.admitted() })
    const back = await show(kit, again(kit, native.person, hint!), 'nia')
    expect(back.of('welcome')).toHaveLength(1)
  })

  it('[I5] [I13] who is banned is out at once, everywhere, and does not come back by another id', async () => {
    const kit = await kitWith()
    const eve = await show(kit, kit.person('Eve'), 'eve')
    const { device } = await atDoor(kit, kit.newId(), 'eve')
    await kit.host.ask({ type: 'ban-member', ref: 1, member: eve.person.member })
    expect([eve.closedWith?.code, device.closedWith?.code]).toEqual([4403, 4403])
    const disguised = await show(kit, kit.person('Somebody'), 'eve', await kit.invite())
    expect(disguised.last('rejected')).toMatchObject({ code: 'banned' })
    expect(disguised.last('rejected')).not.toHaveProperty('member')
    expect((await atDoor(kit, kit.newId(), 'eve')).device.last('rejected').code).toBe('banned')
  })

  it('[I5] [I13] who was removed comes back by a new invite beside the token, where tokens are asked for too', async () => {
    const kit = await kitWith()
    const nia = await show(kit, kit.person('Nia'), 'nia')
    await kit.host.ask({ type: 'remove-member', ref: 1, member: nia.person.member })
    expect((await show(kit, nia.person, 'nia')).last('rejected').code).toBe('removed')
    const { clock, store } = kit
    const options = { requireToken: true, admission: { kind: 'invites' } } as const
    const strict = await hubKit(options, 2, vouching, { clock, store })
    const invite = await kit.invite()
    const without = strict.connect(nia.person)
    await without.hello({ credential: { kind: 'secret', secret: invite } })
    expect(without.last('rejected').code).toBe('token-needed')
    const back = await show(strict, nia.person, 'nia', invite)
    expect(back.of('welcome')).toHaveLength(1)
  })

  it('[I13] shows a token each time with a device that one let in, and links none that would stay', async () => {
    const kit = await kitWith()
    const mara = await show(kit, kit.person('Mara Holm'), 'mara')
    await mara.ask({ type: 'link-device', ref: 3 })
    expect(mara.last('failed')).toMatchObject({ ref: 3, code: 'not-allowed' })
    mara.drop()
    const without = await kit.tryWith(undefined, mara.person)
    expect(without.last('rejected').code).toBe('token-needed')
    expect((await show(kit, mara.person, 'mara')).of('welcome')).toHaveLength(1)

    const sam = await kit.come('Sam')
    sam.drop()
    expect((await show(kit, sam.person, 'sam')).of('welcome')).toHaveLength(1)
    expect((await kit.tryWith(undefined, sam.person)).of('welcome')).toHaveLength(1)
  })

  it('[I11] [I13] links nothing with a device that was forgotten while it is connected', async () => {
    const kit = await kitWith()
    const eve = await show(kit, kit.person('Eve'), 'eve')
    const operator = { by: null, at: kit.clock.now() }
    await kit.store.registry.unbindToken(eve.person.member, true, operator)
    await eve.ask({ type: 'link-device', ref: 4 })
    expect(eve.last('failed')).toMatchObject({ ref: 4, code: 'not-allowed' })
    expect(eve.of('link-code')).toEqual([])
  })

  it('[I13] is kept as a hash: what the authority calls them is nowhere in the session', async () => {
    const kit = await hubKit({}, 1, vouching)
    const hashed: string[] = []
    const { register } = kit.store.registry
    Object.assign(kit.store.registry, {
      register: (...args: Parameters<typeof register>) => {
        hashed.push(JSON.stringify(args))
        return register(...args)
      },
    })
    const mara = kit.connect(kit.person('Mara'))
    await mara.hello({ credential: { kind: 'token', token: 'mara@example.org' } })
    expect(mara.of('welcome')).toHaveLength(1)
    expect(hashed).toHaveLength(1)
    expect(hashed[0]).not.toContain('mara@example.org')
  })
})
