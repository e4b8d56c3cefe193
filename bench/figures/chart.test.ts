import { describe, expect, it } from 'vitest'
import { chartName, chartOf } from './chart.ts'
import type { Row } from './rows.ts'

const row: Row = {
  workload: 'send c=1, p50 <= 1 ms',
  unit: 'sends/s',
  figures: {
    ours: { value: { median: 50, min: 40, max: 60, count: 5 }, isGeneratorBound: false },
    limit: { value: { median: 100, min: 100, max: 100, count: 1 }, isGeneratorBound: true },
  },
  targets: [],
}

describe('a chart', () => {
  it('has a bar for each subject that was measured, as long as its median', () => {
    const svg = chartOf(row)
    const widths = [...svg.matchAll(/height="18" fill|width="([\d.]+)" height="18"/g)]
    expect(widths.map(([, width]) => Number(width))).toEqual([260, 520])
    expect(svg).toContain('100 †')
  })

  it('says which end is the better one', () => {
    expect(chartOf(row)).toContain('(sends/s; longer is better)')
    expect(chartOf({ ...row, unit: 'ms' })).toContain('(ms; shorter is better)')
  })

  it('is well-formed whatever the workload is called', () => {
    expect(chartOf(row)).toContain('p50 &#60;= 1 ms')
    expect(chartName(row)).toBe('send-c-1-p50-1-ms.svg')
  })
})
