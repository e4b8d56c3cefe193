import type { Clock, FanOut, Meter } from '../../hub/ports.ts'
import { replacing } from '../replacing.ts'

/**
 * Observes how long each event took from coming in, on whichever node, until it was handed to the sockets of this
 * one. Clocks of nodes differ, so the figure between nodes is as good as they agree; it decides nothing (D19).
 */
export function measureDelivery(fanOut: FanOut, clock: Pick<Clock, 'now'>, meter: Meter): FanOut {
  return replacing(fanOut, 'subscribe', (listener) =>
    fanOut.subscribe((signal) => {
      listener(signal)
      if (signal.kind !== 'events') return
      const now = clock.now()
      for (const { at } of signal.events) meter.observe('delivery-ms', Math.max(0, now - at))
    }),
  )
}
