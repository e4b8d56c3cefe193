/** What a person typed or pasted to come into a session. */
export type GivenKind = 'link' | 'code' | 'address' | 'nothing'

const LINK = /^landline:/i
/** Letters and digits people may write a code with; the host's side decides whether it is one. */
const CODE = /^[0-9a-z]{4}[\s-]*[0-9a-z]{4}$/i
/** A name or number of a computer, with a port or without. IPv6 with or without brackets. */
const ADDRESS =
  /^(?:\[[0-9a-f:.]+\](?::\d{1,5})?|[0-9a-f]*:[0-9a-f:.]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+(?::\d{1,5})?|[a-z0-9-]+:\d{1,5})$/i

export function givenKind(text: string): GivenKind {
  const given = text.trim()
  if (LINK.test(given)) return 'link'
  if (CODE.test(given)) return 'code'
  return ADDRESS.test(given) ? 'address' : 'nothing'
}

/** The port a Landline host takes when it is free. */
const USUAL_PORT = 47_800

/** `host:port` of what was recognized as an address. */
export function addressOf(text: string): string | null {
  const given = text.trim()
  if (givenKind(given) !== 'address') return null
  if (given.startsWith('[')) return /\]:\d+$/.test(given) ? given : `${given}:${USUAL_PORT}`
  // More than one colon without brackets: an IPv6 address, which has no port of its own here.
  if (given.split(':').length > 2) return `[${given}]:${USUAL_PORT}`
  return given.includes(':') ? given : `${given}:${USUAL_PORT}`
}
