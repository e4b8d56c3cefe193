import { splitSelectors } from '../protocol/code.ts'
import { fingerprintSchema } from '../protocol/fingerprint.ts'
import { sessionIdSchema } from '../protocol/ids.ts'
import type { SessionId } from '../protocol/ids.ts'
import { MAX_DEVICE_NAME_LENGTH, MAX_SESSION_NAME_LENGTH } from '../protocol/limits.ts'
import { isAddress } from '../protocol/invite.ts'
import { cleanName } from './names.ts'

/** What a host says about its session, as the TXT record carries it. */
export interface Announcement {
  readonly sessionId: SessionId
  readonly name: string
  /** The computer it is hosted on, as people know it. Empty when it does not say. */
  readonly host: string
  readonly protocolVersion: number
  readonly people: number
  readonly passphrase: boolean
  /** `host:port`, IPv6 in brackets; the most promising first. */
  readonly addresses: readonly string[]
  /** Whoever finds the session may come in without an invite. */
  readonly open: boolean
  /** Of the short codes that are good now: a code is tried only where it may have been made. */
  readonly selectors: readonly string[]
  /**
   * Of the host's key. Anybody can announce any key: it says which hosts are worth a connection, and the TLS
   * handshake says whether it is true.
   */
  readonly fingerprint?: string
}

export const MAX_ANNOUNCED_ADDRESSES = 6
const TEXT_VERSION = '1'
/** RFC 6763: a string of a TXT record has one length byte. */
const MAX_STRING_BYTES = 255
const MAX_STRINGS = 40
const MAX_PEOPLE = 100_000

/** Keys are short because the whole announcement should fit one Ethernet frame. */
export function encodeText(announcement: Announcement): Uint8Array[] {
  const { fingerprint, selectors } = announcement
  const fields: [string, string][] = [
    ['txtvers', TEXT_VERSION],
    ['id', announcement.sessionId],
    ['v', String(announcement.protocolVersion)],
    ['n', String(announcement.people)],
    ['pw', announcement.passphrase ? '1' : '0'],
    ['open', announcement.open ? '1' : '0'],
    ...(selectors.length === 0 ? [] : [['c', selectors.join('')] satisfies [string, string]]),
    ['name', announcement.name],
    ['host', announcement.host],
    // A key may be there only once (RFC 6763, 6.4), so each address has its own.
    ...announcement.addresses
      .slice(0, MAX_ANNOUNCED_ADDRESSES)
      .map((address, index): [string, string] => [`a${index}`, address]),
    ...(fingerprint === undefined ? [] : [['fp', fingerprint] satisfies [string, string]]),
  ]
  const encoder = new TextEncoder()
  return fields
    .map(([key, value]) => encoder.encode(`${key}=${value}`))
    .filter((string) => string.length <= MAX_STRING_BYTES)
}

/** Reads what anybody on the network may have sent. Undefined when it announces no session one could join. */
export function decodeText(strings: readonly Uint8Array[]): Announcement | undefined {
  const fields = readFields(strings)
  if (fields.get('txtvers') !== TEXT_VERSION) return undefined
  const sessionId = sessionIdSchema.safeParse(fields.get('id'))
  const name = cleanName(fields.get('name') ?? '', MAX_SESSION_NAME_LENGTH)
  const protocolVersion = wholeNumber(fields.get('v'), 10_000)
  const addresses = readAddresses(fields)
  if (!sessionId.success || name === '' || protocolVersion === undefined) return undefined
  if (addresses.length === 0) return undefined
  const fingerprint = fingerprintSchema.safeParse(fields.get('fp'))
  return {
    sessionId: sessionId.data,
    name,
    host: cleanName(fields.get('host') ?? '', MAX_DEVICE_NAME_LENGTH),
    protocolVersion,
    people: wholeNumber(fields.get('n'), MAX_PEOPLE) ?? 0,
    passphrase: fields.get('pw') === '1',
    open: fields.get('open') === '1',
    selectors: splitSelectors(fields.get('c') ?? ''),
    addresses,
    ...(fingerprint.success ? { fingerprint: fingerprint.data } : {}),
  }
}

function readFields(strings: readonly Uint8Array[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (const bytes of strings.slice(0, MAX_STRINGS)) {
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch {
      continue
    }
    const at = text.indexOf('=')
    const key = text.slice(0, at).toLowerCase()
    // Of a key that is there twice, the first counts (RFC 6763, 6.4).
    if (at > 0 && !fields.has(key)) fields.set(key, text.slice(at + 1))
  }
  return fields
}

function readAddresses(fields: ReadonlyMap<string, string>): string[] {
  const addresses: string[] = []
  for (let index = 0; index < MAX_ANNOUNCED_ADDRESSES; index++) {
    const address = fields.get(`a${index}`)
    if (address !== undefined && isNumeric(address)) addresses.push(address)
  }
  return [...new Set(addresses)]
}

/** Names are refused: looking one up would tell a stranger's name server who is listening. */
function isNumeric(address: string): boolean {
  return isAddress(address) && /^(\[[0-9a-f:.]+\]|\d{1,3}(\.\d{1,3}){3}):\d+$/i.test(address)
}

function wholeNumber(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined
  return Math.min(Number(text), most)
}
