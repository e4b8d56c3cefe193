import { readdirSync, readFileSync } from 'node:fs'

/** Times of one measured stretch: of the clock, of the generator's processor, and of the servers'. */
export interface Watch {
  /** So far. */
  read(): {
    readonly ms: number
    readonly serverMicroseconds: number
    /** Of the time, how much the generator ran or waited for its core. */
    readonly generatorShare: number
  }
}

export function startWatch(serverPids: readonly number[]): Watch {
  const server = serverPids.map((pid) => processorUse(pid).ran)
  const own = ownMicroseconds()
  const startedAt = performance.now()
  return {
    read() {
      const ms = performance.now() - startedAt
      const now = serverPids.map((pid) => processorUse(pid).ran)
      return {
        ms,
        serverMicroseconds: now.reduce((sum, time, index) => sum + time - (server[index] ?? 0), 0),
        generatorShare: (ownMicroseconds() - own) / 1_000 / ms,
      }
    },
  }
}

/** Microseconds. */
export interface ProcessorUse {
  readonly ran: number
  /** It could have run, and others had the core. */
  readonly waited: number
}

/** Of a line of the scheduler's `schedstat`: nanoseconds run, nanoseconds waited, turns. */
export function processorUseOf(schedstat: string): ProcessorUse {
  const [ran = Number.NaN, waited = Number.NaN] = schedstat.split(' ').map(Number)
  return { ran: ran / 1_000, waited: waited / 1_000 }
}

/** Of all threads of a process, from the scheduler: `stat` counts in hundredths of a second. */
export function processorUse(pid: number): ProcessorUse {
  try {
    const threads = `/proc/${pid}/task`
    const uses = readdirSync(threads).map((thread) =>
      processorUseOf(readFileSync(`${threads}/${thread}/schedstat`, 'utf8')),
    )
    return {
      ran: uses.reduce((sum, { ran }) => sum + ran, 0),
      waited: uses.reduce((sum, { waited }) => sum + waited, 0),
    }
  } catch {
    // Only Linux tells.
    return { ran: Number.NaN, waited: Number.NaN }
  }
}

/**
 * What our own main thread, which plays the people, ran or waited: a generator that others keep from its core is as
 * late as one that uses all of it. Threads beside it wait for each other, and would be counted twice.
 */
function ownMicroseconds(): number {
  try {
    const { ran, waited } = processorUseOf(
      readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8'),
    )
    return ran + waited
  } catch {
    const { user, system } = process.cpuUsage()
    return user + system
  }
}
