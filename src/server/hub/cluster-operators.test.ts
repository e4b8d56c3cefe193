import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { InviteId } from '../../protocol/ids.ts'
import { memoryCluster } from '../../testing/memory-cluster.ts'

/** As long as a node may take to see what nobody told it of. */
const NOTICED_WITHIN_MS = 6_000

it('[I9] nodes see what operators do to people and invites by the command line, which tells nobody', async () => {
  const { clock, store, node } = memoryCluster()
  const here = await node()
  const ada = await here.join('Ada')
  const ben = await here.join('Ben')
  const act = { by: null, at: clock.now() }
  await store.registry.setRole(ada.person.member, 'host', act)
  await clock.advance(NOTICED_WITHIN_MS)
  await ada.ask({ type: 'admin-watch', ref: 1, active: true })
  await clock.advance(100)
  expect(ada.last('admin').invites).toEqual([])

  const [id, secret] = [here.newId<InviteId>(), 'an invite of the operator']
  const tokenHash = createHash('sha256').update(secret).digest('hex')
  await store.registry.createInvite(
    {
      ...{ id, kind: 'invite', tokenHash, label: 'Night shift', role: 'guest' },
      ...{ expiresAt: null, maxUses: null, member: null },
    },
    act,
  )
  const tim = here.connect(here.person('Tim'))
  await tim.hello({ credential: { kind: 'secret', secret } })
  expect(tim.of('welcome')).toHaveLength(1)
  await store.registry.setStanding(ben.person.member, 'banned', act)
  await clock.advance(NOTICED_WITHIN_MS)
  expect(ada.last('admin').invites).toMatchObject([{ id, revokedAt: null }])
  expect(ada.last('admin').banned.map(({ name }) => name)).toEqual(['Ben'])
  expect(ben.last('rejected').code).toBe('banned')

  await store.registry.revokeInvite(id, act)
  const eve = here.connect(here.person('Eve'))
  await eve.hello({ credential: { kind: 'secret', secret } })
  expect(eve.of('rejected')).toHaveLength(1)
  await clock.advance(NOTICED_WITHIN_MS)
  expect(ada.last('admin').invites).toMatchObject([{ id, revokedAt: act.at }])

  // Who watches is told of what is new, not every few seconds of the same; and who stops is told nothing.
  const before = ada.of('admin').length
  await clock.advance(60_000)
  expect(ada.of('admin')).toHaveLength(before)
  await ada.ask({ type: 'admin-watch', ref: 2, active: false })
  await store.registry.setStanding(tim.person.member, 'banned', act)
  await clock.advance(NOTICED_WITHIN_MS)
  expect(ada.of('admin')).toHaveLength(before)
})
