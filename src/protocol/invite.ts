/**
 * The link that brings somebody into a session:
 * `landline://join?v=1&s=<session id>&n=<name>&a=<host:port>&a=…&f=<fingerprint>&k=<secret>`.
 * Written without `URL`, so that every runtime reads it the same way.
 */
import { fingerprintSchema } from './fingerprint.ts'
import { sessionIdSchema } from './ids.ts'
import type { SessionId } from './ids.ts'
import { MAX_SESSION_NAME_LENGTH } from './limits.ts'
import { nameSchema, wellFormed } from './records.ts'

export const INVITE_SCHEME = 'landline'
export const INVITE_VERSION = 1
export const MAX_INVITE_ADDRESSES = 16
/** Longest link that is looked at, in UTF-16 code units. */
export const MAX_INVITE_LENGTH = 4_096
/** Longest join secret, in UTF-16 code units; the same limit as in `hello`. */
export const MAX_SECRET_LENGTH = 512

export interface Invite {
  readonly sessionId: SessionId
  readonly name: string
  /** `host:port`, IPv6 as `[address]:port`; the most promising first. */
  readonly addresses: readonly string[]
  /** Left out for a session that admits without a secret. */
  readonly secret?: string
  /** Of the host's key: the connection is encrypted, and only a host with this key is believed. */
  readonly fingerprint?: string
  /** Encrypted, with a certificate that an authority vouches for. Means nothing beside a fingerprint. */
  readonly tls?: true
}

export interface InviteFault {
  readonly kind: 'fault'
  readonly code: 'not-an-invite' | 'unsupported-version' | 'missing' | 'invalid'
  /** The part that is wrong. */
  readonly field:
    | 'link'
    | 'version'
    | 'session'
    | 'name'
    | 'address'
    | 'secret'
    | 'fingerprint'
    | 'encryption'
  /** A sentence a person can read. */
  readonly message: string
}

export type ParsedInvite = { readonly kind: 'invite'; readonly invite: Invite } | InviteFault

/** Addresses beyond the first 16 are left out. Throws when the link would not be readable: that is a bug. */
export function createInvite(invite: Invite): string {
  const parts = [
    `v=${INVITE_VERSION}`,
    `s=${invite.sessionId}`,
    `n=${encodeURIComponent(invite.name)}`,
    ...invite.addresses.slice(0, MAX_INVITE_ADDRESSES).map((address) => `a=${address}`),
    ...(invite.fingerprint === undefined ? [] : [`f=${invite.fingerprint}`]),
    ...(invite.tls === undefined ? [] : ['tls=1']),
    ...(invite.secret === undefined ? [] : [`k=${encodeURIComponent(invite.secret)}`]),
  ]
  const link = `${INVITE_SCHEME}://join?${parts.join('&')}`
  const check = parseInvite(link)
  if (check.kind === 'fault') throw new Error(`cannot make an invite: ${check.message}`)
  return link
}

/** Reads what a person pasted or a deep link brought. Never throws. */
export function parseInvite(link: string): ParsedInvite {
  const text = link.trim()
  if (text.length > MAX_INVITE_LENGTH) {
    return fault('not-an-invite', 'link', `An invite has at most ${MAX_INVITE_LENGTH} characters.`)
  }
  // Some systems add a slash after the host part when they hand a link to an app.
  const match = /^landline:\/\/join\/?\?([^#]*)$/i.exec(text)
  if (match === null) {
    return fault(
      'not-an-invite',
      'link',
      'This is not an invite: it must begin with landline://join?',
    )
  }
  const fields = readQuery(match[1] ?? '')
  if (fields === undefined) {
    return fault('invalid', 'link', 'The invite is damaged: it has a broken percent sign.')
  }
  return readFields(fields)
}

/** `host:port` with an IPv4 address, a host name, or an IPv6 address in brackets. */
export function isAddress(address: string): boolean {
  const match =
    /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})))?:(\d{1,5})$/.exec(address)
  if (match === null || (match[1] === undefined && match[2] === undefined)) return false
  const port = Number(match[3])
  return port >= 1 && port <= 65_535
}

function readFields(fields: ReadonlyMap<string, readonly string[]>): ParsedInvite {
  const version = fields.get('v')?.[0]
  if (version === undefined) return missing('version')
  if (version !== String(INVITE_VERSION)) {
    return fault(
      'unsupported-version',
      'version',
      `This invite was made by another version of Landline (${version.slice(0, 8)}).`,
    )
  }
  const session = fields.get('s')?.[0]
  if (session === undefined) return missing('session')
  const sessionId = sessionIdSchema.safeParse(session)
  if (!sessionId.success) return fault('invalid', 'session', 'The invite’s session id is damaged.')

  const name = fields.get('n')?.[0]
  if (name === undefined) return missing('name')
  if (!nameSchema(MAX_SESSION_NAME_LENGTH).safeParse(name).success) {
    return fault(
      'invalid',
      'name',
      `The invite’s session name must be one line of 1 to ${MAX_SESSION_NAME_LENGTH} characters.`,
    )
  }
  const addresses = [...new Set(fields.get('a'))]
  if (addresses.length === 0) return missing('address')
  if (addresses.length > MAX_INVITE_ADDRESSES) {
    return fault('invalid', 'address', `An invite has at most ${MAX_INVITE_ADDRESSES} addresses.`)
  }
  const wrong = addresses.find((address) => !isAddress(address))
  if (wrong !== undefined) {
    return fault('invalid', 'address', `“${wrong.slice(0, 80)}” is not an address with a port.`)
  }
  const secret = fields.get('k')?.[0]
  if (secret !== undefined && (secret.length === 0 || secret.length > MAX_SECRET_LENGTH)) {
    return fault(
      'invalid',
      'secret',
      `The invite’s secret must have 1 to ${MAX_SECRET_LENGTH} characters.`,
    )
  }
  // Half a surrogate pair, as damaged pasting leaves it, could never be written into a link again.
  if (secret !== undefined && !wellFormed(secret)) {
    return fault('invalid', 'secret', 'The invite’s secret is damaged; copy the whole link.')
  }
  const fingerprint = fields.get('f')?.[0]
  if (fingerprint !== undefined && !fingerprintSchema.safeParse(fingerprint).success) {
    return fault('invalid', 'fingerprint', 'The invite’s key is damaged; copy the whole link.')
  }
  const tls = fields.get('tls')?.[0]
  // Whatever a later version may write here, it is no leave to go on without encryption.
  if (tls !== undefined && tls !== '1') {
    return fault('invalid', 'encryption', 'The invite asks for an encryption that is not known.')
  }
  return {
    kind: 'invite',
    invite: {
      sessionId: sessionId.data,
      name,
      addresses,
      ...(secret === undefined ? {} : { secret }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(tls === undefined ? {} : { tls: true }),
    },
  }
}

function readQuery(query: string): Map<string, string[]> | undefined {
  const fields = new Map<string, string[]>()
  for (const part of query.split('&')) {
    const at = part.indexOf('=')
    if (at < 1) continue
    try {
      const value = decodeURIComponent(part.slice(at + 1).replaceAll('+', ' '))
      const key = part.slice(0, at)
      fields.set(key, [...(fields.get(key) ?? []), value])
    } catch {
      return undefined
    }
  }
  return fields
}

function missing(field: InviteFault['field']): InviteFault {
  return fault('missing', field, `The invite has no ${field}; copy the whole link.`)
}

function fault(
  code: InviteFault['code'],
  field: InviteFault['field'],
  message: string,
): InviteFault {
  return { kind: 'fault', code, field, message }
}
