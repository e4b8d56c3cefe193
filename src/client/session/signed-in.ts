import type { TokenFate } from '../connection/token-fate.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import type { ConnectionView } from '../views.ts'

/** What a person who gave a token is told of it. `view`: what the connection came to. */
export function signedIn(
  fate: Exclude<TokenFate, 'under-way'>,
  view: ConnectionView,
): ClientResult<null> {
  switch (fate) {
    case 'taken':
      return succeed(null)
    case 'kept':
      return fail('offline', 'The server cannot be reached now. It is shown the token when it can.')
    case 'outlasted':
      return fail('unexpected', 'The token in use ends later than this one, and stays in use.')
    case 'kept-out':
      return fail('not-allowed', view.state === 'refused' ? view.message : NOT_TAKEN)
    case 'refused':
      return fail('unauthorized', view.state === 'refused' ? view.message : NOT_TAKEN)
  }
}

const NOT_TAKEN =
  'The server did not take this token. The one before is good until it ends; give another one.'
