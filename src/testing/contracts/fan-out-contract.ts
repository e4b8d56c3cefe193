/** What every fan-out must do. A suite as a function of a factory, run by each one's test. */
import { describe, expect, it } from 'vitest'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { FanOut, Signal } from '../../server/hub/ports.ts'

export interface FanOutUnderTest {
  readonly fanOut: FanOut
  /** Resolves when everything that was published has arrived. */
  settle(): Promise<void>
}

export function fanOutContract(name: string, make: () => Promise<FanOutUnderTest>): void {
  describe(`${name} keeps the fan-out contract`, () => {
    const member = '0192d3a4-0000-7000-8000-00000000000a' as MemberId
    const reads = (seq: number): Signal => ({
      kind: 'reads',
      room: '0192d3a4-0000-7000-8000-000000000101' as RoomId,
      positions: [[member, seq]],
    })

    it('gives every listener every signal, its own included, in order', async () => {
      const { fanOut, settle } = await make()
      const [first, second]: [Signal[], Signal[]] = [[], []]
      fanOut.subscribe((signal) => first.push(signal))
      fanOut.subscribe((signal) => second.push(signal))
      const signals = [1, 2, 3].map(reads)
      for (const signal of signals) fanOut.publish(signal)
      await settle()
      expect(first).toEqual(signals)
      expect(second).toEqual(signals)
    })

    it('stops when a listener asks, for that listener only', async () => {
      const { fanOut, settle } = await make()
      const [first, second]: [Signal[], Signal[]] = [[], []]
      const stop = fanOut.subscribe((signal) => first.push(signal))
      fanOut.subscribe((signal) => second.push(signal))
      fanOut.publish(reads(1))
      await settle()
      stop()
      fanOut.publish(reads(2))
      await settle()
      expect(first).toEqual([reads(1)])
      expect(second).toEqual([reads(1), reads(2)])
    })
  })
}
