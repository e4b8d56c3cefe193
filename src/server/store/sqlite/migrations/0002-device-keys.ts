import type { Migration } from './migration.ts'

/** Devices prove themselves by a key of their own; the members' shared keys are forgotten. */
export const deviceKeys: Migration = {
  name: 'device-keys',
  up(db) {
    db.exec(`
      ALTER TABLE members DROP COLUMN key_hash;
      -- Ed25519 public key, base64url. Null for a device of the time before, which cannot prove itself.
      ALTER TABLE devices ADD COLUMN key TEXT;
    `)
  },
}
