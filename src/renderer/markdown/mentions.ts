export interface MentionPiece {
  readonly text: string
  /** The name that is mentioned; null for plain text. */
  readonly name: string | null
}

/** Finds @name in text for the given names, the longest name first: «@Ann Lee» is not «@Ann». */
export interface MentionMatcher {
  split(text: string): readonly MentionPiece[]
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export function mentionMatcher(names: readonly string[]): MentionMatcher {
  const longestFirst = [...new Set(names)]
    .filter((name) => name !== '')
    .toSorted((a, b) => b.length - a.length)
  if (longestFirst.length === 0) return { split: (text) => [{ text, name: null }] }
  const any = longestFirst.map(escaped).join('|')
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])@(${any})(?![\\p{L}\\p{N}])`, 'gu')
  return {
    split(text) {
      if (!text.includes('@')) return [{ text, name: null }]
      const pieces: MentionPiece[] = []
      let from = 0
      for (const match of text.matchAll(pattern)) {
        if (match.index > from) pieces.push({ text: text.slice(from, match.index), name: null })
        pieces.push({ text: match[0], name: match[1] ?? null })
        from = match.index + match[0].length
      }
      if (from < text.length) pieces.push({ text: text.slice(from), name: null })
      return pieces
    },
  }
}

/** The names a message mentions. */
export function mentionedIn(text: string, matcher: MentionMatcher): readonly string[] {
  return matcher
    .split(text)
    .map((piece) => piece.name)
    .filter((name) => name !== null)
}
