import type { PersonView } from '../../client/views.ts'

/** Most names offered at once. */
const SHOWN = 8
/** Nobody searches a name with more words than this. */
const LONGEST_QUERY = 40

export interface MentionQuery {
  /** Where the @ stands. */
  readonly start: number
  readonly query: string
}

/** The @word the caret is in; null when it is in none. An @ inside a word is an address. */
export function findMention(text: string, caret: number): MentionQuery | null {
  const before = text.slice(Math.max(0, caret - LONGEST_QUERY), caret)
  const match = /(?:^|[\s([{'"])@([\p{L}\p{N}_.'-]*(?: [\p{L}\p{N}_.'-]+)?)$/u.exec(before)
  if (match === null) return null
  const query = match[1] ?? ''
  return { start: caret - query.length - 1, query }
}

/** People whose name, or a later word of it, starts with what was written. */
export function matchingPeople(
  people: readonly PersonView[],
  query: string,
): readonly PersonView[] {
  const wanted = query.toLocaleLowerCase()
  const rank = (name: string): number => {
    const lower = name.toLocaleLowerCase()
    if (lower.startsWith(wanted)) return 0
    return lower.split(/\s+/).some((word) => word.startsWith(wanted)) ? 1 : 2
  }
  return people
    .filter((person) => rank(person.name) < 2)
    .toSorted((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
    .slice(0, SHOWN)
}
