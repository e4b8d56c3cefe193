import { createHash, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import type { DistrustReason } from '../views.ts'

/** How a host proves that it is the one meant. */
export type HostTrust =
  /** By the key that the invite names, whatever its certificate says of names and dates. */
  | { readonly kind: 'pinned'; readonly fingerprint: string }
  /** By a certificate for its address from an authority: PEM of all that are trusted. */
  | { readonly kind: 'authorities'; readonly certificates: readonly string[] }
  /** Not at all and without encryption, which is only done within this computer. */
  | { readonly kind: 'none' }

/** What an invite or the profile says about a session's host. */
export interface TrustTerms {
  readonly fingerprint?: string | undefined
  readonly tls?: true | undefined
}

export function hostTrust(terms: TrustTerms, authorities: () => readonly string[]): HostTrust {
  if (terms.fingerprint !== undefined) return { kind: 'pinned', fingerprint: terms.fingerprint }
  if (terms.tls === true) return { kind: 'authorities', certificates: authorities() }
  return { kind: 'none' }
}

/** SHA-256 of the public key's DER, in base64url: the same for every certificate of the key. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
}

/**
 * Why the other end of a finished TLS handshake is not believed; null when it is. That it holds the key of
 * its certificate was proved by the handshake itself, whoever signed the certificate.
 */
export function distrustOf(socket: tls.TLSSocket, trust: HostTrust): DistrustReason | null {
  switch (trust.kind) {
    case 'pinned': {
      const certificate = socket.getPeerX509Certificate()
      if (certificate === undefined) return 'other-key'
      return fingerprintOf(certificate.publicKey) === trust.fingerprint ? null : 'other-key'
    }
    case 'authorities':
      return socket.authorized ? null : 'untrusted-certificate'
    case 'none':
      return 'unencrypted'
  }
}

/** Addresses that never leave this computer. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}

export interface Authorities {
  /** PEM. */
  readonly certificates: readonly string[]
  /** Why a company's file is not among them; a sentence for a person. */
  readonly problem: string | null
}

/** The authorities this system trusts, and those of a file a company may add (PEM, one or more). */
export function readAuthorities(caFile: string | undefined): Authorities {
  const system = systemAuthorities()
  if (caFile === undefined) return { certificates: system, problem: null }
  let text: string
  try {
    text = readFileSync(caFile, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return { certificates: system, problem: `LANDLINE_CA_FILE cannot be read: ${why}` }
  }
  const added = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return {
    certificates: [...system, ...added],
    problem: added.length > 0 ? null : `LANDLINE_CA_FILE: there is no certificate in ${caFile}.`,
  }
}

/** What Node brings, and what the system's own store holds where Node can read it (22.15 and later). */
function systemAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'system') => string[] }
  if (getCACertificates === undefined) return tls.rootCertificates
  return [...new Set([...tls.rootCertificates, ...getCACertificates('system')])]
}
