import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fingerprintOf } from '../../client/connection/host-trust.ts'
import type { SessionId } from '../../protocol/ids.ts'

/** Where the operating system keeps secrets for this person. */
export interface KeyVault {
  /** False where there is no keychain; a key then is a file that only its owner may read. */
  protects(): boolean
  /** Both may throw when the keychain is locked or is another person's. */
  protect(text: string): Buffer
  reveal(bytes: Buffer): string
}

export type HostKey =
  | { readonly kind: 'key'; readonly privateKey: string; readonly fingerprint: string }
  | { readonly kind: 'fault'; readonly message: string }

/** The keys that this computer's sessions are hosted under: one for each, made on first hosting, never changed. */
export interface HostKeys {
  /**
   * A key that is new is on disk when this returns. None is made for a session that already is known by a
   * fingerprint: only the key with that one will do.
   */
  of(id: SessionId, knownAs?: string): HostKey
}

/** `what` follows «The key of this session». */
const fault = (what: string): HostKey => ({
  kind: 'fault',
  message: `The key of this session ${what} Without it, members would take this computer for an impostor.`,
})

const storedSchema = z.object({
  version: z.literal(1),
  /** PEM as it is, or what the system's vault made of it in base64. */
  protection: z.enum(['none', 'system']),
  key: z.string().min(1),
})

export function createHostKeys(folderOf: (id: SessionId) => string, vault: KeyVault): HostKeys {
  return {
    of(id, knownAs) {
      const folder = folderOf(id)
      const file = join(folder, 'host-key.json')
      try {
        const kept = read(file, vault)
        if (kept === null && knownAs !== undefined) return fault(`is not in ${file} any more.`)
        const key = keyOf(kept ?? make(folder, file, vault))
        const isOther = knownAs !== undefined && key.fingerprint !== knownAs
        return isOther ? fault(`in ${file} is not the one that its members know.`) : key
      } catch {
        // What the keychain or the parser says may hold a part of the key, and is no help to a person.
        // Never another key in its place: everyone would be told that somebody poses as this host.
        return fault(`cannot be read from ${file}: is this computer’s keychain locked?`)
      }
    },
  }
}

function read(file: string, vault: KeyVault): string | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const { protection, key } = storedSchema.parse(JSON.parse(text))
  return protection === 'none' ? key : vault.reveal(Buffer.from(key, 'base64'))
}

function make(folder: string, file: string, vault: KeyVault): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const stored: z.infer<typeof storedSchema> = vault.protects()
    ? { version: 1, protection: 'system', key: vault.protect(pem).toString('base64') }
    : { version: 1, protection: 'none', key: pem }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(stored)}\n`, { mode: 0o600, flag: 'wx', flush: true })
  return pem
}

function keyOf(privateKey: string): Extract<HostKey, { kind: 'key' }> {
  const fingerprint = fingerprintOf(createPublicKey(createPrivateKey(privateKey)))
  return { kind: 'key', privateKey, fingerprint }
}
