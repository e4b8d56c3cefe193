import type { Role } from '../../protocol/roles.ts'

/*
 * What the window offers. The session decides (src/protocol/roles.ts); only types cross from the protocol into
 * the window, so the ranks are repeated here, and a test compares both.
 */
const RANKED: readonly Role[] = ['guest', 'member', 'moderator', 'host']
const rank = (role: Role): number => RANKED.indexOf(role)

export function isModerator(role: Role): boolean {
  return rank(role) >= rank('moderator')
}

export function mayActOn(actor: Role, target: Role): boolean {
  return isModerator(actor) && (actor === 'host' || rank(actor) > rank(target))
}

/** The roles somebody may give, from the most to the least. */
export function givableRoles(actor: Role): readonly Role[] {
  if (!isModerator(actor)) return []
  return RANKED.filter((role) => actor === 'host' || rank(actor) > rank(role)).toReversed()
}
