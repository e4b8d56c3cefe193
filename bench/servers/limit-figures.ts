import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { serverCommand } from '../processes.ts'

const LIMITS = fileURLToPath(new URL('./limits.ts', import.meta.url))

export const limitBatches = [1, 32, 256] as const
export type LimitBatch = (typeof limitBatches)[number]

/** One figure for each repetition. */
export interface Limits {
  /** p50 of writing and syncing 4 KB. */
  readonly fsyncMicroseconds: number[]
  readonly rowsPerSecond: Record<LimitBatch, number[]>
}

/** On the server's core, while nothing else of the bench runs. */
export function measureLimits(folder: string, ms: number, repetitions: number): Limits {
  const [program = '', ...args] = serverCommand([LIMITS, folder, `${ms}`, `${repetitions}`])
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Limits
}
