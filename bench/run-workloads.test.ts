import { describe, expect, it } from 'vitest'
import type { Row } from './figures/rows.ts'
import { type Found, runWorkloads } from './run-workloads.ts'
import type { Conditions, Workload } from './workloads/workload.ts'

const conditions: Omit<Conditions, 'miss'> = {
  ...{ quick: true, repetitions: 1, ms: 1, folder: '', say: () => {} },
  own: (starting) => starting,
}
const finding = (name: string): Workload => {
  const row: Row = { workload: name, unit: 'ms', figures: {}, targets: [] }
  return { name, run: () => Promise.resolve({ rows: [row], comparisons: [] }) }
}
const failing: Workload = {
  name: 'failing',
  run: () => Promise.reject(new Error('the disk is full')),
}
const clustered: Workload = { ...finding('clustered'), needs: ['sh', 'redis-server'] }

function surroundings(kept: Found[], isEnding = () => false) {
  return {
    isInstalled: (program: string) => program === 'sh',
    keep: (found: Found) => void kept.push(structuredClone(found)),
    isEnding,
  }
}

describe('a run of the bench', () => {
  it('keeps what it has after each workload, and says what is not there', async () => {
    const kept: Found[] = []
    const all = [finding('first'), failing, clustered, finding('last')]
    const found = await runWorkloads(all, conditions, surroundings(kept))
    expect(found.rows.map(({ workload }) => workload)).toEqual(['first', 'last'])
    expect(found.missing).toEqual([
      'failing: the disk is full',
      'clustered: redis-server is not installed',
    ])
    expect(kept).toHaveLength(4)
    expect(kept[0]?.rows.map(({ workload }) => workload)).toEqual(['first'])
    expect(kept[0]?.missing).toContain('last: the run did not get there')
    expect(kept[3]).toEqual(found)
  })

  it('names what one workload had to leave out', async () => {
    const part: Workload = {
      name: 'part',
      run({ miss }) {
        miss('sio: the state was not recovered')
        return Promise.resolve({ rows: [], comparisons: [] })
      },
    }
    const found = await runWorkloads([part], conditions, surroundings([]))
    expect(found.missing).toEqual(['part: sio: the state was not recovered'])
  })

  it('begins nothing more when somebody ends it', async () => {
    const kept: Found[] = []
    const ending = surroundings(kept, () => kept.length > 0)
    const found = await runWorkloads([finding('first'), finding('second')], conditions, ending)
    expect(found.rows).toHaveLength(1)
  })
})
