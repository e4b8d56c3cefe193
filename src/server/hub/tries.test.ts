import { describe, expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.ts'
import { createTries, type Try } from './tries.ts'

const ADDRESS = '192.0.2.1'
const always = (): boolean => true

/** Ten under way: as many as may be wrong. */
async function full() {
  const tries = createTries(manualClock(), () => {})
  const underWay: Try[] = []
  for (let i = 0; i < 10; i++) {
    const begun = await tries.begin(ADDRESS, always)
    if (begun !== undefined) underWay.push(begun)
  }
  expect(underWay).toHaveLength(10)
  return { tries, underWay }
}

describe('[I12] tries that are under way', () => {
  it('are as many as the operator says, as of now', async () => {
    const limit = { burst: 2, perMinute: 2 }
    const clock = manualClock()
    const tries = createTries(clock, () => {}, limit)
    const begun = [await tries.begin(ADDRESS, always), await tries.begin(ADDRESS, always)]
    expect(tries.mayTry(ADDRESS)).toBe(false)
    for (const one of begun) one?.wrong()
    expect(await tries.begin(ADDRESS, always)).toBeUndefined()
    Object.assign(limit, { burst: 5, perMinute: 60 })
    await clock.advance(2_000)
    expect(tries.mayTry(ADDRESS)).toBe(true)
  })

  it('hold a place each, and a right one gives its place to the next in line', async () => {
    const { tries, underWay } = await full()
    const next = tries.begin(ADDRESS, always)
    underWay[0]?.right()
    expect(await next).toBeDefined()
    const last = tries.begin(ADDRESS, always)
    for (const one of underWay.slice(1)) one.wrong()
    ;(await next)?.wrong()
    expect(await last).toBeUndefined()
  })

  it('pass over whoever went away while they stood in line', async () => {
    const { tries, underWay } = await full()
    let isThere = true
    const gone = tries.begin(ADDRESS, () => isThere)
    const next = tries.begin(ADDRESS, always)
    isThere = false
    underWay[0]?.right()
    expect(await gone).toBeUndefined()
    expect(await next).toBeDefined()
  })

  it('have a line of 512 behind them, in which only those stand who are still there', async () => {
    const { tries, underWay } = await full()
    let areThere = true
    const line = Array.from({ length: 512 }, () => tries.begin(ADDRESS, () => areThere))
    expect(await tries.begin(ADDRESS, always)).toBeUndefined()
    areThere = false
    const late = tries.begin(ADDRESS, always)
    expect(await Promise.all(line)).toEqual(line.map(() => undefined))
    underWay[0]?.right()
    expect(await late).toBeDefined()
  })
})
