import { describe, expect, it } from 'vitest'
import { programSupport } from '../services/service-process.ts'
import { type Fault, soak } from './soak.ts'

const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ NODES THAT FAIL ARE NOT TESTED HERE: ${support.why}\n\n`)
}

describe.skipIf(support.kind === 'no')('three nodes, and everything that fails', () => {
  it('[D3, D4, D6, D16] every message is there once, in one order, with everybody', async () => {
    const plan: Fault[] = ['node-killed', 'redis-killed', 'postgres-killed', 'node-restarted']
    const result = await soak({
      ...{ people: 9, seed: 1, outageMs: 500, say: () => {} },
      next: (_random, count) => plan[count],
    })
    expect(result.problems).toEqual([])
    expect(result.sent).toBeGreaterThan(10)
  }, 120_000)
})
