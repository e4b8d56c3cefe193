import type { Guess, KnownGuesses, SharedCodes } from '../../hub/codes-port.ts'
import type { Clock } from '../../hub/ports.ts'
import {
  CODE_TRIES,
  codeWait,
  createAlarm,
  type PairingTries,
  passphraseWait,
  PASSPHRASE_TRIES,
  type TryAnswer,
  WINDOW_MS,
} from './pairing-tries.ts'

export interface SharedTries extends PairingTries {
  withCode(code: string): Promise<TryAnswer<Promise<void>>>
  withPassphrase(): Promise<TryAnswer<Promise<void>>>
}

/** The same counts as of a single server, kept where all nodes of the session see them (T9). */
export function createSharedTries(
  codes: Pick<SharedCodes, 'begin' | 'settle'>,
  clock: Pick<Clock, 'monotonic'>,
  exhausted: (code: string) => void,
): SharedTries {
  const alarm = createAlarm(clock)

  const isSpent = ({ withCode, running }: KnownGuesses): boolean =>
    withCode >= CODE_TRIES && running === 0

  async function begin(
    guess: Guess,
    wait: (known: KnownGuesses) => number,
  ): Promise<TryAnswer<Promise<void>>> {
    const { id, known } = await codes.begin(guess, WINDOW_MS, (found) => wait(found) === 0)
    // The node that should have said so may have died before it could.
    if (guess.kind === 'code' && isSpent(known)) exhausted(guess.code)
    if (id === undefined) {
      const most = guess.kind === 'code' ? codeWait(known.ages) > 0 : isStopped(known)
      return { kind: 'too-many', retryAfterMs: wait(known), alarm: most && alarm() }
    }
    return {
      kind: 'started',
      async settle(right) {
        const after = await codes.settle(id, right)
        if (!right && guess.kind === 'code' && isSpent(after)) exhausted(guess.code)
      },
    }
  }

  return {
    withCode: (code) =>
      begin({ kind: 'code', code }, ({ ages, withCode }) => {
        // Not dead yet: some of these are still going on and may be right.
        return codeWait(ages) || (withCode >= CODE_TRIES ? 1_000 : 0)
      }),
    withPassphrase: () => begin({ kind: 'passphrase' }, ({ ages }) => passphraseWait(ages)),
    // A code that ended takes its count along.
    keepOnly() {},
  }
}

const isStopped = ({ ages }: KnownGuesses): boolean => ages.length >= PASSPHRASE_TRIES
