import type { Connection } from './connection.ts'
import type { Clock } from './ports.ts'
import type { Vouching } from './vouching.ts'

/** Timers of the platform end at 24 days; a stay may be longer. */
const LONGEST_TIMER_MS = 86_400_000

/** How long somebody may stay who came by a bearer token, and for whom it was made. */
export interface TokenStay {
  /** Milliseconds since 1970. */
  readonly endsAt: number
  readonly subject: string
  readonly tokenId?: string | undefined
}

/**
 * Connections that end with their bearer token, unless another one of the same person comes in time: the
 * connection stays as it is then, and nothing has to be caught up.
 */
export interface TokenStays {
  begin(connection: Connection, stay: TokenStay): void
  refresh(connection: Connection, token: string): Promise<void>
  end(connection: Connection): void
  /** Closes those whose token is good no more, and says how many. */
  endWhere(isOver: (stay: TokenStay) => boolean): number
}

export function createTokenStays(ports: {
  readonly vouching: Vouching
  readonly clock: Clock
  readonly close: (connection: Connection) => void
}): TokenStays {
  const { vouching, clock, close } = ports
  const stays = new Map<Connection, { readonly stay: TokenStay; readonly cancel: () => void }>()

  function begin(connection: Connection, stay: TokenStay): void {
    stays.get(connection)?.cancel()
    const left = stay.endsAt - clock.now()
    const cancel = clock.after(Math.max(0, Math.min(left, LONGEST_TIMER_MS)), () => {
      if (clock.now() < stay.endsAt) return begin(connection, stay)
      close(connection)
    })
    stays.set(connection, { stay, cancel })
  }

  return {
    begin,

    async refresh(connection, token) {
      const known = stays.get(connection)
      if (known === undefined) {
        const message = 'This connection does not depend on a bearer token.'
        connection.socket.send({ type: 'error', code: 'unexpected', message })
        return
      }
      const vouched = await vouching.of(token)
      // Meanwhile it may have ended, or another token may have come.
      const current = stays.get(connection)
      if (current === undefined) return
      if (vouched.kind === 'fault') {
        const { message } = vouched
        // The stay goes on with the token before: what is wrong with this one makes no difference here.
        const code = vouched.code === 'token-expired' ? 'unauthorized' : vouched.code
        connection.socket.send({ type: 'error', code, message })
      } else if (vouched.subject !== current.stay.subject) {
        const message = 'The token was made for somebody else.'
        connection.socket.send({ type: 'error', code: 'unauthorized', message })
      } else {
        // An older one that comes late takes nothing away.
        const endsAt = Math.max(vouched.endsAt, current.stay.endsAt)
        begin(connection, { endsAt, subject: vouched.subject, tokenId: vouched.tokenId })
        connection.socket.send({ type: 'token-taken', expiresAt: endsAt })
      }
    },

    end(connection) {
      stays.get(connection)?.cancel()
      stays.delete(connection)
    },

    endWhere(isOver) {
      const over = [...stays].filter(([, { stay }]) => isOver(stay))
      for (const [connection] of over) close(connection)
      return over.length
    },
  }
}
