import { z } from 'zod'
import type { KeyVault } from '../hosting/host-keys.ts'
import { knownSessionSchema } from './profile-schema.ts'
import type { KnownSession } from './profile-schema.ts'

/** What lets somebody else be this person, and in the file only when the system has no keychain. */
const secretsSchema = knownSessionSchema.pick({
  ...{ deviceKey: true, secret: true, link: true, token: true },
})
const sealedSchema = knownSessionSchema
  .omit({ deviceKey: true, secret: true, link: true, token: true })
  .extend({ sealed: z.string().min(1).max(65_536) })
type SealedSession = z.infer<typeof sealedSchema>

/** A session as the file has it: sealed by the system's vault, or readable where there is none. */
export const storedSessionSchema = z.union([sealedSchema, knownSessionSchema])
export type StoredSession = z.infer<typeof storedSessionSchema>

export interface Sealing {
  seal(session: KnownSession): StoredSession
  /** Undefined when the keychain is locked or another person's. */
  reveal(stored: StoredSession): KnownSession | undefined
}

export function createSealing(vault: KeyVault): Sealing {
  /** The vault gives another text each time; only what changed is worth asking it again. */
  const kept = new Map<string, string>()

  return {
    seal(session) {
      if (!vault.protects()) return session
      const { deviceKey, secret, link, token, ...open } = session
      const text = JSON.stringify({ deviceKey, secret, link, token })
      const sealed = kept.get(text) ?? vault.protect(text).toString('base64')
      kept.set(text, sealed)
      return { ...open, sealed }
    },
    reveal(stored) {
      if (!isSealed(stored)) return stored
      const { sealed, ...open } = stored
      try {
        const text = vault.reveal(Buffer.from(sealed, 'base64'))
        const secrets = secretsSchema.parse(JSON.parse(text))
        kept.set(text, sealed)
        return knownSessionSchema.parse({ ...open, ...secrets })
      } catch {
        // What the keychain says may hold a part of the secret, and is no help to a person.
        return undefined
      }
    },
  }
}

function isSealed(stored: StoredSession): stored is SealedSession {
  return 'sealed' in stored
}

/** Where there is no keychain: for tests, and for the profile that another app is to open. */
export const noVault: KeyVault = {
  protects: () => false,
  protect: () => Buffer.alloc(0),
  reveal: () => '',
}
