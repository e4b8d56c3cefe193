import { TOKEN_LENGTH } from '../limits.ts'
import { words } from '../words.ts'

/** What a person pasted, without what comes along when a token is copied: white space, and the word of the header. */
export function givenToken(
  text: string,
):
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'fault'; readonly words: string } {
  const token = text
    .trim()
    .replace(/^bearer\s+/i, '')
    .replaceAll(/\s+/g, '')
  if (token === '') return { kind: 'fault', words: words.signIn.missing }
  return token.length > TOKEN_LENGTH
    ? { kind: 'fault', words: words.signIn.tooLong(token.length, TOKEN_LENGTH) }
    : { kind: 'token', token }
}
