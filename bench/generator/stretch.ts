import { setTimeout as delay } from 'node:timers/promises'

/** Compilers and buffers are warm after this. */
const WARM_UP_MS = 400
/** A stretch ends then, however little has come of it. */
const LONGEST_MS = 10_000
const LOOKED_AT_EACH_MS = 20
/** A message that is not with everybody by then is lost. */
const LOST_AFTER_MS = 30_000
export const MAX_LATENCIES = 200_000

/** So many messages are through before a figure is one: fewer say more of chance than of the server. */
export const ENOUGH = 30

/** For so long, and until enough has come of it. */
async function lasting(ms: number, isEnough: () => boolean): Promise<void> {
  const end = performance.now() + LONGEST_MS
  await delay(ms)
  while (!isEnough() && performance.now() < end) await delay(LOOKED_AT_EACH_MS)
}

/** Until somebody has been answered at all. */
export const warmUp = (isWarm: () => boolean): Promise<void> => lasting(WARM_UP_MS, isWarm)

/** `through`: how many of those under way, `inFlight` at a time, are through since the stretch began. */
export function stretch(ms: number, inFlight: number, through: () => number): Promise<void> {
  // With many under way, also those who wait longest have their part in it.
  const enough = Math.max(ENOUGH, inFlight)
  return lasting(ms, () => through() >= enough)
}

export async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const giveUp = new AbortController()
  try {
    const late = delay(LOST_AFTER_MS, undefined, { signal: giveUp.signal }).then(() => {
      throw new Error(what)
    })
    late.catch(() => {})
    return await Promise.race([promise, late])
  } finally {
    giveUp.abort()
  }
}
