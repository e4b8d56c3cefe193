import { X509Certificate } from 'node:crypto'
import { fingerprintOf } from '../../client/connection/host-trust.ts'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import { failed, ok, skipped, warning } from '../report.ts'
import type { Finding } from '../report.ts'

export type KeyReading =
  | { readonly kind: 'key'; readonly fingerprint: string }
  /** `message`: a sentence without any part of the key. */
  | { readonly kind: 'fault'; readonly message: string }
  /** None was made yet. */
  | { readonly kind: 'none' }

export interface HostIdentity {
  readonly key: KeyReading
  /** PEM; null when there is none yet or it cannot be read. */
  readonly certificate: string | null
  /** What members know the host by. */
  readonly expected: string | undefined
}

const DAY_MS = 86_400_000

export function checkHostKey({ key, certificate, expected }: HostIdentity, now: number): Finding {
  if (key.kind === 'none') return skipped('The key is made when the session is hosted first.')
  const copy =
    'Put back the file of the key from a copy of this profile and unlock the keychain; with a new key, every member needs a new invite.'
  if (key.kind === 'fault') return failed(key.message, copy)
  if (expected !== undefined && key.fingerprint !== expected) {
    return failed('The key is not the one that members know this session by.', copy)
  }
  const words = fingerprintWords(key.fingerprint).join(' · ')
  if (certificate === null) {
    return ok(`The key can be read (${words}); its certificate is made when hosting starts.`)
  }
  const renew =
    'Stop hosting and host again: the certificate is then made anew under the same key, and invites stay valid.'
  let parsed: X509Certificate
  try {
    parsed = new X509Certificate(certificate)
  } catch {
    return warning('The certificate of the session is damaged.', renew)
  }
  if (fingerprintOf(parsed.publicKey) !== key.fingerprint) {
    return warning('The certificate of the session belongs to another key.', renew)
  }
  const from = Date.parse(parsed.validFrom)
  const to = Date.parse(parsed.validTo)
  if (now < from) {
    return warning(
      'The certificate of the session is not valid yet: this computer’s clock seems to have been set back.',
      'Set date and time of this computer, then stop hosting and host again.',
    )
  }
  if (now > to) return warning('The certificate of the session has expired.', renew)
  return ok(
    `The key can be read (${words}) and its certificate is valid for ${Math.floor((to - now) / DAY_MS)} more days.`,
  )
}
