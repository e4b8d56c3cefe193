import type { RoomId } from '../../protocol/ids.ts'
import type { Clock, Log, Meter, Store, Write, WriteResult } from './ports.ts'

/** Writes in one transaction at most; a longer wait would make everybody's ack late. */
const MAX_BATCH = 1_000

export interface PendingWrite {
  readonly write: Write
  /**
   * Its writes into one room must not overtake each other (D2): when one cannot be committed, those behind it are
   * turned back as well. Undefined where order does not matter.
   */
  readonly sender: object | undefined
  /** Called once the write is on disk, refused, or could not be committed now. */
  readonly done: (result: WriteResult | { readonly kind: 'unavailable' }) => void
}

export interface CommitBatcher {
  add(entry: PendingWrite): void
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>
}

export interface BatcherPorts {
  readonly store: Pick<Store, 'commit'>
  readonly clock: Clock
  readonly meter: Meter
  readonly log: Log
  /** Told of each batch after the writers were: sends the events to everybody. */
  readonly committed: (
    batch: readonly { readonly write: Write; readonly result: WriteResult }[],
  ) => void
}

/**
 * Group commit: all writes of an event-loop turn, and all that come while a commit is under way, share one
 * transaction and one disk sync. Acks follow the commit (D3), events follow the acks.
 */
export function createCommitBatcher(ports: BatcherPorts): CommitBatcher {
  const { store, clock, meter, log } = ports
  let queue: PendingWrite[] = []
  let state: 'idle' | 'scheduled' | 'committing' = 'idle'
  let whenIdle: (() => void)[] = []

  function schedule(): void {
    if (state !== 'idle') return
    if (queue.length === 0) {
      const waiting = whenIdle
      whenIdle = []
      for (const resolve of waiting) resolve()
      return
    }
    state = 'scheduled'
    clock.afterTurn(() => void flush())
  }

  async function flush(): Promise<void> {
    state = 'committing'
    const batch = queue.slice(0, MAX_BATCH)
    queue = queue.slice(MAX_BATCH)
    const startedAt = clock.monotonic()
    const results = await commit(batch)
    meter.observe('commit-ms', clock.monotonic() - startedAt)
    meter.observe('commit-batch', batch.length)
    finish(batch, results)
    state = 'idle'
    schedule()
  }

  function finish(batch: readonly PendingWrite[], results: readonly (WriteResult | undefined)[]) {
    const blocked: Blocked = new Map()
    const written: { write: Write; result: WriteResult }[] = []
    for (const [index, entry] of batch.entries()) {
      const result = results[index]
      if (result === undefined) {
        block(blocked, entry)
        entry.done({ kind: 'unavailable' })
      } else {
        written.push({ write: entry.write, result })
        entry.done(result)
      }
    }
    if (blocked.size > 0) turnBack(blocked)
    if (written.length > 0) ports.committed(written)
  }

  /** What waits behind a write that failed must not be committed before it. */
  function turnBack(behind: Blocked): void {
    const blocked = queue.filter((entry) => isBlocked(behind, entry))
    queue = queue.filter((entry) => !isBlocked(behind, entry))
    for (const entry of blocked) entry.done({ kind: 'unavailable' })
  }

  async function commit(
    batch: readonly PendingWrite[],
  ): Promise<readonly (WriteResult | undefined)[]> {
    try {
      return await store.commit(batch.map(({ write }) => write))
    } catch (fault) {
      meter.count('writes-unavailable', batch.length)
      log.warn({ fault: String(fault), writes: batch.length }, 'the store could not commit')
      return batch.length === 1 ? [undefined] : await commitOneByOne(batch)
    }
  }

  /** So that one write the store chokes on does not keep everybody else's from ever being committed. */
  async function commitOneByOne(
    batch: readonly PendingWrite[],
  ): Promise<readonly (WriteResult | undefined)[]> {
    const results: (WriteResult | undefined)[] = []
    const blocked: Blocked = new Map()
    for (const entry of batch) {
      let result: WriteResult | undefined
      if (!isBlocked(blocked, entry)) {
        try {
          result = (await store.commit([entry.write]))[0]
        } catch {
          block(blocked, entry)
        }
      }
      results.push(result)
    }
    return results
  }

  return {
    add(entry) {
      queue.push(entry)
      schedule()
    },
    idle: () =>
      new Promise((resolve) => {
        whenIdle.push(resolve)
        schedule()
      }),
  }
}

/** Rooms into which nothing more of a sender may be committed for now. */
type Blocked = Map<object, Set<RoomId>>

function block(blocked: Blocked, { sender, write }: PendingWrite): void {
  if (sender !== undefined) blocked.set(sender, (blocked.get(sender) ?? new Set()).add(write.room))
}

function isBlocked(blocked: Blocked, { sender, write }: PendingWrite): boolean {
  return sender !== undefined && blocked.get(sender)?.has(write.room) === true
}
