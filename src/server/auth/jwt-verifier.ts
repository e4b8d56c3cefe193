import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type RemoteJWKSet,
} from 'jose'
import { claimsOf, type ClaimNames } from './claims.ts'
import type { Revocations } from './revocations.ts'
import type { TokenFault, TokenFaultCode, VerifyToken } from './verify-token.ts'

const LONGEST_TOKEN = 16_384
/** A key of the authority is asked for again after this long, and at once when a token names one not known. */
const KEYS_MAX_AGE_MS = 600_000
/** How soon after the last answer an unknown key may make us ask again: tokens name keys as they like. */
const KEYS_COOLDOWN_MS = 30_000
const KEYS_TIMEOUT_MS = 5_000
/** Of authorities: keys that can be public. HS256 with a public key as its secret is an old trick. */
const PUBLIC_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

export interface JwtOptions {
  readonly keys:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'jwks'; readonly url: string; readonly cooldownMs?: number }
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  readonly clockToleranceSeconds: number
  readonly claims: ClaimNames
  readonly revocations: Revocations
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly fetch?: FetchImplementation
}

/** Checks JSON Web Tokens: signature, issuer, audience, dates, and whether the token was revoked. */
export function createJwtVerifier(options: JwtOptions): VerifyToken {
  const { issuer, audience, clockToleranceSeconds, claims, revocations, now } = options
  const { algorithms, verify } = keysOf(options)

  return async (token) => {
    if (token === '') return fault('missing', 'A bearer token is needed.')
    if (token.length > LONGEST_TOKEN) return fault('malformed', 'The token is too long.')
    let payload: JWTPayload
    try {
      payload = await verify(token, {
        algorithms,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(now()),
        requiredClaims: ['exp'],
        ...(issuer === undefined ? {} : { issuer }),
        ...(audience === undefined ? {} : { audience }),
      })
    } catch (cause) {
      return faultOf(cause)
    }
    const read = claimsOf(payload, claims)
    if (read.kind === 'claims' && revocations.isRevoked(read)) {
      return fault('revoked', 'The token was revoked.')
    }
    return read
  }
}

type Verify = (token: string, options: Parameters<typeof jwtVerify>[2]) => Promise<JWTPayload>

function keysOf({ keys, fetch }: JwtOptions): { algorithms: string[]; verify: Verify } {
  if (keys.kind === 'secret') {
    const secret = new TextEncoder().encode(keys.secret)
    return {
      algorithms: ['HS256'],
      verify: async (token, options) => (await jwtVerify(token, secret, options)).payload,
    }
  }
  const remote = createRemoteJWKSet(new URL(keys.url), {
    cacheMaxAge: KEYS_MAX_AGE_MS,
    cooldownDuration: keys.cooldownMs ?? KEYS_COOLDOWN_MS,
    timeoutDuration: KEYS_TIMEOUT_MS,
    ...(fetch === undefined ? {} : { [customFetch]: fetch }),
  })
  return {
    algorithms: PUBLIC_ALGORITHMS,
    verify: async (token, options) => (await jwtVerify(token, lasting(remote), options)).payload,
  }
}

/** While the authority is away the keys it gave last are good: its outage must not put everybody out. */
function lasting(remote: RemoteJWKSet): JWTVerifyGetKey {
  return async (header, jws) => {
    const mayNotAsk = remote.coolingDown
    try {
      return await remote(header, jws)
    } catch (cause) {
      if (mayNotAsk && header.kid !== undefined && cause instanceof errors.JWKSNoMatchingKey) {
        // Perhaps new since the last answer: nobody's fault, and looked for again in a moment.
        throw new Error('the key was not asked for', { cause })
      }
      if (isAboutTheToken(cause)) throw cause
      const kept = remote.jwks()
      if (kept === undefined) throw cause
      try {
        return await createLocalJWKSet(kept)(header, jws)
      } catch {
        // Perhaps signed with a key that only the authority knows yet.
        throw cause
      }
    }
  }
}

function isAboutTheToken(cause: unknown): boolean {
  return (
    cause instanceof errors.JWKSNoMatchingKey ||
    cause instanceof errors.JWKSMultipleMatchingKeys ||
    cause instanceof errors.JOSENotSupported
  )
}

function faultOf(cause: unknown): TokenFault {
  if (cause instanceof errors.JWTExpired) return fault('expired', 'The token has expired.')
  if (cause instanceof errors.JWTClaimValidationFailed) return claimFault(cause)
  if (
    cause instanceof errors.JWSSignatureVerificationFailed ||
    cause instanceof errors.JOSEAlgNotAllowed ||
    isAboutTheToken(cause)
  ) {
    return fault('wrong-signature', 'The token is not signed with a key of the authority.')
  }
  if (
    cause instanceof errors.JWSInvalid ||
    cause instanceof errors.JWTInvalid ||
    cause instanceof TypeError
  ) {
    return cause instanceof TypeError && /fetch/i.test(cause.message)
      ? unavailable()
      : fault('malformed', 'This is no JSON Web Token.')
  }
  return unavailable()
}

function claimFault({ claim, reason }: errors.JWTClaimValidationFailed): TokenFault {
  if (reason === 'missing') return fault('malformed', `The token has no claim "${claim}".`)
  if (claim === 'iss') return fault('wrong-issuer', 'The token comes from another authority.')
  if (claim === 'aud') return fault('wrong-audience', 'The token is for another service.')
  if (claim === 'nbf') return fault('not-yet-valid', 'The token is not valid yet.')
  return fault('malformed', `The claim "${claim}" of the token is not as it must be.`)
}

const unavailable = (): TokenFault =>
  fault('unavailable', 'The keys of the authority cannot be had now.')

function fault(code: TokenFaultCode, message: string): TokenFault {
  return { kind: 'fault', code, message }
}
