import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { CloseCode } from '../../protocol/errors.ts'
import type { Clock, Log, Meter } from '../hub/ports.ts'
import { FrameWalk } from './frame-walk.ts'

/** Of a message, until it is known who sends it: a hello and a proof with the longest token fit. */
export const MAX_STRANGER_BYTES = 65_536
/** Of all messages together that are not whole yet. */
const MAX_HELD_BYTES = 67_108_864
/** What they are brought down to then, so that not every further piece makes us look for the largest again. */
const HELD_AFTER_BYTES = (MAX_HELD_BYTES * 3) / 4
/**
 * A message brings so many bytes in this time, or its end. Its whole time is not limited: a slow line may need
 * minutes for a large one, would be cut each time, and never get on.
 */
const SLOWEST = { bytes: 16_384, everyMs: 30_000 } as const
/** Its memory is wanted back, whether or not the peer answers the close. */
const CUT_AFTER_MS = 1_000

/** What comes in and is not yet a message: bounded for each connection, for all together, and in time. */
export interface Intake {
  /** From the upgrade on, before anything was read. */
  watch(line: WatchedLine): void
  heldBytes(): number
  stop(): void
}

export interface WatchedLine {
  readonly webSocket: Pick<WebSocket, 'on' | 'pause' | 'terminate'>
  readonly raw: Duplex
  readonly address: string
  isAdmitted(): boolean
  close(code: CloseCode, reason: string): void
}

interface Held {
  readonly line: WatchedLine
  readonly walk: FrameWalk
  bytes: number
  isCut: boolean
  /** Where its message was when all were looked at last. */
  seen: { readonly message: number; readonly bytes: number } | undefined
}

export function createIntake(
  ports: { readonly clock: Pick<Clock, 'after'>; readonly meter: Meter; readonly log: Log },
  options: { readonly maxFrameBytes: number },
): Intake {
  const { clock, meter, log } = ports
  const { maxFrameBytes } = options
  const unfinished = new Set<Held>()
  let total = 0
  let cancelLook = clock.after(SLOWEST.everyMs, look)

  function weigh(held: Held, bytes: number): void {
    total += bytes - held.bytes
    held.bytes = bytes
    if (bytes > 0) return void unfinished.add(held)
    unfinished.delete(held)
    held.seen = undefined
  }

  function cut(held: Held, code: CloseCode, reason: string): void {
    const { line, bytes } = held
    held.isCut = true
    weigh(held, 0)
    meter.count('frames-unfinished')
    log.info({ address: line.address, bytes, reason }, 'a message was not waited for')
    line.close(code, reason)
    line.webSocket.pause()
    const cancel = clock.after(CUT_AFTER_MS, () => line.webSocket.terminate())
    line.webSocket.on('close', cancel)
  }

  /** Fragments keep the pieces of the stream alive in which they came, so those are what counts. */
  function weightOf({ walk }: Held): number {
    return walk.isInflated() ? Math.max(walk.held(), maxFrameBytes) : walk.held()
  }

  function isTooMuch({ line, walk, bytes }: Held): boolean {
    // Longer messages than this ws refuses itself; the rest is what lies between and around their fragments.
    if (line.isAdmitted()) return bytes > 2 * maxFrameBytes + MAX_STRANGER_BYTES
    return bytes + walk.toCome() > MAX_STRANGER_BYTES
  }

  /** Those who are in come last, and of each the largest first. */
  function makeRoom(): void {
    const order = [...unfinished]
      .map((held) => ({ held, isAdmitted: held.line.isAdmitted() }))
      .toSorted(
        (a, b) => Number(a.isAdmitted) - Number(b.isAdmitted) || b.held.bytes - a.held.bytes,
      )
    for (const { held } of order) {
      if (total <= HELD_AFTER_BYTES) return
      cut(held, CloseCode.tryAgainLater, 'too many unfinished messages')
    }
  }

  function look(): void {
    cancelLook = clock.after(SLOWEST.everyMs, look)
    for (const held of unfinished) {
      const { walk, seen } = held
      const now = { message: walk.message(), bytes: walk.held() }
      held.seen = now
      if (seen?.message !== now.message || now.bytes - seen.bytes >= SLOWEST.bytes) continue
      cut(held, CloseCode.slowConsumer, 'a message came too slowly')
    }
  }

  return {
    watch(line) {
      const held: Held = { line, walk: new FrameWalk(), bytes: 0, isCut: false, seen: undefined }
      line.raw.on('data', (chunk: Buffer) => {
        if (held.isCut) return
        held.walk.read(chunk)
        const bytes = weightOf(held)
        if (bytes === 0 && held.bytes === 0) return
        weigh(held, bytes)
        if (bytes > 0 && isTooMuch(held)) cut(held, CloseCode.tooLarge, 'too much at once')
        else if (total > MAX_HELD_BYTES) makeRoom()
      })
      line.webSocket.on('close', () => {
        held.isCut = true
        weigh(held, 0)
      })
    },
    heldBytes: () => total,
    stop: () => cancelLook(),
  }
}
