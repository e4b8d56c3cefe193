import { closest, distance } from 'fastest-levenshtein'
import type { Leaf } from './leaves.ts'

/** One value as a source gave it, with the name it has there. */
export interface Given {
  readonly path: string
  readonly value: unknown
  readonly source: 'file' | 'environment' | 'flag'
  /** Such as `--max-connections`. */
  readonly name: string
}

/** What a source gave, and what was wrong with it in words. */
export interface Source {
  readonly given: readonly Given[]
  readonly faults: readonly string[]
}

/** « Did you mean …?», when something known is near. */
export function suggestion(unknown: string, known: readonly string[]): string {
  // The search takes as long as both names multiplied, and nothing known is near what is longer than any of it.
  const longest = Math.max(0, ...known.map((name) => name.length))
  if (known.length === 0 || unknown.length > 2 * longest) return ''
  const nearest = closest(
    unknown.toLowerCase(),
    known.map((name) => name.toLowerCase()),
  )
  const written = known.find((name) => name.toLowerCase() === nearest) ?? nearest
  const isNear = distance(unknown.toLowerCase(), nearest) <= Math.max(2, unknown.length / 3)
  return isNear ? ` Did you mean ${written}?` : ''
}

/** Text of the environment or of a flag as the kind of value that the option has; text that is none stays text. */
export function valueOf(text: string, kind: Leaf['kind']): unknown {
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (kind === 'boolean' && /^(true|1|on|yes)$/i.test(text)) return true
  if (kind === 'boolean' && /^(false|0|off|no)$/i.test(text)) return false
  if (kind === 'list')
    return text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  return text
}
