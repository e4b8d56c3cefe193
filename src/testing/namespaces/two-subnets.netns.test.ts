import { afterEach, describe, expect, it } from 'vitest'
import { allSettled, type Drill, numbered, partitionDrill, startDrill, wrongs } from './drill.ts'
import { namespaceSupport } from './subnet.ts'

const support = namespaceSupport()
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ TWO SUBNETS ARE NOT TESTED HERE: ${support.why}\n\n`)
}

const LIMIT_MS = 90_000
/** `npm run test:slow` parts them for 60 s. */
const PARTED_MS = 2_000

describe.skipIf(support.kind === 'no')('people of two subnets, with a router between', () => {
  let drill: Drill
  afterEach(() => drill.dispose())

  it(
    'join by invite, which asks for no discovery, and talk through 200 ms of delay and 5 % of loss',
    { timeout: LIMIT_MS },
    async () => {
      drill = await startDrill()
      await drill.shape({ delayMs: 100, jitterMs: 20 })
      // 5 %, both to and fro.
      drill.network.router.loseTcp(1, 20)
      const joinedAt = performance.now()
      const near = drill.member('Nora', drill.near)
      const far = drill.member('Fred', drill.far)
      await allSettled([near, far], 30_000)
      expect(performance.now() - joinedAt).toBeLessThan(30_000)
      const written = [numbered('Nora', 40), numbered('Fred', 40)]
      const sentAt = performance.now()
      near.send(written[0] ?? [])
      far.send(written[1] ?? [])
      await allSettled([near, far], 30_000)
      // Or the line was not as bad as this test says.
      expect(performance.now() - sentAt).toBeGreaterThan(200)
      expect(drill.network.router.lostPackets()).toBeGreaterThan(0)
      expect(wrongs(written, [await near.texts(), await far.texts()])).toEqual([])
    },
  )

  it(
    '[D4] [D6] [D11] [D19] parted by the router and writing on, they have one log afterwards, nothing lost or doubled',
    { timeout: LIMIT_MS },
    async () => {
      drill = await startDrill()
      expect((await partitionDrill(drill, PARTED_MS)).wrong).toEqual([])
    },
  )
})
