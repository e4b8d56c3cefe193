import { describe, expect, it, vi } from 'vitest'
import type { TestDevice } from '../../testing/hub-kit.ts'
import { sessionKit } from '../../testing/session-kit.ts'

describe('waiting for approval', () => {
  it('[I7] keeps newcomers at the door until a host or moderator decides', async () => {
    const kit = await sessionKit()
    await kit.change({ approval: true })
    const token = await kit.invite()
    const sam = await kit.tryWith(token, kit.person('Sam'))
    expect(sam.of('waiting')).toHaveLength(1)
    expect(sam.of('welcome')).toEqual([])
    const { waiting } = await kit.snapshot()
    expect(waiting).toMatchObject([
      { member: sam.person.member, name: 'Sam', address: '10.0.0.1', role: 'member' },
    ])
    // Waiting has no end of its own, and says nothing but that it is alive.
    await kit.clock.advance(120_000)
    await sam.ask({ type: 'ping', nonce: 3 })
    expect(sam.last('pong').nonce).toBe(3)
    await sam.ask({ type: 'browse-rooms', ref: 1 })
    expect(sam.last('error').code).toBe('unexpected')
    expect(sam.closedWith).toBeUndefined()

    await kit.host.ask({ type: 'approve', ref: 1, member: sam.person.member, accept: true })
    expect(sam.of('welcome')).toHaveLength(1)
    await sam.sync()
    expect(sam.of('synced')).toHaveLength(1)
    expect((await kit.snapshot()).waiting).toEqual([])
    expect((await kit.actions()).slice(-2)).toEqual(['admitted', 'approved'])
    sam.drop()
    expect((await kit.tryWith(undefined, sam.person)).of('welcome')).toHaveLength(1)
  })

  it('[I7] ends with a word of the host, or with the connection', async () => {
    const kit = await sessionKit()
    await kit.change({ approval: true })
    const token = await kit.invite()
    const eve = await kit.tryWith(token, kit.person('Eve'))
    await kit.host.ask({ type: 'approve', ref: 1, member: eve.person.member, accept: false })
    expect(eve.last('rejected').code).toBe('declined')
    expect(eve.closedWith?.code).toBe(4401)
    expect((await kit.actions()).at(-1)).toBe('declined')
    const nia = await kit.tryWith(token, kit.person('Nia'))
    nia.drop()
    await kit.host.ask({ type: 'approve', ref: 2, member: nia.person.member, accept: true })
    expect(kit.host.last('failed')).toMatchObject({ ref: 2, code: 'no-such-member' })
    expect((await kit.store.members()).map(({ name }) => name)).toEqual(['Mara'])
  })

  it('[I7] goes on when the store cannot take down who was sent away, unless the place is gone', async () => {
    const kit = await sessionKit()
    await kit.change({ approval: true })
    const token = await kit.invite()
    const waiting: TestDevice[] = []
    const comes = async (name: string): Promise<void> =>
      void waiting.push(await kit.tryWith(token, kit.person(name)))
    for (let i = 0; i < 10; i++) await comes(`Person ${i}`)
    const [first, second] = waiting
    const decline = (device: TestDevice | undefined, ref: number): void =>
      kit.host.tell({ type: 'approve', ref, member: device!.person.member, accept: false })
    /** The disk is slow, then full. */
    let fail = (): void => {}
    const note = vi.spyOn(kit.store.registry, 'note').mockImplementation(
      () =>
        new Promise((_, reject) => {
          fail = () => reject(new Error('the disk is full'))
        }),
    )

    // An eleventh takes the place of the first meanwhile.
    decline(first, 1)
    await kit.clock.settle()
    await comes('Person 10')
    fail()
    await kit.clock.settle()
    expect(first?.last('rejected').code).toBe('too-many')
    decline(second, 2)
    await kit.clock.settle()
    fail()
    await kit.clock.settle()
    note.mockRestore()
    expect(second?.of('rejected')).toEqual([])
    const listed = (await kit.snapshot()).waiting.map(({ name }) => name)
    const expected = Array.from({ length: 10 }, (_, i) => `Person ${i + 1}`)
    expect(listed.toSorted()).toEqual(expected.toSorted())
  })

  it('[I7] does not keep moderators by invite, nor those who are known', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await kit.change({ approval: true })
    expect((await kit.come('Kim', 'moderator')).of('welcome')).toHaveLength(1)
    sam.drop()
    expect((await kit.tryWith(undefined, sam.person)).of('welcome')).toHaveLength(1)
  })

  it('[I7] has bounded places, few of them for one address', async () => {
    const kit = await sessionKit()
    await kit.change({ approval: true })
    const token = await kit.invite()
    for (let n = 0; n < 10; n++) await kit.tryWith(token, kit.person(`Person ${n}`))
    const eleventh = await kit.tryWith(token, kit.person('Eleventh'))
    expect(eleventh.last('rejected').code).toBe('too-many')
    const first = kit.person('Elsewhere')
    const elsewhere = kit.connect(first)
    elsewhere.address = '10.0.0.9'
    await elsewhere.hello({ credential: { kind: 'secret', secret: token } })
    expect(elsewhere.of('waiting')).toHaveLength(1)
    // Under their id nobody else waits.
    const thief = kit.connect({ ...first, key: kit.random.key(), device: kit.newId() })
    thief.address = '10.0.0.10'
    await thief.hello({ credential: { kind: 'secret', secret: token } })
    expect(thief.last('rejected').code).toBe('identity-taken')
    expect((await kit.snapshot()).waiting).toHaveLength(11)
  })

  it('[I6] [I7] is no way around a lock that came meanwhile', async () => {
    const kit = await sessionKit()
    await kit.change({ approval: true })
    const sam = await kit.tryWith(await kit.invite(), kit.person('Sam'))
    await kit.change({ locked: true })
    await kit.host.ask({ type: 'approve', ref: 1, member: sam.person.member, accept: true })
    expect(sam.last('rejected').code).toBe('session-locked')
  })
})
