import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type HostKey =
  /** PEM, PKCS #8. */
  | { readonly kind: 'key'; readonly privateKey: string }
  | { readonly kind: 'fault'; readonly message: string }

export function makeHostKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** As PROTOCOL.md's chapter on trust has it: SHA-256 of the public key's DER, in base64url. */
export function fingerprintOfKey(privateKey: string): string {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('base64url')
}

/** The key kept in the data folder; made there, readable for its owner only, the first time. */
export function keepHostKey(dataDir: string): HostKey {
  const file = join(dataDir, 'host-key')
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const privateKey = makeHostKey()
    writeFileSync(file, privateKey, { mode: 0o600, flag: 'wx' })
    return { kind: 'key', privateKey }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return readKey(file)
    return { kind: 'fault', message: `Cannot keep a host key in ${dataDir}: ${describe(cause)}` }
  }
}

function readKey(file: string): HostKey {
  try {
    const privateKey = readFileSync(file, 'utf8')
    if (createPrivateKey(privateKey).asymmetricKeyType === 'ec') return { kind: 'key', privateKey }
    return { kind: 'fault', message: `${file} does not hold a P-256 key.` }
  } catch {
    // What the parser says of a damaged key is no help, and the key must not end up in a log.
    // A new key in its place would look to every member like somebody posing as this host.
    return {
      kind: 'fault',
      message: `${file} cannot be read as a key. Put back a copy of it; with a new one, every invite must be made anew.`,
    }
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
