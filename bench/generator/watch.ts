import { readdirSync, readFileSync } from 'node:fs'

/** Times of one measured stretch: of the clock, of the generator's processor, and of the servers'. */
export interface Watch {
  /** So far. */
  read(): {
    readonly ms: number
    readonly serverMicroseconds: number
    readonly generatorShare: number
  }
}

export function startWatch(serverPids: readonly number[]): Watch {
  const server = serverPids.map(processorTime)
  const own = process.cpuUsage()
  const startedAt = performance.now()
  return {
    read() {
      const ms = performance.now() - startedAt
      const { user, system } = process.cpuUsage(own)
      const now = serverPids.map(processorTime)
      return {
        ms,
        serverMicroseconds: now.reduce((sum, time, index) => sum + time - (server[index] ?? 0), 0),
        generatorShare: (user + system) / 1_000 / ms,
      }
    },
  }
}

/** Microseconds that all threads of a process have run, from the scheduler: `stat` counts in hundredths of a second. */
function processorTime(pid: number): number {
  try {
    const threads = `/proc/${pid}/task`
    return readdirSync(threads).reduce((sum, thread) => {
      const [nanoseconds = '0'] = readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ')
      return sum + Number(nanoseconds) / 1_000
    }, 0)
  } catch {
    // Only Linux tells.
    return Number.NaN
  }
}
