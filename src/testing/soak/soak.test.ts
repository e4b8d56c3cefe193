import { describe, expect, it } from 'vitest'
import { programSupport } from '../services/service-process.ts'
import type { Fault } from './faults.ts'
import { launchSoak } from './launch.ts'

const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ NODES THAT FAIL ARE NOT TESTED HERE: ${support.why}\n\n`)
}
const FAULTS: readonly Fault[] = [
  'node-killed',
  'redis-killed',
  'postgres-killed',
  'node-parted',
  'node-restarted',
]

describe.skipIf(support.kind === 'no')('three nodes, and everything that fails', () => {
  it('[D3, D4, D6, D16] every message is there once, in one order, with everybody', async () => {
    const result = await launchSoak(
      {
        ...{ people: 9, seed: 1, untilMs: 0, outageMs: 0, check: 'end' },
        first: FAULTS.map((fault) => ({ fault, outageMs: 500 })),
      },
      (line) => {
        if (line.startsWith('⚠')) process.stderr.write(`\n${line}\n\n`)
      },
    )
    expect(result.problems).toEqual([])
    expect(result.sent).toBeGreaterThan(10)
  }, 120_000)
})
