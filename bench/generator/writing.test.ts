import { describe, expect, it } from 'vitest'
import type { Crowd, CrowdPerson } from './crowd.ts'
import { fanOut } from './fan-out.ts'
import { ENOUGH } from './stretch.ts'
import { rounds, send } from './writing.ts'

const ANSWERED_AFTER_MS = 5

/** At a server that acknowledges at once and delivers later. */
function crowdOf(size: number) {
  let delivered = 0
  const person = (number: number): CrowdPerson => ({
    come: () => Promise.resolve(),
    attendance: {
      enter: () => Promise.resolve(),
      catchUp: () => Promise.resolve(),
      close: () => Promise.resolve(),
      post() {
        setImmediate(() => crowd.onAck(number))
        setTimeout(() => {
          for (let hearer = 0; hearer < size; hearer++) {
            delivered++
            crowd.onMessages(hearer, 1)
          }
        }, ANSWERED_AFTER_MS)
      },
    },
  })
  const crowd: Crowd = {
    subject: 'ws',
    people: Array.from({ length: size }, (_, number) => person(number)),
    onMessages: () => {},
    onAck: () => {},
    serverPids: () => [],
    unlessFaulty: (promise) => promise,
    beforeBreak: () => Promise.resolve(),
    writeMissed: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  }
  return { crowd, delivered: () => delivered }
}

describe('a measured stretch', () => {
  it('lasts until enough messages are through, however short it was meant to be', async () => {
    const measured = await fanOut(crowdOf(2).crowd, 1, 1)
    expect(measured.messages).toBeGreaterThanOrEqual(ENOUGH)
    expect(measured.p50).toBeGreaterThan(0)
    expect((await send(crowdOf(2).crowd, 1)).messages).toBeGreaterThanOrEqual(ENOUGH)
  })

  it('of rounds ends when everybody has heard everything, and tells the mean of the acks', async () => {
    const { crowd, delivered } = crowdOf(3)
    const measured = await rounds(crowd, 3, 2, 3)
    expect(measured.messages).toBe(6)
    // 34 times each before it is measured.
    expect(delivered()).toBe((34 + 2) * 3 * 3)
    expect(measured.mean).toBeGreaterThan(0)
    expect(measured.mean).toBeLessThan(measured.value)
  })
})
