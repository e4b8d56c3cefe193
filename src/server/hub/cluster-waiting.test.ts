import { beforeEach, describe, expect, it } from 'vitest'
import type { HubKit, Person, TestDevice } from '../../testing/hub-kit.ts'
import { memoryCluster, type MemoryCluster } from '../../testing/memory-cluster.ts'

describe('waiting for approval at one of several nodes', () => {
  let cluster: MemoryCluster
  let here: HubKit
  let there: HubKit
  let host: TestDevice

  beforeEach(async () => {
    cluster = memoryCluster()
    here = await cluster.node()
    // A clock that is behind must not make what is newer look old.
    there = await cluster.node({}, 60_000)
    host = await here.join('Mara')
    const act = { by: null, at: 1 }
    await cluster.store.registry.setRole(host.person.member, 'host', act)
    await cluster.store.registry.changeSettings({ approval: true }, act)
    await cluster.clock.advance(6_000)
    await host.ask({ type: 'admin-watch', ref: 1, active: true })
  })

  let address = 1
  async function wait(node: HubKit, person: Person, from?: string): Promise<TestDevice> {
    const device = node.connect(person)
    device.address = from ?? `10.0.1.${address++}`
    await device.hello()
    await cluster.clock.advance(200)
    return device
  }
  const listed = (watcher = host): string[] => watcher.last('admin').waiting.map(({ name }) => name)
  const decide = async (device: TestDevice, accept: boolean, ref = 5): Promise<void> => {
    await host.ask({ type: 'approve', ref, member: device.person.member, accept })
    await cluster.clock.advance(200)
  }

  it('[I7] shows them to hosts at every node, who let them in or send them away', async () => {
    const sam = await wait(there, there.person('Sam'))
    const eve = await wait(there, there.person('Eve'))
    const nia = await wait(here, here.person('Nia'))
    expect(listed()).toEqual(['Sam', 'Eve', 'Nia'])
    await decide(sam, true)
    expect(host.last('carried-out').ref).toBe(5)
    expect(sam.of('welcome')).toHaveLength(1)
    await decide(eve, false, 6)
    expect(host.last('carried-out').ref).toBe(6)
    expect(eve.last('rejected').code).toBe('declined')
    await decide(nia, true, 7)
    expect(nia.of('welcome')).toHaveLength(1)
    expect(listed()).toEqual([])
    await decide(eve, true, 8)
    expect(host.last('failed')).toMatchObject({ ref: 8, code: 'no-such-member' })
    const [declined, approved] = (await cluster.store.registry.audit(1_000, 10))
      .filter(({ action }) => action === 'declined' || action === 'approved')
      .slice(1)
    expect(declined).toMatchObject({ action: 'declined', actor: { name: 'Mara' } })
    expect(approved).toMatchObject({ action: 'approved', target: { name: 'Sam' } })
  })

  it('[I7] is decided by those who may: the node they wait at asks the store', async () => {
    const sam = await wait(there, there.person('Sam'))
    const other = await wait(here, here.person('Other'))
    await decide(other, true)
    const act = { by: null, at: 2 }
    await cluster.store.registry.setRole(other.person.member, 'host', act)
    // The nodes have not heard of it yet: to them she still is a host.
    await cluster.store.registry.setRole(host.person.member, 'member', act)
    await host.ask({ type: 'approve', ref: 9, member: sam.person.member, accept: true })
    await cluster.clock.settle()
    expect(sam.of('welcome')).toEqual([])
    expect(sam.closedWith).toBeUndefined()
  })

  it('[I7] lists whoever went to another node there alone, and ends the older place', async () => {
    const person = here.person('Sam')
    const first = await wait(here, person)
    const second = await wait(there, person)
    expect(first.closedWith?.code).toBe(4409)
    expect(listed()).toEqual(['Sam'])
    const third = await wait(here, person)
    expect(second.closedWith?.code).toBe(4409)
    expect(listed()).toEqual(['Sam'])
    // Its old line is not known to be dead, and nothing is heard of where it waits now.
    cluster.line = 'lossy'
    const fourth = await wait(there, person)
    expect(third.closedWith).toBeUndefined()
    cluster.line = 'open'
    await cluster.clock.advance(5_000)
    expect(third.closedWith?.code).toBe(4409)
    await decide(fourth, true)
    expect(fourth.of('welcome')).toHaveLength(1)
  })

  it('[I7] holds the id of somebody who waits, and the places, over all nodes', async () => {
    const sam = await wait(here, here.person('Sam'))
    const thief = { ...sam.person, key: there.random.key(), device: there.newId<never>() }
    expect((await wait(there, thief)).last('rejected').code).toBe('identity-taken')
    for (let n = 0; n < 5; n++) {
      await wait(here, here.person(`Here ${n}`), '10.0.0.7')
      await wait(there, there.person(`There ${n}`), '10.0.0.7')
    }
    expect(listed()).toHaveLength(11)
    const eleventh = await wait(there, there.person('Eleventh'), '10.0.0.7')
    expect(eleventh.last('rejected').code).toBe('too-many')
  })

  it('[I7] leaves them waiting when the decision is lost, and says so', async () => {
    const sam = await wait(there, there.person('Sam'))
    cluster.line = 'lossy'
    await decide(sam, true)
    expect(host.of('failed')).toEqual([])
    await cluster.clock.advance(3_000)
    expect(host.last('failed')).toMatchObject({ ref: 5, code: 'unavailable' })
    cluster.line = 'down'
    await decide(sam, true, 6)
    expect(host.last('failed')).toMatchObject({ ref: 6, code: 'unavailable' })
    // However long it lasts: who cannot hear does not know that somebody has gone.
    await cluster.clock.advance(60_000)
    expect(listed()).toEqual(['Sam'])
    const lee = await wait(there, there.person('Lee'))
    await cluster.restore()
    await cluster.clock.advance(200)
    expect(listed()).toEqual(['Sam', 'Lee'])
    lee.drop()
    await decide(sam, true, 7)
    expect(sam.of('welcome')).toHaveLength(1)
    expect(listed()).toEqual([])
  })

  it('[I7] ends with their connection, and with their node', async () => {
    const third = await cluster.node()
    const sam = await wait(there, there.person('Sam'))
    await wait(third, third.person('Nia'))
    await wait(third, third.person('Bo'))
    expect(listed()).toEqual(['Sam', 'Nia', 'Bo'])
    sam.drop()
    await cluster.clock.advance(200)
    expect(listed()).toEqual(['Nia', 'Bo'])
    third.hub.stop()
    await cluster.clock.advance(200)
    expect(listed()).toEqual([])
    // One that says nothing more at all.
    await wait(there, there.person('Lee'))
    expect(listed()).toEqual(['Lee'])
    cluster.line = 'lossy'
    await cluster.clock.advance(22_000)
    expect(listed()).toEqual([])
  })
})
