import { networkInterfaces } from 'node:os'
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
  /**
   * What the session there says of itself, and the key it showed while saying so. `mayBeVouchedFor`: also whether an
   * authority this computer trusts vouches for whoever said it.
   */
  ask(address: HostAddress, signal: AbortSignal, mayBeVouchedFor: boolean): Promise<ProbeResult>
  pair(target: PairTarget, secret: Secret, signal: AbortSignal): Promise<PairingOutcome>
  /** Announced hosts first, then the computers nearby. */
  find(
    code: string,
    announced: readonly AnnouncedSession[],
    told: (step: FindStep) => void,
    signal: AbortSignal,
  ): Promise<FindOutcome>
}

export function realNetwork(authorities: () => readonly string[]): JoiningPorts {
  return {
    interfaces: networkInterfaces,
    ask: (address, signal, mayBeVouchedFor) =>
      askHost(address, { signal, ...(mayBeVouchedFor ? { authorities: authorities() } : {}) }),
    pair: (target, secret, signal) =>
      secret.kind === 'code'
        ? pairWithCode({ ...target, code: secret.code }, { signal })
        : pairWithPassphrase({ ...target, passphrase: secret.passphrase }, { signal }),
    find: (code, announced, told, signal) => findHostAndPair({ code, announced, told }, signal),
  }
}
