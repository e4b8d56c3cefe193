import { z } from 'zod'

/** What a person may do in a session, from the most to the least (I9). */
export const roleSchema = z.enum(['host', 'moderator', 'member', 'guest'])
export type Role = z.infer<typeof roleSchema>

const RANK: Readonly<Record<Role, number>> = { host: 3, moderator: 2, member: 1, guest: 0 }

export function isModerator(role: Role): boolean {
  return RANK[role] >= RANK.moderator
}

/** Nobody acts on an equal or a superior, except that one host may act on another. */
export function mayActOn(actor: Role, target: Role): boolean {
  return isModerator(actor) && (actor === 'host' || RANK[actor] > RANK[target])
}

/** The roles somebody may give, by invite or by change: a host every one, a moderator those below. */
export function mayGive(actor: Role, role: Role): boolean {
  return isModerator(actor) && (actor === 'host' || RANK[actor] > RANK[role])
}
