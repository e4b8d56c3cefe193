import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { canPin, GENERATOR_CORE, SERVER_CORE } from './processes.ts'
import type { Limits } from './servers/limit-figures.ts'

/** What figures depend on, and nothing that names the machine. */
export function machineOf({ fsyncMicroseconds }: Limits): string {
  const [cpu] = cpus()
  const [load = 0] = loadavg()
  return [
    `Node ${process.versions.node}`,
    `${type()} ${release().split('-')[0]}, ${availableParallelism()} cores of ${cpu?.model.trim() ?? 'unknown'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    canPin ? `server on core ${SERVER_CORE}, generator on core ${GENERATOR_CORE}` : 'NOT PINNED',
    `fdatasync of 4 KB p50 ${Math.round(fsyncMicroseconds)} µs`,
    `load ${load.toFixed(1)} before the start`,
  ].join('; ')
}
