import type { AppEvent } from '../../ipc/contract.ts'
import { createEventQueue } from './event-queue.ts'

/** Timers as an argument; the manual clock of the tests fits. */
export interface FeedClock {
  after(ms: number, run: () => void): () => void
}

/**
 * What one window is told. A window hears nothing until it has asked for the state, because everything
 * before is in the answer; intents wait for that moment.
 */
export interface WindowFeed {
  push(event: AppEvent): void
  /** The window asks for the state: from now on it hears what changes. */
  open(): void
  /** The window loads anew. */
  reset(): void
  dispose(): void
}

/** One batch for each frame of a 60 Hz screen. */
export const BATCH_INTERVAL_MS = 16
/** Items (messages, rooms, people) in one batch: what a window can draw within a frame. */
export const MAX_BATCH_ITEMS = 500

export function createWindowFeed(
  clock: FeedClock,
  send: (events: readonly AppEvent[]) => void,
): WindowFeed {
  const queue = createEventQueue()
  let listening = false
  let cancel: (() => void) | null = null

  function schedule(): void {
    if (cancel !== null || !listening || queue.isEmpty) return
    cancel = clock.after(BATCH_INTERVAL_MS, () => {
      cancel = null
      send(queue.take(MAX_BATCH_ITEMS))
      schedule()
    })
  }
  function stop(): void {
    cancel?.()
    cancel = null
  }

  return {
    push(event) {
      if (!listening && event.type !== 'intent') return
      queue.push(event)
      schedule()
    },
    open() {
      listening = true
      schedule()
    },
    reset() {
      listening = false
      stop()
      queue.clearAllButIntents()
    },
    dispose() {
      listening = false
      stop()
    },
  }
}
