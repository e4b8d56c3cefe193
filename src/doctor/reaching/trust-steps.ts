import { fingerprintOf, isLoopbackHost } from '../../client/connection/host-trust.ts'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import { failed, ok, skipped } from '../report.ts'
import type { Finding } from '../report.ts'
import type { ReachPorts, ReachState, ReachTarget } from './reach-state.ts'

/** From the open port to the host that is meant: is it they? */

export async function tlsStep(
  target: ReachTarget,
  state: ReachState,
  { dial, authorities }: ReachPorts,
  signal: AbortSignal,
): Promise<Finding> {
  if (state.reached === null) return skipped('There is no connection.')
  const wanted = target.addresses.length === 1 ? nameOf(target) : state.reached.host
  // Asked by the name that was given, because that is what a company's certificate is for.
  const at = target.tls === true ? { ...state.reached, host: wanted } : state.reached
  const answer = await dial.shakeHands(at, target.tls === true ? authorities() : null, signal)
  if (answer.kind === 'shaken') {
    state.handshake = answer
    return ok(`The connection is encrypted (${answer.version}).`)
  }
  const mustEncrypt = target.fingerprint !== undefined || target.tls === true
  if (!mustEncrypt && isLoopbackHost(state.reached.host)) {
    state.trust = { kind: 'none' }
    return ok('The server on this very computer is not encrypted, which it need not be.')
  }
  return failed(
    `What answers there does not encrypt as Landline does (${answer.code}).`,
    'Check the port: another program may be using it now; ask the host for a new invite.',
  )
}

function nameOf({ addresses }: ReachTarget): string {
  return (addresses[0] ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

export function keyStep(target: ReachTarget, state: ReachState): Finding {
  const { handshake } = state
  if (handshake === null) return ok('A server on this very computer needs none.')
  if (handshake.certificate === null) {
    return failed('The host showed no certificate.', 'Ask the host for a new invite.')
  }
  if (target.tls === true) return authorityFinding(handshake.distrust)
  const seen = fingerprintOf(handshake.certificate.publicKey)
  const words = fingerprintWords(seen).join(' · ')
  if (target.fingerprint === undefined) {
    state.trust = { kind: 'pinned', fingerprint: seen }
    return ok(`The host’s key is ${words}. Compare these words with the ones in its hosting panel.`)
  }
  if (seen !== target.fingerprint) {
    return failed(
      `Somebody else answers: the key there is ${words}, but this session’s is ${fingerprintWords(target.fingerprint).join(' · ')}.`,
      'Ask the host in person whether the key changed: if it did, use a new invite; if not, somebody poses as the host, so do not join there.',
    )
  }
  state.trust = { kind: 'pinned', fingerprint: seen }
  return ok(`It is the host that the invite names (${words}).`)
}

function authorityFinding(distrust: string | null): Finding {
  if (distrust === null) return ok('A known authority vouches for the host.')
  if (/EXPIRED/.test(distrust)) {
    return failed(
      'The host’s certificate has expired.',
      'Ask whoever runs the server to renew its certificate, and check the clock of this computer.',
    )
  }
  if (/NOT_YET_VALID/.test(distrust)) {
    return failed(
      'The host’s certificate is not valid yet.',
      'Set date and time of this computer right.',
    )
  }
  if (/ALTNAME|HOSTNAME/.test(distrust)) {
    return failed(
      'The host’s certificate is for another name.',
      'Use the name that the certificate is for, as in the invite, instead of an address.',
    )
  }
  return failed(
    `No authority that this computer knows vouches for the host (${distrust}).`,
    'Put the certificate of your company’s authority into a file and name it in LANDLINE_CA_FILE.',
  )
}
