import type { ErrorCode } from '../../protocol/errors.ts'
import { type Role, roleSchema } from '../../protocol/roles.ts'
import type { Vouching } from '../hub/vouching.ts'
import type { Revocations } from './revocations.ts'
import type { TokenFaultCode, VerifyToken } from './verify-token.ts'

/** What is not simply a wrong token, and no guess. */
const CODES: Partial<Record<TokenFaultCode, ErrorCode>> = {
  unavailable: 'unavailable',
  expired: 'token-expired',
}

/**
 * Who comes by a bearer token has the highest of the token's roles that are Landline's own; without one of them,
 * they are a member.
 */
export function vouchingOf(verifyToken: VerifyToken): Vouching {
  return {
    async of(token) {
      const verdict = await verifyToken(token)
      if (verdict.kind === 'fault') {
        const { code, message } = verdict
        return { kind: 'fault', code: CODES[code] ?? 'unauthorized', message }
      }
      const { issuer, subject, roles, expiresAt, tokenId, all } = verdict
      return {
        kind: 'vouched',
        role: roleOf(roles),
        by: issuer === '' ? 'a bearer token' : issuer,
        subject: subjectOf(issuer, subject),
        tokenId,
        endsAt: expiresAt,
        claims: all,
      }
    },
  }
}

/** The same subject of two authorities is two people. */
export function subjectOf(issuer: string, subject: string): string {
  return JSON.stringify([issuer, subject])
}

export function issuerAndSubjectOf(subject: string): readonly [issuer: string, subject: string] {
  const [issuer = '', own = ''] = JSON.parse(subject) as readonly string[]
  return [issuer, own]
}

/** Whether a stay that a token of ours began is on the list now. */
export function isOver(
  revocations: Pick<Revocations, 'isRevoked'>,
): (stay: { readonly subject: string; readonly tokenId?: string | undefined }) => boolean {
  return ({ subject, tokenId }) => {
    const [, own] = issuerAndSubjectOf(subject)
    return revocations.isRevoked({ subject: own, tokenId })
  }
}

export function roleOf(roles: readonly string[]): Role {
  const held = roles.map((role) => role.toLowerCase())
  return roleSchema.options.find((role) => held.includes(role)) ?? 'member'
}
