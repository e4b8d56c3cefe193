import { expect, it } from 'vitest'
import { markdownOf } from './results.ts'

it('says when and where, keeps what people wrote, and points to each chart', () => {
  const value = { median: 5, min: 4, max: 6, count: 3 }
  const text = markdownOf(
    {
      rows: [
        {
          ...{ workload: 'send, durable, c=1', unit: 'sends/s', targets: [] },
          figures: { ours: { value, isGeneratorBound: false } },
        },
      ],
      ...{ comparisons: [], missing: ['cluster: redis-server is not installed'] },
      ...{ machine: 'Node 24; 2 cores', quick: true, isToBeKept: true },
    },
    new Date('2026-11-29T23:00:00Z'),
    '## Notes\nThe disk was slow.\n',
  )
  expect(text).toContain('2026-11-29, a quick run. Node 24; 2 cores.')
  expect(text).toContain('![send, durable, c=1](charts/send-durable-c-1.svg)')
  expect(text).toContain('- cluster: redis-server is not installed')
  expect(text).toContain('rate limits off')
  expect(text.endsWith('## Notes\nThe disk was slow.\n')).toBe(true)
})
