import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { InviteId, RoomId } from '../../protocol/ids.ts'
import { memoryCluster } from '../../testing/memory-cluster.ts'

describe('several nodes', () => {
  it('[I11] cut a forgotten device wherever it is connected', async () => {
    const cluster = memoryCluster()
    const here = await cluster.node()
    const there = await cluster.node()
    const ada = await here.join('Ada')
    const phone = there.connect(await here.furtherDevice(ada.person))
    await phone.enter()
    await ada.ask({ type: 'forget-device', ref: 1, device: phone.person.device })
    await cluster.clock.settle()
    expect(phone.last('rejected').code).toBe('unauthorized')
  })

  it('[I8] show a guest the people of a room that only another node knew', async () => {
    const cluster = memoryCluster()
    const here = await cluster.node()
    const there = await cluster.node()
    const ada = await here.join('Ada')
    const eve = await here.join('Eve')
    const secret = 'the invite of guests'
    const tokenHash = createHash('sha256').update(secret).digest('hex')
    await cluster.store.registry.createInvite(
      {
        ...{ id: here.newId<InviteId>(), kind: 'invite', tokenHash, label: '', role: 'guest' },
        ...{ expiresAt: null, maxUses: null, member: null },
      },
      { by: null, at: cluster.clock.now() },
    )
    const tim = there.connect(there.person('Tim'))
    await tim.hello({ credential: { kind: 'secret', secret } })
    await tim.sync()
    await cluster.clock.advance(10_000)
    const room = here.newId<RoomId>()
    await ada.ask({
      ...{ type: 'create-room', ref: 1, room, name: 'crew', topic: '', visibility: 'private' },
      members: [tim.person.member],
    })
    await cluster.clock.advance(2_000)
    expect(tim.of('reset').map(({ room: state }) => state.id)).toEqual([room])
    const seen = (): string[] =>
      tim.of('people').flatMap(({ members }) => members.map(({ name }) => name))
    expect(new Set(seen())).toEqual(new Set(['Tim', 'Ada']))

    // And those who come while what tells of it is lost.
    cluster.line = 'lossy'
    await ada.ask({ type: 'add-members', ref: 2, room, members: [eve.person.member] })
    await cluster.clock.advance(10_000)
    expect(seen()).toContain('Eve')
  })
})
