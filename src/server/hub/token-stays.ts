import type { ErrorCode } from '../../protocol/errors.ts'
import type { Connection } from './connection.ts'
import type { Clock, Log } from './ports.ts'
import type { Tries } from './tries.ts'
import type { Vouching } from './vouching.ts'

type Vouched = Awaited<ReturnType<Vouching['of']>>

/** Timers of the platform end at 24 days; a stay may be longer. */
const LONGEST_TIMER_MS = 86_400_000

/** How long somebody may stay who came by a bearer token, and for whom it was made. */
export interface TokenStay {
  /** Milliseconds since 1970. */
  readonly endsAt: number
  readonly subject: string
  readonly tokenId?: string | undefined
}

/** What became of a token that was shown on a connection; a refused one leaves everything as it was. */
export type Refreshed =
  | {
      readonly kind: 'taken'
      /** When the stay ends now, in milliseconds since 1970. */
      readonly expiresAt: number
      /** What the token says, when it took the place of the one before. */
      readonly claims: Readonly<Record<string, unknown>> | undefined
    }
  | { readonly kind: 'fault'; readonly code: ErrorCode; readonly message: string }

/**
 * Connections that end with their bearer token, unless another one of the same person comes in time: the
 * connection stays as it is then, and nothing has to be caught up.
 */
export interface TokenStays {
  begin(connection: Connection, stay: TokenStay): void
  refresh(connection: Connection, token: string): Promise<Refreshed>
  end(connection: Connection): void
  /** Closes those whose token is good no more, and says how many. */
  endWhere(isOver: (stay: TokenStay) => boolean): number
}

export function createTokenStays(ports: {
  readonly vouching: Vouching
  readonly tries: Tries
  readonly clock: Clock
  readonly log: Log
  readonly close: (connection: Connection, reason: string) => void
}): TokenStays {
  const { vouching, tries, clock, log, close } = ports
  const stays = new Map<Connection, { readonly stay: TokenStay; readonly cancel: () => void }>()

  function begin(connection: Connection, stay: TokenStay): void {
    stays.get(connection)?.cancel()
    const left = stay.endsAt - clock.now()
    const cancel = clock.after(Math.max(0, Math.min(left, LONGEST_TIMER_MS)), () => {
      if (clock.now() < stay.endsAt) return begin(connection, stay)
      close(connection, 'the token expired')
    })
    stays.set(connection, { stay, cancel })
  }

  async function look(connection: Connection, token: string): Promise<Refreshed> {
    if (!stays.has(connection)) return noStay
    // A live connection is no place to guess at tokens either (I12).
    const begun = await tries.begin(connection.socket.address, () => stays.has(connection))
    if (begun === undefined) return tooManyTries
    let refreshed: Refreshed
    try {
      refreshed = take(connection, await vouching.of(token))
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'a bearer token could not be looked at')
      refreshed = notNow
    }
    if (refreshed.kind === 'fault' && refreshed.code === 'unauthorized') begun.wrong()
    else begun.right()
    // The stay goes on with the token before: an old one is no guess, and is no good like any other.
    if (refreshed.kind === 'taken' || refreshed.code !== 'token-expired') return refreshed
    return { ...refreshed, code: 'unauthorized' }
  }

  function take(connection: Connection, vouched: Vouched): Refreshed {
    // Meanwhile the connection may have ended.
    const current = stays.get(connection)?.stay
    if (current === undefined) return noStay
    if (vouched.kind === 'fault') return vouched
    const { subject, endsAt, tokenId, claims } = vouched
    if (subject !== current.subject) {
      const message = 'The token was made for somebody else.'
      return { kind: 'fault', code: 'unauthorized', message }
    }
    // An older one that comes late takes nothing away, nor the place of the one that was taken.
    if (endsAt < current.endsAt) {
      return { kind: 'taken', expiresAt: current.endsAt, claims: undefined }
    }
    begin(connection, { endsAt, subject, tokenId })
    return { kind: 'taken', expiresAt: endsAt, claims }
  }

  return {
    begin,

    refresh: look,

    end(connection) {
      stays.get(connection)?.cancel()
      stays.delete(connection)
    },

    endWhere(isOver) {
      const over = [...stays].filter(([, { stay }]) => isOver(stay))
      for (const [connection] of over) close(connection, 'the token was revoked')
      return over.length
    },
  }
}

export const noStay: Refreshed = {
  ...{ kind: 'fault', code: 'unexpected' },
  message: 'This connection does not depend on a bearer token.',
}

const notNow: Refreshed = {
  ...{ kind: 'fault', code: 'unavailable' },
  message: 'The token cannot be looked at now. Try again later.',
}

const tooManyTries: Refreshed = {
  ...{ kind: 'fault', code: 'rate-limited' },
  message: 'Too many wrong tries from this address. Wait a minute.',
}
