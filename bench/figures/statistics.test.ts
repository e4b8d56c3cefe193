import { describe, expect, it } from 'vitest'
import { percentile, spreadOf, thereAndBack } from './statistics.ts'

describe('statistics', () => {
  it('give the middle, and the mean of the two middle ones of an even number', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9, count: 3 })
    expect(spreadOf([4, 1, 2, 9]).median).toBe(3)
    expect(spreadOf([7]).median).toBe(7)
    expect(() => spreadOf([])).toThrow('nothing was measured')
  })

  it('sort by size, not by their text', () => {
    expect(spreadOf([10, 9, 100]).median).toBe(10)
    expect(percentile([10, 9, 100], 0.5)).toBe(10)
  })

  it('take percentiles by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 1)).toBe(100)
    expect(percentile([3], 0.99)).toBe(3)
    expect(percentile([], 0.5)).toBe(0)
  })

  it('go there and back', () => {
    expect(thereAndBack(['a', 'b'], 3)).toEqual(['a', 'b', 'b', 'a', 'a', 'b'])
  })
})
