import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serverCommand } from '../processes.ts'

const LIMITS = fileURLToPath(new URL('./limits.ts', import.meta.url))
const WITHIN_MS = 60_000

export type LimitBatch = 1 | 32 | 256

export interface Limits {
  /** p50 of writing and syncing 4 KB. */
  readonly fsyncMicroseconds: number
  /** p50 of one transaction with so many rows. */
  readonly commitMs: number
  readonly rowsPerSecond: number
}

/** On the server's core, while nothing else of the bench has work. Takes two times `ms`. */
export async function measureLimits(
  folder: string,
  ms: number,
  batch: LimitBatch,
): Promise<Limits> {
  const own = mkdtempSync(join(folder, 'limits-'))
  const [program = '', ...args] = serverCommand([LIMITS, own, `${ms}`, `${batch}`])
  const { stdout } = await promisify(execFile)(program, args, {
    timeout: WITHIN_MS,
    killSignal: 'SIGKILL',
  })
  return JSON.parse(stdout) as Limits
}
