import type { Writable } from 'node:stream'

/** Copying a frame of this size costs more than naming it to the system beside the others. */
const LARGE_BYTES = 16_384

/**
 * Joins the frames a socket was given in one turn into one write: writes, not bytes, are what costs. Sockets
 * of a broadcast wait with the very same frames; those are joined once.
 */
export interface Outgoing {
  /** Sees that `flush` is called at the end of the turn; of what goes to many perhaps only after the answers. */
  schedule(flush: () => void, goesToMany: boolean): void
  write(socket: Writable, frames: Buffer | readonly Buffer[]): void
}

export interface OutgoingPorts {
  /** Told of the frames of each turn together, since there may be thousands. */
  readonly sent: (frames: number) => void
  /** What goes to many waits for what this turn began to write before, such as to other nodes. */
  readonly isPatient: boolean
}

export function createOutgoing({ sent, isPatient }: OutgoingPorts): Outgoing {
  let written = 0
  let joined: { readonly frames: readonly Buffer[]; readonly bytes: Buffer } | undefined
  // Runs when all promise reactions of this turn have run, so that what they send goes along.
  const soon = createFlushes((run) => process.nextTick(run))
  const later = isPatient ? createFlushes((run) => void setImmediate(run)) : soon

  function createFlushes(atTheEnd: (run: () => void) => void): (flush: () => void) => void {
    let flushes: (() => void)[] = []
    function flushAll(): void {
      const batch = flushes
      flushes = []
      for (const flush of batch) flush()
      joined = undefined
      sent(written)
      written = 0
    }
    return (flush) => {
      flushes.push(flush)
      if (flushes.length === 1) atTheEnd(flushAll)
    }
  }

  function join(frames: readonly Buffer[]): Buffer {
    if (joined !== undefined && isSame(joined.frames, frames)) return joined.bytes
    joined = { frames, bytes: Buffer.concat(frames) }
    return joined.bytes
  }

  return {
    schedule(flush, goesToMany) {
      if (goesToMany) later(flush)
      else soon(flush)
    },
    write(socket, frames) {
      if (frames instanceof Uint8Array) {
        written++
        socket.write(frames)
        return
      }
      written += frames.length
      if (frames.some((frame) => frame.length >= LARGE_BYTES)) {
        // Still one call of the system, without a copy of its own for each who catches up.
        socket.cork()
        for (const frame of frames) socket.write(frame)
        socket.uncork()
      } else {
        socket.write(join(frames))
      }
    },
  }
}

function isSame(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((frame, index) => frame === b[index])
}
