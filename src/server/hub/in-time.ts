import type { Clock } from './ports.ts'

/** The answer, or `late` when it takes longer than this. What becomes of it then, a fault too, is left to itself. */
export async function inTime<Value>(
  work: Promise<Value>,
  ms: number,
  clock: Pick<Clock, 'after'>,
): Promise<Value | 'late'> {
  let cancel = (): void => {}
  const late = new Promise<'late'>((resolve) => {
    cancel = clock.after(ms, () => resolve('late'))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}
