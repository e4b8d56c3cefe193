import type { FailureKind, Result } from '../../ipc/errors.ts'
import { pairingFailureWords } from '../../pairing/failure-words.ts'
import type { FindOutcome } from '../../pairing/find-and-pair.ts'
import type { PairingFailure, PairingFailureKind } from '../../pairing/outcome.ts'
import type { ProbeResult } from '../../pairing/probe-subnets.ts'
import type { Interfaces } from '../hosting/addresses.ts'
import { fail } from '../ipc/command-gate.ts'

const KINDS: Readonly<Record<PairingFailureKind, FailureKind>> = {
  'not-a-code': 'wrong-code',
  'no-code': 'wrong-code',
  'wrong-code': 'wrong-code',
  'no-passphrase': 'not-allowed',
  'wrong-passphrase': 'wrong-passphrase',
  'too-many-tries': 'too-many-tries',
  busy: 'unavailable',
  unavailable: 'unavailable',
  locked: 'session-locked',
  unreachable: 'unreachable',
  timeout: 'unreachable',
  'not-found': 'unreachable',
  'not-a-host': 'not-a-host',
  'other-key': 'other-key',
  'other-session': 'other-session',
  aborted: 'cancelled',
}

export function pairingFailed(
  outcome: PairingFailure | Exclude<FindOutcome, { kind: 'paired' }>,
  hint = '',
): Result<never> {
  const words = pairingFailureWords(outcome)
  return fail(KINDS[outcome.why], hint === '' ? words : `${words} ${hint}`)
}

/** Why nobody at the addresses that were asked is the host; the answer that came nearest counts. */
export function lookFailed(results: readonly ProbeResult[], hint: string): Result<never> {
  const kinds = new Set(results.map(({ kind }) => kind))
  // Somebody hosts there, and it is not the session that was meant, or not under its key.
  if (kinds.has('host')) return pairingFailed({ kind: 'failed', why: 'other-session' })
  if (kinds.has('refused')) return fail('unreachable', NOT_HOSTING)
  if (kinds.has('stranger')) return pairingFailed({ kind: 'failed', why: 'not-a-host' })
  if (kinds.has('blocked')) return fail('unreachable', BLOCKED)
  return pairingFailed({ kind: 'failed', why: 'unreachable' }, hint)
}

const NOT_HOSTING =
  'A computer is there, but nothing is hosted on that port. Check that hosting is on, and the port.'
const BLOCKED =
  'This computer does not let Landline reach its network. Allow it in the firewall, or under “Local network” in the privacy settings.'

export const words = {
  announced: (name: string, host: string) =>
    host === '' ? `«${name}» is announced on this network.` : `«${name}» is announced by ${host}.`,
  gone: 'This session is not announced any more. Use its invite link, a code or the host’s address.',
  asking: (addresses: readonly string[]) => `Asking ${addresses.join(', ')}.`,
  answered: (address: string) => `The host answers at ${address}.`,
  vouched: 'An authority that this computer trusts vouches for this address.',
  keyShown: 'The host showed its key. Compare the words with the ones on its screen.',
  otherKey:
    'Whoever answers has another key than the one that was shown or announced. Nothing was sent. Do not go on; ask the host for an invite link.',
  notEncrypted:
    'This session is not encrypted, so it can only be joined by its invite link, and only on this computer.',
  notOpen: 'This session needs an invite link, a code or the passphrase. Ask the host for one.',
  noTokens:
    'This session takes no access tokens. Ask the person who hosts it for an invite link, a code or the passphrase.',
  otherVersion: 'The host runs a version of Landline that this one cannot talk to.',
  cancelled: 'Joining was stopped.',
  late: 'This took too long. Try again, nearer to the access point if you can, or use the invite link.',
  code: 'Comparing the code with the host.',
  passphrase: 'Comparing the passphrase with the host. It is not sent.',
  proved: 'The host knows it too: it is the right one.',
} as const

const VPN = /^(tun|tap|utun|wg|ppp|ipsec|tailscale|zt|nordlynx)/i

/** What about this computer's own networks may be the reason that nobody answers; empty when nothing is. */
export function networkHint(interfaces: Interfaces): string {
  const own = Object.entries(interfaces).filter(([, entries]) =>
    (entries ?? []).some(({ family, internal }) => family === 'IPv4' && !internal),
  )
  if (own.length === 0) return 'This computer has no network connection now.'
  const vpn = own.find(([name]) => VPN.test(name))
  return vpn === undefined
    ? ''
    : `A VPN is on (${vpn[0]}); it may keep this computer from its own network. Switch it off and try again.`
}
