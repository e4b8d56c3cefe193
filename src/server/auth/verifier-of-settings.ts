import type { Settings } from '../ops/options/settings.ts'
import { createJwtVerifier, type JwtOptions } from './jwt-verifier.ts'
import { noRevocations, type Revocations, revocationsIn } from './revocations.ts'
import type { VerifyToken } from './verify-token.ts'

const SHORTEST_SECRET = 32

export type Authority =
  /** No keys were given: bearer tokens are not taken. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'authority'
      readonly verifyToken: VerifyToken
      readonly revocations: Revocations
    }
  | { readonly kind: 'fault'; readonly message: string }

/** What the options say of bearer tokens; reads the files they name. */
export function authorityOf(
  { jwt }: Pick<Settings, 'jwt'>,
  readFile: (file: string) => string,
  now: () => number,
): Authority {
  const keys = keysOf(jwt, readFile)
  if (keys === undefined) return { kind: 'none' }
  if (keys.kind === 'fault') return keys
  const revocations =
    jwt.revocationFile === undefined ? noRevocations : revocationsIn(jwt.revocationFile, readFile)
  const read = revocations.reload()
  if (read.kind === 'fault') return read
  const verifyToken = createJwtVerifier({
    keys,
    issuer: jwt.issuer,
    audience: jwt.audience,
    clockToleranceSeconds: jwt.clockToleranceSeconds,
    claims: {
      ...{ user: jwt.userClaim, name: jwt.nameClaim, roles: jwt.rolesClaim },
      hostRole: jwt.hostRole,
    },
    revocations,
    now,
  })
  return { kind: 'authority', verifyToken, revocations }
}

function keysOf(
  { secret, secretFile, jwksUrl }: Settings['jwt'],
  readFile: (file: string) => string,
): JwtOptions['keys'] | { readonly kind: 'fault'; readonly message: string } | undefined {
  if (jwksUrl !== undefined) return { kind: 'jwks', url: jwksUrl }
  if (secret !== undefined) return { kind: 'secret', secret }
  if (secretFile === undefined) return undefined
  try {
    const held = readFile(secretFile).trim()
    if (held.length >= SHORTEST_SECRET) return { kind: 'secret', secret: held }
    return {
      kind: 'fault',
      message: `${secretFile} must hold ${SHORTEST_SECRET} characters or more.`,
    }
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'fault', message: `The secret for bearer tokens cannot be read: ${words}` }
  }
}
