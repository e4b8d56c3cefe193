import type { Machine } from './phases.ts'
import { outlasts } from './token-end.ts'
import { isTokenReason } from './tokens.ts'

/** What has become of a token that a person gave. */
export type TokenFate =
  | 'under-way'
  | 'taken'
  | 'refused'
  /** Nobody can look at it now; it is the first thing shown when somebody can. */
  | 'kept'
  /** The one in use ends later, and stays in use. */
  | 'outlasted'
  /** This device is not let in for a reason that no token changes. */
  | 'kept-out'

export function fateOf({ phase, tokens }: Machine, token: string): TokenFate {
  switch (phase.state) {
    case 'offline':
    case 'waiting':
      return tokens.held === token ? 'kept' : 'refused'
    case 'signing-in':
    case 'connecting':
      return tokens.held === token ? 'under-way' : 'refused'
    case 'authenticating':
      // A newer one may have come while this one is looked at.
      return tokens.held === token || tokens.shown === token ? 'under-way' : 'refused'
    case 'awaiting-approval':
      return 'taken'
    case 'catching-up':
    case 'online': {
      const { stay } = phase.link
      if (stay?.kind === 'offered' && stay.token === token) return 'under-way'
      if (tokens.shown === token) return 'taken'
      if (tokens.held !== token) return outlasts(tokens.shown, token) ? 'outlasted' : 'refused'
      // Another one is looked at before it.
      return stay?.kind === 'offered' ? 'under-way' : 'kept'
    }
    case 'refused':
      return isTokenReason(phase.reason) ? 'refused' : 'kept-out'
  }
}
