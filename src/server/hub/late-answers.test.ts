import { describe, expect, it } from 'vitest'
import type { TestDevice } from '../../testing/hub-kit.ts'
import { sessionKit } from '../../testing/session-kit.ts'
import type { Registry, CheckIn } from './registry-port.ts'

/** Holds the answer to the next check-in back, as a store over the network does. */
function heldBack(registry: Registry): { release(): void } {
  const { checkIn } = registry
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  registry.checkIn = async (comer): Promise<CheckIn> => {
    registry.checkIn = checkIn
    const answer = await checkIn(comer)
    await gate
    return answer
  }
  return { release: () => release() }
}

async function comeAgain(kit: Awaited<ReturnType<typeof sessionKit>>, device: TestDevice) {
  device.drop()
  const held = heldBack(kit.store.registry)
  const again = await kit.tryWith(undefined, device.person)
  return { again, held }
}

describe('an answer of the store that comes late', () => {
  it('[I5] lets nobody back in who was removed or banned meanwhile', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const { member } = sam.person
    const { again, held } = await comeAgain(kit, sam)
    await kit.host.ask({ type: 'remove-member', ref: 1, member })
    held.release()
    await kit.clock.settle()
    expect(again.of('welcome')).toEqual([])
    expect(again.last('rejected').code).toBe('removed')
    expect(kit.hub.devices().map(({ memberId }) => memberId)).not.toContain(member)
  })

  it('[I9] gives nobody back a role that was taken from them meanwhile', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam', 'moderator')
    const { member } = sam.person
    const { again, held } = await comeAgain(kit, sam)
    await kit.host.ask({ type: 'set-role', ref: 1, member, role: 'member' })
    held.release()
    await kit.clock.settle()
    expect(again.last('welcome').self.role).toBe('member')
    await again.ask({ type: 'audit', ref: 2, before: 1_000, limit: 10 })
    expect(again.last('failed')).toMatchObject({ ref: 2, code: 'not-allowed' })
  })

  it('[I11] lets no device in that was forgotten meanwhile', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const phone = await kit.furtherDevice(sam.person)
    const held = heldBack(kit.store.registry)
    const lost = await kit.tryWith(undefined, phone)
    await sam.ask({ type: 'forget-device', ref: 1, device: phone.device })
    expect(sam.last('carried-out').ref).toBe(1)
    held.release()
    await kit.clock.settle()
    expect(lost.of('welcome')).toEqual([])
    expect(lost.last('rejected').code).toBe('unauthorized')
  })
})

describe('somebody who is banned', () => {
  it('[I5] is cut off under every id they came by with the same key', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const other = await kit.tryWith(await kit.invite(), {
      ...kit.person('Nia'),
      key: sam.person.key,
    })
    await other.sync()
    sam.drop()
    await kit.host.ask({ type: 'ban-member', ref: 1, member: sam.person.member })
    expect(other.last('rejected').code).toBe('banned')
    expect(other.closedWith?.code).toBe(4403)
    expect(kit.host.closedWith).toBeUndefined()
  })
})

describe('somebody who waits', () => {
  it('[I7] waits on one connection: an older one of the same device is closed', async () => {
    const kit = await sessionKit()
    await kit.change({ approval: true })
    const person = kit.person('Sam')
    const token = await kit.invite()
    const first = await kit.tryWith(token, person)
    const second = await kit.tryWith(token, person)
    expect(second.of('waiting')).toHaveLength(1)
    expect(first.closedWith?.code).toBe(4409)
  })

  it('is not answered more pings than others', async () => {
    const kit = await sessionKit({ signalBurst: 5, signalsPerSecond: 1 })
    await kit.change({ approval: true })
    const waits = await kit.tryWith(await kit.invite(), kit.person('Sam'))
    for (let nonce = 0; nonce < 50; nonce++) await waits.ask({ type: 'ping', nonce })
    expect(waits.of('pong').length).toBeLessThan(10)
  })
})
