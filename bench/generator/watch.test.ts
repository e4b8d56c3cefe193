import { describe, expect, it } from 'vitest'
import { processorUseOf } from './watch.ts'

describe('a watch', () => {
  it('tells what a thread ran from what it waited for its core', () => {
    expect(processorUseOf('5000000 2000000 7\n')).toEqual({ ran: 5_000, waited: 2_000 })
  })
})
