import { networkInterfaces } from 'node:os'
import { openSecurely } from '../../client/connection/secure-connection.ts'
import type { Interfaces } from '../hosting/addresses.ts'
import type { HostAddress } from '../../pairing/dial.ts'
import { findHostAndPair } from '../../pairing/find-and-pair.ts'
import type { AnnouncedSession, FindOutcome, FindStep } from '../../pairing/find-and-pair.ts'
import type { PairingOutcome } from '../../pairing/outcome.ts'
import { pairWithCode, pairWithPassphrase } from '../../pairing/pair.ts'
import type { PairTarget } from '../../pairing/pair.ts'
import { askHost } from '../../pairing/probe-connect.ts'
import type { ProbeResult } from '../../pairing/probe-subnets.ts'

export type Secret =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'passphrase'; readonly passphrase: string }

/** The network, as somebody who joins uses it. Nothing rejects. */
export interface JoiningPorts {
  readonly interfaces: () => Interfaces
  /** What the session there says of itself, and the key it showed while saying so. */
  ask(address: HostAddress, signal: AbortSignal): Promise<ProbeResult>
  /** Whether an authority this computer trusts vouches for whoever answers there. Says nothing beyond TLS. */
  vouched(address: HostAddress, signal: AbortSignal): Promise<boolean>
  pair(target: PairTarget, secret: Secret, signal: AbortSignal): Promise<PairingOutcome>
  /** Announced hosts first, then the computers nearby. */
  find(
    code: string,
    announced: readonly AnnouncedSession[],
    told: (step: FindStep) => void,
    signal: AbortSignal,
  ): Promise<FindOutcome>
}

/** How long a TLS handshake may take. */
const HANDSHAKE_MS = 4_000

export function realNetwork(authorities: () => readonly string[]): JoiningPorts {
  return {
    interfaces: networkInterfaces,
    ask: (address, signal) => askHost(address, { signal }),
    vouched: (address, signal) => isVouchedFor(address, authorities(), signal),
    pair: (target, secret, signal) =>
      secret.kind === 'code'
        ? pairWithCode({ ...target, code: secret.code }, { signal })
        : pairWithPassphrase({ ...target, passphrase: secret.passphrase }, { signal }),
    find: (code, announced, told, signal) => findHostAndPair({ code, announced, told }, signal),
  }
}

function isVouchedFor(
  address: HostAddress,
  certificates: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_MS)])
  return new Promise((resolve) => {
    const giveUp = openSecurely(address, { kind: 'authorities', certificates }, (secured) => {
      if (secured.kind === 'secured') secured.socket.destroy()
      resolve(secured.kind === 'secured')
    })
    const abort = (): void => {
      giveUp()
      resolve(false)
    }
    if (over.aborted) abort()
    else over.addEventListener('abort', abort, { once: true })
  })
}
