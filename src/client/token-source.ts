/** Why a bearer token is asked for. */
export type TokenWish =
  | 'first' // nothing was shown yet, and nobody knows whether the server wants one
  | 'expiring' // the one in use ends soon; with the next the connection goes on as it is
  | 'ended' // the one in use has ended, and the connection with it
  | 'refused' // the server did not take the one it was shown, or wants one and was shown none

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  /** There is none now. What a person gives later comes by `ClientSession.signIn`. */
  | { readonly kind: 'none' }

/**
 * Where a session's bearer tokens (JWT) come from. Answers within seconds: a person is not waited for. One that
 * was just refused, or has ended, is no answer.
 */
export type TokenSource = (why: TokenWish) => Promise<TokenAnswer>
