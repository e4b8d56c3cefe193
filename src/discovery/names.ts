export const SERVICE = '_landline._tcp.local'
/** Asks which kinds of services there are; tools that list a network begin with it. */
export const SERVICE_KINDS = '_services._dns-sd._udp.local'
/** RFC 1035: the longest part of a name between two dots. */
const MAX_LABEL_BYTES = 63

/**
 * One line that shows as what it is: control and direction-changing characters, which could make one name
 * look like another, are taken out. Joiners stay, because scripts and emoji need them.
 */
export function cleanName(text: string, maxLength: number): string {
  const visible = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cs}\p{Co}\p{Cn}]|(?![\u200C\u200D])\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return cutTo(visible, (part) => part.length <= maxLength)
}

/**
 * The instance name other tools show: the session's name, then a token that makes it this host's alone, so
 * that it needs no probing (RFC 6762, 8). Dots would be read as the end of a label.
 */
export function instanceName(name: string, token: string): string {
  const tail = ` (${token})`
  const plain = cleanName(name, 200).replaceAll('.', '\u2024').replaceAll('\\', '/')
  return `${cutTo(plain, (part) => byteLength(part + tail) <= MAX_LABEL_BYTES)}${tail}.${SERVICE}`
}

export function hostName(token: string): string {
  return `landline-${token}.local`
}

/** DNS compares ASCII letters without their case. */
export function sameName(a: string, b: string): boolean {
  return lower(a) === lower(b)
}

export function lower(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length

/** The longest beginning that fits and splits no character. */
function cutTo(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (!fits(kept + segment)) break
    kept += segment
  }
  return kept.trim()
}
