import type { Clock } from '../../hub/ports.ts'

/** Wrong tries that end a code; the next one has another password. */
export const CODE_TRIES = 5
/** Wrong tries with codes, all codes together, within the window: what bounds guessing at ever new codes. */
export const ALL_CODE_TRIES = 30
/** Wrong tries with the passphrase within the window; people cannot change it as easily as a code. */
export const PASSPHRASE_TRIES = 10
export const WINDOW_MS = 600_000
/** So many wrong passphrases cost nothing; then the delay grows from a second. */
const FREE_PASSPHRASE_TRIES = 2
const MAX_DELAY_MS = 60_000

export type TryAnswer<Settled = void | Promise<void>> =
  /** Counted as wrong until it is settled as right. Settle every one, once. */
  | { readonly kind: 'started'; settle(right: boolean): Settled }
  /** `alarm`: guessing is being stopped, and this was not said in the last minutes. */
  | { readonly kind: 'too-many'; readonly retryAfterMs: number; readonly alarm: boolean }

/** Counts guesses: each exchange gives whoever began it one, so it counts from its start. */
export interface PairingTries {
  withCode(code: string): TryAnswer | Promise<TryAnswer>
  withPassphrase(): TryAnswer | Promise<TryAnswer>
  /** Forgets codes that are not among these. */
  keepOnly(codes: readonly string[]): void
}

/** Of this server alone. */
export interface OwnTries extends PairingTries {
  withCode(code: string): TryAnswer<void>
  withPassphrase(): TryAnswer<void>
}

export function createPairingTries(
  clock: Pick<Clock, 'monotonic'>,
  exhausted: (code: string) => void,
): OwnTries {
  const counts = new Map<string, { wrong: number; running: number }>()
  let codeTries: number[] = []
  let passphraseTries: number[] = []

  const alarm = createAlarm(clock)
  const recent = (tries: readonly number[]): number[] => {
    const since = clock.monotonic() - WINDOW_MS
    return tries.filter((at) => at > since)
  }
  function waitAfter(tries: readonly number[], wait: (ages: readonly number[]) => number): number {
    return wait(tries.map((at) => clock.monotonic() - at))
  }

  const without = (tries: readonly number[], at: number): number[] => {
    const index = tries.indexOf(at)
    return index < 0 ? [...tries] : tries.toSpliced(index, 1)
  }

  return {
    withCode(code) {
      codeTries = recent(codeTries)
      const retryAfterMs = waitAfter(codeTries, codeWait)
      if (retryAfterMs > 0) return { kind: 'too-many', retryAfterMs, alarm: alarm() }
      const count = counts.get(code) ?? { wrong: 0, running: 0 }
      // Not dead yet: some of these are still going on and may be right.
      if (count.wrong + count.running >= CODE_TRIES) {
        return { kind: 'too-many', retryAfterMs: 1_000, alarm: false }
      }
      counts.set(code, count)
      count.running += 1
      const at = clock.monotonic()
      codeTries.push(at)
      return {
        kind: 'started',
        settle(right) {
          count.running -= 1
          if (right) {
            codeTries = without(codeTries, at)
            return
          }
          count.wrong += 1
          // A code that ended otherwise meanwhile is not there any more.
          if (count.wrong < CODE_TRIES || counts.get(code) !== count) return
          counts.delete(code)
          exhausted(code)
        },
      }
    },

    withPassphrase() {
      passphraseTries = recent(passphraseTries)
      const retryAfterMs = waitAfter(passphraseTries, passphraseWait)
      if (retryAfterMs > 0) {
        const isStopped = passphraseTries.length >= PASSPHRASE_TRIES
        return { kind: 'too-many', retryAfterMs, alarm: isStopped && alarm() }
      }
      const at = clock.monotonic()
      passphraseTries.push(at)
      return {
        kind: 'started',
        settle(right) {
          if (right) passphraseTries = without(passphraseTries, at)
        },
      }
    },

    keepOnly(codes) {
      for (const code of counts.keys()) {
        if (!codes.includes(code)) counts.delete(code)
      }
    },
  }
}

/** Milliseconds to wait with codes after tries that began so long ago, oldest first; 0 to go on. */
export function codeWait(ages: readonly number[]): number {
  return ages.length >= ALL_CODE_TRIES ? untilOldestLeaves(ages) : 0
}

/** The same with the passphrase. */
export function passphraseWait(ages: readonly number[]): number {
  const count = ages.length
  if (count >= PASSPHRASE_TRIES) return untilOldestLeaves(ages)
  if (count <= FREE_PASSPHRASE_TRIES) return 0
  const delay = Math.min(MAX_DELAY_MS, 1_000 * 2 ** (count - FREE_PASSPHRASE_TRIES - 1))
  return Math.max(0, Math.ceil(delay - (ages.at(-1) ?? 0)))
}

const untilOldestLeaves = ([oldest = 0]: readonly number[]): number =>
  Math.max(1, Math.ceil(WINDOW_MS - oldest))

/** True when it was not said in the last minutes. */
export function createAlarm(clock: Pick<Clock, 'monotonic'>): () => boolean {
  let saidAt: number | undefined
  return () => {
    const now = clock.monotonic()
    if (saidAt !== undefined && now - saidAt < WINDOW_MS) return false
    saidAt = now
    return true
  }
}
