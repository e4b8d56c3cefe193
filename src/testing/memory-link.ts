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
  /** Characters that were sent and have not arrived. */
  queued(): number
  /** Calls back once when nothing is in flight from this end any more. */
  onDrained(run: () => void): void
  /** A transport ping: `answered` is called when the other end's answer is back. */
  ping(answered: () => void): void
  onFrame: (frame: string) => void
  /** A transport ping arrived. */
  onPing: () => void
  onClose: (code: number, reason: string) => void
}

interface AnsweringEnd extends LinkEnd {
  answer(arrived: () => void): void
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
  const queued = [0, 0]
  const waiting: [(() => void)[], (() => void)[]] = [[], []]

  function makeEnd(self: 0 | 1): AnsweringEnd {
    const other = self === 0 ? 1 : 0
    function travel(size: number, deliver: (peer: AnsweringEnd) => void): void {
      const due = Math.max(arrival[other] ?? 0, clock.monotonic() + delay())
      arrival[other] = due
      queued[self] = (queued[self] ?? 0) + size
      clock.after(due - clock.monotonic(), () => {
        // A cut line takes nothing any more, so its queue stays full: the sender has to notice by itself.
        if (state === 'cut') return
        queued[self] = (queued[self] ?? 0) - size
        if (closed[other] !== true) deliver(ends[other])
        if (queued[self] === 0) for (const run of waiting[self].splice(0)) run()
      })
    }
    return {
      send(frame) {
        if (closed[self] !== true) travel(frame.length, (peer) => peer.onFrame(frame))
      },
      queued: () => queued[self] ?? 0,
      onDrained(run) {
        if (queued[self] === 0) run()
        else waiting[self].push(run)
      },
      close(code, reason) {
        if (closed[self] === true) return
        travel(0, (peer) => {
          closed[other] = true
          peer.onClose(code, reason)
        })
        closed[self] = true
      },
      ping(answered) {
        if (closed[self] === true) return
        travel(0, (peer) => {
          peer.onPing()
          peer.answer(() => {
            if (closed[self] !== true) answered()
          })
        })
      },
      answer: (arrived) => travel(0, arrived),
      onFrame: () => {},
      onPing: () => {},
      onClose: () => {},
    }
  }

  const ends: readonly [AnsweringEnd, AnsweringEnd] = [makeEnd(0), makeEnd(1)]
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
