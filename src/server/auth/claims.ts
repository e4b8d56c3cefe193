import type { JWTPayload } from 'jose'
import { MAX_MEMBER_NAME_LENGTH } from '../../protocol/limits.ts'
import type { TokenClaims, TokenFault } from './verify-token.ts'

/** Which claims say what; each a name, or a path such as `realm_access.roles`. */
export interface ClaimNames {
  readonly user: string
  readonly name: string
  readonly roles: string
  /** The role that makes a host. */
  readonly hostRole?: string | undefined
}

const LONGEST_SUBJECT = 255
const MOST_ROLES = 64

export function claimsOf(payload: JWTPayload, names: ClaimNames): TokenClaims | TokenFault {
  const subject = textOf(valueAt(payload, names.user))
  if (subject === undefined || subject.length > LONGEST_SUBJECT) {
    const message = `The claim "${names.user}" must be text of 1 to ${LONGEST_SUBJECT} characters.`
    return { kind: 'fault', code: 'malformed', message }
  }
  return {
    kind: 'claims',
    issuer: payload.iss ?? '',
    subject,
    name: shown(textOf(valueAt(payload, names.name)) ?? '') || shown(subject) || 'somebody',
    roles: capped(rolesOf(valueAt(payload, names.roles)), names.hostRole),
    tokenId: payload.jti,
    expiresAt: (payload.exp ?? 0) * 1_000,
    all: payload,
  }
}

/** The name itself first: names of claims may be addresses, full of dots. */
function valueAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  let node: unknown = payload
  for (const key of name.split('.')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined
    node = (node as Readonly<Record<string, unknown>>)[key]
  }
  return node
}

/** Some authorities number their people. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** One line that fits where names go: an authority knows nothing of our limits. */
function shown(name: string): string {
  const line = name
    .replaceAll(/\p{Surrogate}/gu, '')
    .replaceAll(/[\u0000-\u001F\u007F]/g, ' ')
    .trim()
  return [...line]
    .slice(0, MAX_MEMBER_NAME_LENGTH / 2)
    .join('')
    .trim()
}

/**
 * Authorities give «host» for reasons of their own: only the role that the operator names makes a host here, at
 * whichever door.
 */
function capped(roles: readonly string[], hostRole: string | undefined): readonly string[] {
  return roles.map((role) => {
    if (role === hostRole) return 'host'
    return role.toLowerCase() === 'host' ? 'moderator' : role
  })
}

function rolesOf(value: unknown): readonly string[] {
  const given =
    typeof value === 'string' ? value.split(/[\s,]+/) : Array.isArray(value) ? value : []
  return given
    .filter((role): role is string => typeof role === 'string' && role !== '')
    .slice(0, MOST_ROLES)
}
