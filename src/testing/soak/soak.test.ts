import { beforeAll, describe, expect, it } from 'vitest'
import { namespaceSupport } from '../namespaces/subnet.ts'
import { programSupport } from '../services/service-process.ts'
import { type Fault, isPartition } from './faults.ts'
import { launchSoak } from './launch.ts'
import type { SoakResult } from './soak.ts'

const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ NODES THAT FAIL ARE NOT TESTED HERE: ${support.why}\n\n`)
}
const networks = namespaceSupport()
const PEOPLE = 60
/** A bound for what never ends. */
const LIMIT_MS = 600_000
const FAULTS: readonly Fault[] = [
  'rolling-restart',
  'node-killed',
  'redis-killed',
  'postgres-killed',
  'node-parted',
]

describe.skipIf(support.kind === 'no')('three nodes, and everything that fails', () => {
  let result: SoakResult
  beforeAll(async () => {
    const first = FAULTS.map((fault) => ({ fault, outageMs: 0 }))
    const plan = { people: PEOPLE, seed: 1, first, untilMs: 0, outageMs: 0 }
    result = await launchSoak(plan, (line) => {
      if (line.startsWith('⚠')) process.stderr.write(`\n${line}\n\n`)
    })
  }, LIMIT_MS)

  describe.each(FAULTS)('after %s', (fault) => {
    it.skipIf(isPartition(fault) && networks.kind === 'no')(
      '[D3, D4, D6, D16] every message is there once, in one order, with everybody',
      () => {
        const round = result.rounds.find((one) => one.fault === fault)
        expect(round).toMatchObject({ fault, problems: [] })
        expect(round?.sent).toBeGreaterThanOrEqual(PEOPLE)
      },
    )
  })
  it('[D7] and in the end the whole of it is', () => {
    expect(result.problems).toEqual([])
  })
})
