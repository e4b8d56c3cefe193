import { describe, expect, it } from 'vitest'
import { manualClock } from '../../../testing/manual-clock.ts'
import { memoryCodes } from '../../../testing/memory-codes.ts'
import type { TryAnswer } from './pairing-tries.ts'
import { createSharedTries } from './shared-tries.ts'

/** Two nodes, asked in turn. */
async function nodes() {
  const clock = manualClock()
  const codes = memoryCodes(() => clock.monotonic())
  const ended: string[] = []
  const all = [1, 2].map(() =>
    createSharedTries(codes, clock, (code) => {
      ended.push(code)
      void codes.take(code)
    }),
  )
  let turn = 0
  const node = () => all[turn++ % 2]!
  const give = (code: string) => codes.give(null, 'replace', 1_800_000, () => code)
  await give('A')
  return { clock, ended, give, node }
}
async function settle(answer: TryAnswer<Promise<void>>, right: boolean): Promise<void> {
  if (answer.kind === 'too-many') throw new Error('too many')
  await answer.settle(right)
}

describe('guessing at several nodes', () => {
  it('[T9] ends a code at the fifth wrong try of all nodes together, and right ones do not count', async () => {
    const { ended, node } = await nodes()
    for (let n = 0; n < 10; n++) await settle(await node().withCode('A'), true)
    for (let n = 0; n < 4; n++) await settle(await node().withCode('A'), false)
    await settle(await node().withCode('A'), true)
    expect(ended).toEqual([])
    await settle(await node().withCode('A'), false)
    expect(ended).toEqual(['A'])
  })

  it('[T9] counts tries from their start, and ends a code whose node died over them', async () => {
    const { ended, node, clock } = await nodes()
    const running = await Promise.all([1, 2, 3, 4, 5].map(() => node().withCode('A')))
    expect(running.map(({ kind }) => kind)).toEqual(Array(5).fill('started'))
    const sixth = await node().withCode('A')
    expect(sixth).toEqual({ kind: 'too-many', retryAfterMs: 1_000, alarm: false })
    expect(ended).toEqual([])
    await settle(running[0]!, true)
    await settle(await node().withCode('A'), false)
    expect(ended).toEqual([])
    await clock.advance(60_000)
    expect((await node().withCode('A')).kind).toBe('too-many')
    expect(ended).toEqual(['A'])
  })

  it('[T9] of ever new codes stops at thirty in ten minutes, at every node', async () => {
    const { node, clock, ended, give } = await nodes()
    for (let code = 0; code < 6; code++) {
      await give(`${code}`)
      for (let n = 0; n < 5; n++) {
        await settle(await node().withCode(`${code}`), false)
        await clock.advance(1_000)
      }
    }
    expect(ended).toHaveLength(6)
    await give('6')
    for (const alarm of [true, true, false]) {
      const answer = await node().withCode('6')
      // Each node says so once.
      expect(answer).toEqual({ kind: 'too-many', retryAfterMs: 570_000, alarm })
    }
    await clock.advance(569_999)
    expect((await node().withCode('6')).kind).toBe('too-many')
    await clock.advance(1)
    expect((await node().withCode('6')).kind).toBe('started')
  })

  it('[T9] the passphrase stops at ten, with the same delays as at one', async () => {
    const { node, clock } = await nodes()
    const waits: number[] = []
    for (let n = 0; n < 10; n++) {
      let answer = await node().withPassphrase()
      waits.push(answer.kind === 'too-many' ? answer.retryAfterMs : 0)
      if (answer.kind === 'too-many') {
        await clock.advance(answer.retryAfterMs)
        answer = await node().withPassphrase()
      }
      await settle(answer, false)
    }
    expect(waits).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000])
    expect(await node().withPassphrase()).toMatchObject({ kind: 'too-many', alarm: true })
  })
})
