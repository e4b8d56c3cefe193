/** Certificates that a server would not make for itself: of impostors, past their end, for a company's name. */
import { createPrivateKey } from 'node:crypto'
import { makeCertificate } from '../server/tls/certificate.ts'
import { makeHostKey } from '../server/tls/host-key.ts'

const DAY_MS = 86_400_000
const USUAL = { from: -DAY_MS, to: 300 * DAY_MS }

/** Looks like that of any host. Times are milliseconds from now. */
export function selfSigned(
  privateKey: string,
  valid: { readonly from: number; readonly to: number } = USUAL,
  name?: string,
): string {
  const now = Date.now()
  const times = { from: now + valid.from, to: now + valid.to }
  return makeCertificate(createPrivateKey(privateKey), times, name)
}

/** A server's certificate for a name, and the authority that vouches for it: the smallest one is itself. */
export function companyCertificate(name: string): {
  readonly key: string
  readonly cert: string
  readonly authority: string
} {
  const key = makeHostKey()
  const cert = selfSigned(key, USUAL, name)
  return { key, cert, authority: cert }
}
