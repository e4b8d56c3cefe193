import { createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../client/connection/host-trust.ts'
import { sessionIdSchema } from '../../protocol/ids.ts'
import { createHostKeys } from './host-keys.ts'
import type { HostKeys, KeyVault } from './host-keys.ts'

const id = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const other = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000002')
const noVault: KeyVault = {
  protects: () => false,
  protect: () => expect.fail('there is no vault'),
  reveal: () => expect.fail('there is no vault'),
}
/** Turns letters around, which is enough to see what went through it. */
const vault: KeyVault = {
  protects: () => true,
  protect: (text) => Buffer.from(text).reverse(),
  reveal: (bytes) => Buffer.from(bytes).reverse().toString(),
}

describe('the keys sessions are hosted under', () => {
  let folder: string
  const keys = (over: KeyVault): HostKeys => createHostKeys((one) => join(folder, one), over)
  const file = (): string => join(folder, id, 'host-key.json')
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-keys-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('[T5] are made once, one for each session, and named by their public half', () => {
    const made = keys(noVault).of(id)
    expect(keys(noVault).of(id)).toEqual(made)
    if (made.kind === 'fault') throw new Error(made.message)
    expect(made.fingerprint).toBe(fingerprintOf(createPublicKey(made.privateKey)))
    expect(keys(noVault).of(other)).not.toMatchObject({ fingerprint: made.fingerprint })
  })

  it.runIf(process.platform !== 'win32')(
    '[T5] are for their owner’s eyes where there is no keychain',
    () => {
      keys(noVault).of(id)
      expect(statSync(file()).mode & 0o777).toBe(0o600)
      expect(statSync(join(folder, id)).mode & 0o777).toBe(0o700)
    },
  )

  it('[T5] are on the disk only as the keychain made them where there is one', () => {
    const made = keys(vault).of(id)
    for (const name of readdirSync(join(folder, id))) {
      expect(readFileSync(join(folder, id, name), 'utf8')).not.toContain('PRIVATE KEY')
    }
    expect(keys(vault).of(id)).toEqual(made)
  })

  it('[T5] are not replaced when they cannot be read', () => {
    const made = keys(vault).of(id)
    const locked: KeyVault = { ...vault, reveal: () => expect.fail('locked') }
    const fault = keys(locked).of(id)
    expect(fault).toMatchObject({ kind: 'fault', message: expect.stringContaining('keychain') })
    expect(keys(vault).of(id)).toEqual(made)
    if (made.kind === 'fault') throw new Error(made.message)
    expect(keys(vault).of(id, made.fingerprint)).toEqual(made)
    expect(keys(vault).of(id, 'another')).toMatchObject({
      message: expect.stringContaining('not the one that its members know'),
    })
    const gone = keys(vault).of(other, made.fingerprint)
    expect(gone).toMatchObject({ message: expect.stringContaining('not in') })
    expect(readdirSync(folder)).toEqual([id])
    writeFileSync(file(), '{')
    expect(keys(vault).of(id)).toMatchObject({ kind: 'fault' })
  })
})
