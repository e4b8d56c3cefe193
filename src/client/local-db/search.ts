import type { SearchHit } from '../views.ts'
import type { LocalDatabase } from './database.ts'

/** Words around a match that are shown. */
const EXCERPT_TOKENS = 24
const EXCERPT_LENGTH = 120
/** Mark a match inside an excerpt; both are control characters no keyboard types. */
const OPEN = '\u0002'
const CLOSE = '\u0003'
/** Scripts written without spaces: the index sees a whole clause as one word, so they are searched as text. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

export interface Search {
  /** Messages with all the words, the last one as a prefix; newest first. */
  find(query: string, limit: number): readonly SearchHit[]
}

type Row = Omit<SearchHit, 'excerpt' | 'ranges'> & { readonly excerpt: string }

export function searchIn(database: LocalDatabase): Search {
  const columns = `message.room AS roomId, message.id AS messageId, message.seq AS seq,
    message.author AS author, message.at AS at`
  const byWords = database.prepare<Omit<Row, 'excerpt'> & { readonly n: number }>(`
    SELECT ${columns}, message.n AS n
    FROM message_text JOIN message ON message.n = message_text.rowid
    WHERE message_text MATCH ? ORDER BY message.at DESC, message.n DESC LIMIT ?`)
  // Apart from the search, because it is slow and only few of the found ones are shown.
  const excerptOf = database.prepare<{ excerpt: string }>(`
    SELECT snippet(message_text, 0, '${OPEN}', '${CLOSE}', '…', ${EXCERPT_TOKENS}) AS excerpt
    FROM message_text WHERE message_text MATCH ? AND rowid = ?`)
  const byText = database.prepare<Row>(`
    SELECT ${columns}, message.text AS excerpt FROM message
    WHERE message.seq IS NOT NULL AND message.text LIKE ? ESCAPE '\\'
    ORDER BY message.at DESC, message.n DESC LIMIT ?`)

  return {
    find(query, limit) {
      const wanted = query.trim()
      if (UNSPACED.test(wanted)) {
        const pattern = `%${wanted.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
        return byText.all(pattern, limit).map((row) => ({ ...row, ...around(row.excerpt, wanted) }))
      }
      const match = matchExpression(wanted)
      if (match === '') return []
      return byWords
        .all(match, limit)
        .map(({ n, ...hit }) => ({ ...hit, ...readMarks(excerptOf.get(match, n)?.excerpt ?? '') }))
    },
  }
}

/** Every word quoted, so that nothing a person types is taken for query syntax. */
function matchExpression(query: string): string {
  const words = query.match(/[\p{L}\p{N}\p{M}_]+/gu) ?? []
  return words.map((word, index) => `"${word}"${index === words.length - 1 ? '*' : ''}`).join(' ')
}

function readMarks(marked: string): Pick<SearchHit, 'excerpt' | 'ranges'> {
  const ranges: [number, number][] = []
  let excerpt = ''
  let start: number | null = null
  for (const part of marked.split(/([\u0002\u0003])/)) {
    if (part === OPEN) start = excerpt.length
    else if (part === CLOSE) {
      if (start !== null) ranges.push([start, excerpt.length])
      start = null
    } else excerpt += part
  }
  return { excerpt, ranges }
}

function around(text: string, wanted: string): Pick<SearchHit, 'excerpt' | 'ranges'> {
  const found = Math.max(0, text.toLowerCase().indexOf(wanted.toLowerCase()))
  const from = Math.max(0, found - EXCERPT_LENGTH / 3)
  const lead = from > 0 ? '…' : ''
  const excerpt = lead + text.slice(from, from + EXCERPT_LENGTH)
  const start = lead.length + found - from
  return { excerpt, ranges: [[start, start + wanted.length]] }
}
