/** What every store must do for integrations. A suite as a function of a factory, run by each store's test. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, MemberId, RoomId } from '../../protocol/ids.ts'
import type { StoredIntegration } from '../../server/hub/integrations-port.ts'
import type { Store } from '../../server/hub/ports.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import type { StoreUnderTest } from './store-contract.ts'

export function integrationsContract(
  name: string,
  make: (random: SeededRandom) => StoreUnderTest,
): void {
  describe(`${name} keeps the integrations contract`, () => {
    let random: SeededRandom
    let under: StoreUnderTest
    let store: Store
    const newId = <Id extends string>(): Id => random.uuid() as Id

    const integration = (more: Partial<StoredIntegration> = {}): StoredIntegration => ({
      ...{ id: newId<MemberId>(), device: newId<DeviceId>(), name: 'Build server' },
      what: { kind: 'incoming', room: newId<RoomId>() },
      ...{ createdAt: 1_000, createdBy: newId<MemberId>() },
      ...{ tokenHash: 'a hash', signingKey: null, disabledAt: null, failingSince: null },
      ...more,
    })

    beforeEach(async () => {
      random = seededRandom(11)
      under = make(random)
      store = await under.open()
    })
    afterEach(() => under.dispose())

    it('keeps integrations in their order, whatever kind they are, over a restart too', async () => {
      const incoming = integration()
      const outgoing = integration({
        name: 'Archive',
        what: { kind: 'outgoing', url: 'https://a.example', events: ['command'], commands: [] },
        tokenHash: null,
        signingKey: 'a key',
      })
      const bot = integration({
        name: 'Dice',
        what: {
          ...{ kind: 'bot', role: 'guest', scopes: ['read', 'write'] },
          commands: [{ name: 'roll', description: 'Throws “dice”' }],
        },
        tokenHash: null,
      })
      for (const each of [incoming, outgoing, bot]) await store.integrations.save(each)
      const renewed = { ...outgoing, disabledAt: 5_000, failingSince: 4_000 }
      await store.integrations.save(renewed)
      expect(await store.integrations.all()).toEqual([incoming, renewed, bot])
      if (under.reopen === undefined) return
      store = await under.reopen()
      expect(await store.integrations.all()).toEqual([incoming, renewed, bot])
    })

    it('keeps how far each was told of each room, and never moves back', async () => {
      const [one, other] = [integration(), integration({ name: 'Archive' })]
      const [room, second] = [newId<RoomId>(), newId<RoomId>()]
      for (const each of [one, other]) await store.integrations.save(each)
      await store.integrations.setPosition(one.id, room, 7)
      await store.integrations.setPosition(one.id, room, 5)
      await store.integrations.setPosition(one.id, second, 1)
      if (under.reopen !== undefined) store = await under.reopen()
      expect(await store.integrations.positions(one.id)).toEqual(
        new Map([
          [room, 7],
          [second, 1],
        ]),
      )
      expect(await store.integrations.positions(other.id)).toEqual(new Map())
    })

    it('leases each to one node until its time is over', async () => {
      const one = integration()
      await store.integrations.save(one)
      const lease = (node: string, now: number): Promise<boolean> =>
        store.integrations.lease(one.id, node, now, now + 30)
      expect(await lease('a', 100)).toBe(true)
      expect(await lease('b', 110)).toBe(false)
      expect(await lease('a', 120)).toBe(true)
      expect(await lease('b', 149)).toBe(false)
      expect(await lease('b', 150)).toBe(true)
      expect(await lease('a', 151)).toBe(false)
    })
  })
}
