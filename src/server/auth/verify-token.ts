import type { MemberId } from '../../protocol/ids.ts'

/** What a bearer token says of its holder, once its signature and its dates were checked. */
export interface TokenClaims {
  readonly kind: 'claims'
  /** `iss`; the empty string when the token names none and none is required. */
  readonly issuer: string
  /** Who it is: the same person has the same subject for ever, whatever they call themselves. */
  readonly subject: string
  /** Whose member it is already; otherwise issuer and subject name one. */
  readonly member?: MemberId
  /** To be shown; the subject when the token carries no name. */
  readonly name: string
  readonly roles: readonly string[]
  /** `jti`, by which one token can be revoked. */
  readonly tokenId: string | undefined
  /** Milliseconds since 1970: when the connection must have brought another token (4401). */
  readonly expiresAt: number
  /** Everything the token says, for those who hand it on; never for deciding anything. */
  readonly all: Readonly<Record<string, unknown>>
}

export type TokenFaultCode =
  /** No token where one is needed. */
  | 'missing'
  /** Not a JWT, or without a claim that is needed. */
  | 'malformed'
  | 'wrong-signature'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'expired'
  | 'not-yet-valid'
  | 'revoked'
  /** The keys cannot be had now; the same token may be good in a moment. */
  | 'unavailable'

export interface TokenFault {
  readonly kind: 'fault'
  readonly code: TokenFaultCode
  /** A sentence for the person or the log; never contains the token. */
  readonly message: string
}

/** Checks a bearer token, as it came in `Authorization: Bearer …` or `access_token=…`. Never rejects. */
export type VerifyToken = (token: string) => Promise<TokenClaims | TokenFault>
