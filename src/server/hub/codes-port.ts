import type { MemberId } from '../../protocol/ids.ts'

/** A code that is good now. */
export interface KeptCode {
  readonly code: string
  /** Whom a further device comes to with it; null for the session's own. */
  readonly owner: MemberId | null
  readonly expiresInMs: number
}

export type Guess =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'passphrase' }

/** What is known of guesses of the same kind, those that proved right left out. */
export interface KnownGuesses {
  /** How many milliseconds ago each began, oldest first; those of the last `windowMs` only. */
  readonly ages: readonly number[]
  /** With this code since it was made, and how many of these are still going on. */
  readonly withCode: number
  readonly running: number
}

/**
 * Codes and the guesses at them, where all nodes of a session see them: otherwise each node would know codes of its
 * own and let as much be guessed as all of them together may (T9). Times are the store's, whatever a node's clock says.
 */
export interface SharedCodes {
  /**
   * The session's own ends by itself with each removal and ban that is written down after it was made: whoever was sent
   * away may know it (I5), and no node has to live until it has renewed it.
   */
  good(): Promise<readonly KeptCode[]>
  /**
   * The owner's code: `keep` the one there is, or make a new one in its place. `make` is given all that are good.
   * Undefined when more than `maxOthers` other members have codes; the session always has a place for its own.
   */
  give(
    owner: MemberId | null,
    how: 'keep' | 'replace',
    lifeMs: number,
    make: (taken: readonly string[]) => string,
    maxOthers?: number,
  ): Promise<KeptCode | undefined>
  /** Ends the code; false when it was not good any more. */
  take(code: string): Promise<boolean>
  takeFrom(owner: MemberId): Promise<void>
  /** Counts a guess from its start, if it may be made. It is then given an id. */
  begin(
    guess: Guess,
    windowMs: number,
    mayBegin: (known: KnownGuesses) => boolean,
  ): Promise<{ readonly id: string | undefined; readonly known: KnownGuesses }>
  /** The guess is over: a right one does not count any more. Tells what is known after it. */
  settle(id: string, right: boolean): Promise<KnownGuesses>
}
