import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { fingerprintOfKey } from './host-key.ts'

/** What a server proves itself with. PEM. */
export type ServerTls =
  /** Members pin this key; its certificate is made, kept in the data folder and renewed by the server. */
  | { readonly kind: 'host-key'; readonly privateKey: string }
  /** A certificate that an authority gave a company. */
  | {
      readonly kind: 'certificate'
      readonly privateKey: string
      readonly certificate: string
      /** Where they came from: whoever renews them writes the next ones there. */
      readonly files?: TlsFiles
    }

export interface TlsFiles {
  readonly keyFile: string
  readonly certificateFile: string
}

export interface TlsMaterial {
  readonly key: string
  readonly cert: string
}

export type PreparedTls =
  | {
      readonly kind: 'prepared'
      readonly material: TlsMaterial
      /** What invites name; null where an authority vouches instead. */
      readonly fingerprint: string | null
      /**
       * New material, or null while there is none: a host key's certificate is made anew when it nears its end, an
       * authority's is read again. Rejects for what cannot be used.
       */
      renew(): Promise<TlsMaterial | null>
      readonly renewEveryMs: number
    }
  | { readonly kind: 'fault'; readonly message: string }

const DAY_MS = 86_400_000
const VALID_DAYS = 397
/** What lies there may be good for a day only (cert-manager, ACME), and reading two files costs nothing. */
const REREAD_EVERY_MS = 60_000
/** Renewed when less is left. */
export const RENEW_BEFORE_DAYS = 30

export async function prepareTls(
  tls: ServerTls,
  dataDir: string,
  now: () => number,
): Promise<PreparedTls> {
  try {
    if (tls.kind === 'certificate') {
      const material = { key: tls.privateKey, cert: tls.certificate }
      // Throws now, in words, what would otherwise fail at every handshake.
      createSecureContext(material)
      const { files } = tls
      return {
        ...{ kind: 'prepared', material, fingerprint: null, renewEveryMs: REREAD_EVERY_MS },
        renew: files === undefined ? async () => null : rereading(files, material, now),
      }
    }
    const file = join(dataDir, 'tls-certificate.pem')
    const key = tls.privateKey
    const kept = readUsable(file, key, now())
    return {
      kind: 'prepared',
      material: { key, cert: kept ?? (await issue(file, key, now())) },
      fingerprint: fingerprintOfKey(key),
      renewEveryMs: DAY_MS,
      async renew() {
        if (readUsable(file, key, now()) !== null) return null
        return { key, cert: await issue(file, key, now()) }
      },
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'fault', message: `The certificate cannot be used: ${why}` }
  }
}

/** What an authority gave a company. */
export function readTlsFiles(
  keyFile: string,
  certificateFile: string,
):
  | Extract<ServerTls, { kind: 'certificate' }>
  | { readonly kind: 'fault'; readonly message: string } {
  try {
    return {
      kind: 'certificate',
      privateKey: readFileSync(keyFile, 'utf8'),
      certificate: readFileSync(certificateFile, 'utf8'),
      files: { keyFile, certificateFile },
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'fault', message: `Cannot read the key or the certificate: ${why}` }
  }
}

/** What lies there now, when it is something else than before and can be used. */
function rereading({ keyFile, certificateFile }: TlsFiles, first: TlsMaterial, now: () => number) {
  let shown = first
  return async (): Promise<TlsMaterial | null> => {
    const read = readTlsFiles(keyFile, certificateFile)
    if (read.kind === 'fault') throw new Error(read.message)
    const { privateKey: key, certificate: cert } = read
    if (key === shown.key && cert === shown.cert) return null
    // Throws for a key and a certificate that do not fit, as when one of the two files is written already.
    createSecureContext({ key, cert })
    const { validFrom, validTo } = new X509Certificate(cert)
    if (Date.parse(validFrom) > now() || Date.parse(validTo) <= now()) {
      throw new Error(`${certificateFile} is valid from ${validFrom} to ${validTo}, not now`)
    }
    shown = { key, cert }
    return shown
  }
}

/** The host names a certificate is for, without patterns: where its server can be reached and believed. */
export function namesOf(certificate: string): string[] {
  const names = new X509Certificate(certificate).subjectAltName ?? ''
  return [...names.matchAll(/DNS:([A-Za-z0-9.-]+)/g)].flatMap(([, name]) => name ?? [])
}

/** The kept certificate, if it is of this key and good for a while yet. */
function readUsable(file: string, key: string, now: number): string | null {
  try {
    const cert = readFileSync(file, 'utf8')
    const read = new X509Certificate(cert)
    const left = Date.parse(read.validTo) - now
    const isOurs = read.checkPrivateKey(createPrivateKey(key))
    const isCurrent = Date.parse(read.validFrom) <= now && left >= RENEW_BEFORE_DAYS * DAY_MS
    return isOurs && isCurrent ? cert : null
  } catch {
    // Missing or damaged: it holds nothing that cannot be made again.
    return null
  }
}

async function issue(file: string, key: string, now: number): Promise<string> {
  // Read only when it is needed, about once a year: a start need not wait for it.
  const { makeCertificate } = await import('./certificate.ts')
  const cert = makeCertificate(createPrivateKey(key), {
    // Clocks differ; a day earlier hurts nobody.
    from: now - DAY_MS,
    to: now + VALID_DAYS * DAY_MS,
  })
  writeFileSync(`${file}.new`, cert, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return cert
}
