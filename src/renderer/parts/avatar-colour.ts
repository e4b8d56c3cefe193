const COLOURS = 8

/** The same id has the same colour in every window and on every computer. */
export function avatarColour(id: string): string {
  let hash = 2_166_136_261
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 16_777_619)
  }
  return `var(--avatar-${((hash >>> 0) % COLOURS) + 1})`
}

/** First letters of the first and last word; a single word gives its first two letters. */
export function initials(name: string): string {
  const words = name.split(/[\s_-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const first = words[0]
  if (first === undefined) return [...name.trim()][0]?.toUpperCase() ?? '?'
  const last = words.length > 1 ? words[words.length - 1] : undefined
  const letters =
    last === undefined ? [...first].slice(0, 2) : [[...first][0] ?? '', [...last][0] ?? '']
  return letters.join('').toUpperCase()
}
