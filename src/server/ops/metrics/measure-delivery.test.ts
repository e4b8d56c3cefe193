import { expect, it } from 'vitest'
import type { RoomEvent } from '../../../protocol/records.ts'
import { manualClock } from '../../../testing/manual-clock.ts'
import { inProcessFanOut } from '../../fan-out/in-process.ts'
import type { Signal } from '../../hub/ports.ts'
import { measureDelivery } from './measure-delivery.ts'

const signal = (at: number): Signal =>
  ({
    kind: 'events',
    room: 'r',
    epoch: 'e',
    events: [{ seq: 1, at } as RoomEvent],
  }) as unknown as Signal

it('tells what other nodes sent from what was sent here, and never takes a clock that is ahead for speed', async () => {
  const clock = manualClock()
  const others = inProcessFanOut()
  const seen: [string, number][] = []
  const measured = measureDelivery(others, clock, {
    count() {},
    observe: (name, value) => void seen.push([name, value]),
  })
  let delivered = 0
  measured.subscribe(() => delivered++)
  const came = clock.now()
  await clock.advance(40)
  measured.publish(signal(came))
  expect(seen).toEqual([['delivery-ms', 40]])
  seen.length = 0
  // As another node's signal arrives: not by our own publishing.
  others.publish(signal(came))
  others.publish(signal(clock.now() + 500))
  expect(seen).toEqual([
    ['fan-out-lag-ms', 40],
    ['delivery-ms', 40],
    ['fan-out-lag-ms', 0],
    ['delivery-ms', 0],
  ])
  expect(delivered).toBe(3)
})
