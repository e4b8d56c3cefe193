/**
 * A connection between two parties in one process. The test decides how long frames travel, when the line
 * is cut, and when each side notices. Frames of one direction never overtake each other, as on TCP.
 */
import type { ManualClock } from './manual-clock.ts'

export interface LinkEnd {
  /** Sends to the other end; silently lost once the line is cut, as on a dead network. */
  send(frame: string): void
  /** Closes in good order: the other end gets every frame sent before, then the code. */
  close(code: number, reason: string): void
  onFrame: (frame: string) => void
  onClose: (code: number, reason: string) => void
}

export interface MemoryLink {
  readonly ends: readonly [LinkEnd, LinkEnd]
  /** Loses everything in flight, both ways. Neither end is told: that is `notice`. */
  cut(): void
  /** Tells one end that the line is dead (1006), as its network stack would sooner or later. */
  notice(end: 0 | 1): void
  readonly state: () => 'open' | 'cut'
}

/** `delay` gives the milliseconds one frame travels. */
export function memoryLink(clock: ManualClock, delay: () => number): MemoryLink {
  let state: 'open' | 'cut' = 'open'
  const closed = [false, false]
  const arrival = [0, 0]

  function makeEnd(self: 0 | 1): LinkEnd {
    const other = self === 0 ? 1 : 0
    function travel(deliver: (peer: LinkEnd) => void): void {
      const due = Math.max(arrival[other] ?? 0, clock.monotonic() + delay())
      arrival[other] = due
      clock.after(due - clock.monotonic(), () => {
        const peer = ends[other]
        if (state === 'open' && closed[other] !== true) deliver(peer)
      })
    }
    return {
      send(frame) {
        if (state === 'open' && closed[self] !== true) travel((peer) => peer.onFrame(frame))
      },
      close(code, reason) {
        if (closed[self] === true) return
        travel((peer) => {
          closed[other] = true
          peer.onClose(code, reason)
        })
        closed[self] = true
      },
      onFrame: () => {},
      onClose: () => {},
    }
  }

  const ends: readonly [LinkEnd, LinkEnd] = [makeEnd(0), makeEnd(1)]
  return {
    ends,
    cut() {
      state = 'cut'
    },
    notice(end) {
      if (closed[end] === true) return
      closed[end] = true
      ends[end].onClose(1006, '')
    },
    state: () => state,
  }
}
