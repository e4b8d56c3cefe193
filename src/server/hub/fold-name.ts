/**
 * Two names that read the same to a person are the same name (I3): case, accents in other encodings, white space,
 * invisible characters, and letters of other alphabets that look like Latin ones make no difference.
 */

/** Lower-case Cyrillic, Greek, Armenian, Latin and other letters that read as the Latin letter beside them. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...letters('a', 'аαɑ'),
  ...letters('b', 'ьβв'),
  ...letters('c', 'сϲς'),
  ...letters('d', 'ԁɗ'),
  ...letters('e', 'еεєҽ'),
  ...letters('f', 'ғϝ'),
  ...letters('g', 'ɡց'),
  ...letters('h', 'һнհη'),
  ...letters('i', 'іιıɩίӏ'),
  ...letters('j', 'јϳ'),
  ...letters('k', 'кκ'),
  ...letters('l', 'ⅼℓ1|'),
  ...letters('m', 'мμ'),
  ...letters('n', 'ոпν'),
  ...letters('o', 'оοօσ0'),
  ...letters('p', 'рρ'),
  ...letters('q', 'ԛզ'),
  ...letters('r', 'гг'),
  ...letters('s', 'ѕ'),
  ...letters('t', 'тτ'),
  ...letters('u', 'υսц'),
  ...letters('v', 'ѵ'),
  ...letters('w', 'ԝωшѡ'),
  ...letters('x', 'хχ'),
  ...letters('y', 'уγү'),
  ...letters('z', 'ζ'),
}

/** Longest folded name that is kept; one character may fold to several, as «ﷺ» does. */
const MAX_FOLDED = 400

function letters(latin: string, alike: string): Record<string, string> {
  return Object.fromEntries([...alike].map((letter) => [letter, latin]))
}

/** The form by which names are compared; never shown. */
export function foldName(name: string): string {
  const plain = name
    .normalize('NFKD')
    // Accents are easily overlooked. Marks of other scripts are letters of their own to those who read them.
    .replaceAll(/(?<=[\p{L}\p{N}])[\u0300-\u036F]+/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .replaceAll(/[\p{Pd}\u2212]/gu, '-')
  const folded = [...plain].map((letter) => LOOK_ALIKES[letter] ?? letter).join('')
  // A name of nothing but invisible characters is still one name, not everybody's.
  return folded.slice(0, MAX_FOLDED)
}
