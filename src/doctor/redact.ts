export interface Private {
  /** Of the person who runs the doctor; empty when not known. */
  readonly home: string
  readonly userName: string
  /** Join secrets, tokens, keys: whatever must not be in a report even if some message quoted it. */
  readonly secrets: readonly string[]
}

/** A short text occurs inside of others by chance; taking it out would make the report unreadable. */
const SHORTEST_SECRET = 4
/** Shorter names of users are words as well, such as `al`; in paths they are taken out all the same. */
const SHORTEST_NAME = 3

/**
 * What may be shown to somebody else: without secrets, keys, invite links, passwords in addresses, and without
 * the name of the user in paths. The texts are made without them; this is the second lock on the door.
 */
export function redactor({ home, userName, secrets }: Private): (text: string) => string {
  const replaced: [RegExp, string][] = []
  for (const secret of [...new Set(secrets)].toSorted((a, b) => b.length - a.length)) {
    for (const form of new Set([secret, encodeURIComponent(secret)])) {
      if (form.length >= SHORTEST_SECRET) replaced.push([literal(form, 'g'), '‹secret›'])
    }
  }
  replaced.push(
    [/-----BEGIN [^-]*-----[\s\S]*?(-----END [^-]*-----|$)/g, '‹key›'],
    [/landline:\/\/[^\s"'<>«»“”]*/gi, '‹invite›'],
    // Passwords in addresses of services.
    [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1‹secret›@'],
    // Tokens: three parts of base64url, or one long run with digits and letters that is no word and no id.
    [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '‹secret›'],
    [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{24,}(?![\w-])/g, '‹secret›'],
    [/\b[0-9a-f]{32,}\b/gi, '‹secret›'],
  )
  if (home.length > 1) {
    for (const form of new Set([home, home.replaceAll('\\', '/'), home.replaceAll('\\', '\\\\')])) {
      replaced.push([new RegExp(`${escape(form)}(?=[\\\\/\\s"'“”.,:;)]|$)`, 'gi'), '~'])
    }
  }
  if (userName.length > 0) {
    replaced.push([new RegExp(`([\\\\/])${escape(userName)}(?=[\\\\/\\s"']|$)`, 'gi'), '$1‹user›'])
  }
  if (userName.length >= SHORTEST_NAME && userName !== 'root') {
    replaced.push([
      new RegExp(`(?<![\\p{L}\\d])${escape(userName)}(?![\\p{L}\\d])`, 'giu'),
      '‹user›',
    ])
  }
  return (text) => replaced.reduce((current, [pattern, by]) => current.replace(pattern, by), text)
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const literal = (text: string, flags: string): RegExp => new RegExp(escape(text), flags)
