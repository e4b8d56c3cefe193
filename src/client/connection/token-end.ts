/**
 * `exp` of a JWT in milliseconds since 1970, null when it has none that can be read. Nobody has checked it: it
 * decides only which of two tokens is kept, and when the next one is looked for.
 */
export function endOf(token: string): number | null {
  const [, payload = ''] = token.split('.')
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null
    return typeof claims.exp === 'number' && Number.isFinite(claims.exp) ? claims.exp * 1_000 : null
  } catch {
    return null
  }
}

/** Whether the one that was shown ends after the other, as far as both say. */
export function outlasts(shown: string | null, other: string): boolean {
  const [ours, theirs] = [shown === null ? null : endOf(shown), endOf(other)]
  return ours !== null && theirs !== null && theirs < ours
}
