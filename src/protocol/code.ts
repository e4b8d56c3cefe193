/**
 * The code people read to each other: eight characters, shown as `7KQ2-M4XD`. The first two are its selector,
 * which hosts announce so that a code is tried only where it may have been made; the other six (30 bits) are
 * a password that is never sent.
 */

/** Crockford's base 32: no I, L, O and U, which are read as 1, 1, 0 and V. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
export const CODE_LENGTH = 8
export const SELECTOR_LENGTH = 2
/** More at once would only make guessing easier. */
export const MAX_LIVE_CODES = 8

export interface PairingCode {
  /** As it is kept and compared: eight characters of the alphabet. */
  readonly code: string
  readonly selector: string
  /** Known to those who know the code and to nobody else. */
  readonly password: string
}

export type ParsedCode =
  | ({ readonly kind: 'code' } & PairingCode)
  | {
      readonly kind: 'fault'
      readonly code: 'wrong-length' | 'wrong-character'
      /** A sentence a person can read. */
      readonly message: string
    }

/** `random` gives that many random bytes. No selector of `taken` codes is used again. */
export function makeCode(
  random: (count: number) => Uint8Array,
  taken: readonly string[] = [],
): string {
  const selectors = new Set(taken.map((code) => code.slice(0, SELECTOR_LENGTH)))
  for (;;) {
    // 256 is a multiple of 32: every character is as likely as any other.
    const code = [...random(CODE_LENGTH)].map((byte) => ALPHABET.charAt(byte & 31)).join('')
    if (code.length !== CODE_LENGTH) throw new Error('too few random bytes for a code')
    if (!selectors.has(code.slice(0, SELECTOR_LENGTH))) return code
  }
}

/** Reads what a person typed: any case, with spaces and dashes anywhere, O for 0, I and L for 1. */
export function parseCode(text: string): ParsedCode {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}\u2212_.]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const wrong = [...plain].find((letter) => !ALPHABET.includes(letter))
  if (wrong !== undefined) {
    return {
      kind: 'fault',
      code: 'wrong-character',
      message: `A code has no “${wrong}” in it. Look at it again.`,
    }
  }
  if (plain.length !== CODE_LENGTH) {
    return {
      kind: 'fault',
      code: 'wrong-length',
      message: `A code has ${CODE_LENGTH} letters and digits, such as 7KQ2-M4XD.`,
    }
  }
  return {
    kind: 'code',
    code: plain,
    selector: plain.slice(0, SELECTOR_LENGTH),
    password: plain.slice(SELECTOR_LENGTH),
  }
}

/** As it is shown: `7KQ2-M4XD`. */
export function formatCode(code: string): string {
  return `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`
}

export function selectorOf(code: string): string {
  return code.slice(0, SELECTOR_LENGTH)
}

/** What a host announces: the selectors of its codes one after the other, two characters each; may be empty. */
export function joinSelectors(codes: readonly string[]): string {
  return codes.slice(0, MAX_LIVE_CODES).map(selectorOf).join('')
}

/** The selectors of an announcement; empty for what is none. */
export function splitSelectors(announced: string): readonly string[] {
  if (announced.length > MAX_LIVE_CODES * SELECTOR_LENGTH) return []
  if (announced.length % SELECTOR_LENGTH !== 0) return []
  if ([...announced].some((letter) => !ALPHABET.includes(letter))) return []
  return announced.match(/../g) ?? []
}
