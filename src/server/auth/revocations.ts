import type { TokenClaims } from './verify-token.ts'

/** Tokens and people that are not let in although their tokens are in order. */
export interface Revocations {
  isRevoked(claims: Pick<TokenClaims, 'subject' | 'tokenId'>): boolean
  /** Reads the list anew. With a fault the list stays as it was. */
  reload():
    | { readonly kind: 'read'; readonly count: number }
    | { readonly kind: 'fault'; readonly message: string }
}

/** Nothing is revoked, and nothing can be. */
export const noRevocations: Revocations = {
  isRevoked: () => false,
  reload: () => ({ kind: 'read', count: 0 }),
}

/**
 * A file with a line for each, `jti ID` or `sub ID`; empty lines and those that begin with # say nothing. It is
 * read by `reload` only.
 */
export function revocationsIn(file: string, readFile: (file: string) => string): Revocations {
  let revoked: ReadonlySet<string> = new Set()
  return {
    isRevoked: ({ subject, tokenId }) =>
      revoked.has(`sub ${subject}`) || (tokenId !== undefined && revoked.has(`jti ${tokenId}`)),
    reload() {
      let content: string
      try {
        content = readFile(file)
      } catch (cause) {
        const words = cause instanceof Error ? cause.message : String(cause)
        return { kind: 'fault', message: `The revocation list cannot be read: ${words}` }
      }
      const next = new Set<string>()
      for (const [index, raw] of content.split('\n').entries()) {
        const line = raw.trim()
        if (line === '' || line.startsWith('#')) continue
        const [, kind, id] = /^(jti|sub)\s+(.+)$/.exec(line) ?? []
        if (kind === undefined || id === undefined) {
          return {
            kind: 'fault',
            message: `${file}, line ${index + 1}: write "jti ID" or "sub ID".`,
          }
        }
        next.add(`${kind} ${id}`)
      }
      revoked = next
      return { kind: 'read', count: next.size }
    },
  }
}
