import { describe, expect, it } from 'vitest'
import type { Figure, Row } from './rows.ts'
import { comparisonsTable, short, tableOf, targetsTable } from './words.ts'

const figure = (median: number, more: Partial<Figure> = {}): Figure => ({
  value: { median, min: median - 1, max: median + 1, count: 5 },
  isGeneratorBound: false,
  ...more,
})

const row: Row = {
  workload: 'fan-out N=1000 w1',
  unit: 'deliveries/s',
  figures: {
    ours: figure(250_000, { microseconds: 3.4 }),
    ws: figure(200_000, { microseconds: 4.1, isGeneratorBound: true }),
    limit: figure(500_000),
  },
  targets: [
    { kind: 'against', other: 'ws', bound: { atLeast: 1.2 } },
    { kind: 'against', other: 'sio', bound: { atLeast: 1.6 } },
    { kind: 'microseconds', bound: { atMost: 3.2 } },
  ],
}

describe('words for figures', () => {
  it('keep three digits', () => {
    const values = [1_234_567, 123_456, 12_345, 1_234, 123.4, 12.34, 1.234, 0]
    expect(values.map(short)).toEqual([
      ...['1.23M', '123k', '12.3k', '1.23k', '123', '12.3', '1.23', '0.00'],
    ])
  })

  it('mark whom the generator kept back, and leave open what was not measured', () => {
    const [, , line] = tableOf([row]).split('\n')
    expect(line).toBe(
      '| fan-out N=1000 w1, deliveries/s | 250k (250k–250k) | 200k (200k–200k) † | – | – | 500k (500k–500k) | 1.25x | – | 0.50x | 3.40 / 4.10 / – |',
    )
  })

  it('say of each target whether it was reached, and nothing of what was not measured', () => {
    const lines = targetsTable([row]).split('\n').slice(2)
    expect(lines).toEqual([
      '| fan-out N=1000 w1 | ≥ 1.2 x ws | 1.25 | reached |',
      '| fan-out N=1000 w1 | ≤ 3.2 µs of the server | 3.40 | **missed** |',
    ])
  })

  it('compare two of ours', () => {
    const [, , line] = comparisonsTable([
      {
        ...{ what: 'catching up', unit: 'ms', here: figure(110).value, bound: { atMost: 1.1 } },
        against: { name: 'in an empty store', value: figure(100).value },
      },
    ]).split('\n')
    expect(line).toBe(
      '| catching up, ms | 110 (109–111) | 100 (99.0–101) in an empty store | 1.10x | ≤ 1.1x: reached |',
    )
  })
})
