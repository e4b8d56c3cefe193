/**
 * PostgreSQL cannot hold U+0000, which people may well send: it is written as two characters, and so is the
 * one that marks it.
 */
const MARK = '\u0001'

export function packText(text: string): string {
  if (!text.includes('\u0000') && !text.includes(MARK)) return text
  return text.replaceAll(MARK, `${MARK}1`).replaceAll('\u0000', `${MARK}0`)
}

export function unpackText(text: string): string {
  if (!text.includes(MARK)) return text
  return text.replaceAll(`${MARK}0`, '\u0000').replaceAll(`${MARK}1`, MARK)
}
