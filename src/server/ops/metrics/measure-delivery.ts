import type { Clock, FanOut, Meter } from '../../hub/ports.ts'
import { replacing } from '../replacing.ts'

/**
 * Observes how long each event took from coming in, on whichever node, until it was handed to the sockets of this
 * one; and of those from other nodes, until it arrived. Clocks of nodes differ, so figures between nodes are as
 * good as they agree; they decide nothing (D19).
 */
export function measureDelivery(fanOut: FanOut, clock: Pick<Clock, 'now'>, meter: Meter): FanOut {
  // Own signals come back while they are being published; all others are somebody else's.
  let publishing = 0
  const published = replacing(fanOut, 'publish', (signal) => {
    publishing++
    try {
      fanOut.publish(signal)
    } finally {
      publishing--
    }
  })
  return replacing(published, 'subscribe', (listener) =>
    fanOut.subscribe((signal) => {
      if (signal.kind !== 'events') return listener(signal)
      const cameAt = clock.now()
      listener(signal)
      const doneAt = clock.now()
      for (const { at } of signal.events) {
        if (publishing === 0) meter.observe('fan-out-lag-ms', Math.max(0, cameAt - at))
        meter.observe('delivery-ms', Math.max(0, doneAt - at))
      }
    }),
  )
}
