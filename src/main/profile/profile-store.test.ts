import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyVault } from '../hosting/host-keys.ts'
import { sessionIdSchema } from '../../protocol/ids.ts'
import { createIdentity, createSecret } from './identity.ts'
import type { KnownSession } from './profile-schema.ts'
import { openProfileStore } from './profile-store.ts'

const sessionId = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const now = (): number => 1_700_000_000_000

function known(name = 'Field Station'): KnownSession {
  return {
    sessionId,
    name,
    addresses: ['192.168.4.23:47800'],
    secret: createSecret(),
    ...createIdentity(),
    hosted: { port: 47_800, autoResume: true },
  }
}

describe('profile store', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-profile-'))
    path = join(folder, 'deep', 'profile.json')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('starts empty, keeps what it is told, and reads it back', () => {
    const { store, setAside } = openProfileStore(path, now)
    expect(setAside).toBeNull()
    expect(store.get().name).toBeNull()
    const session = known()
    store.update((profile) => ({ ...profile, name: 'Mara Holm', theme: 'dark' }))
    store.putSession(session)
    const again = openProfileStore(path, now).store
    expect(again.get()).toMatchObject({ name: 'Mara Holm', theme: 'dark' })
    expect(again.session(sessionId)).toEqual(session)
  })

  it('replaces a session it knows and forgets one that is left', () => {
    const { store } = openProfileStore(path, now)
    store.putSession(known('One'))
    store.putSession(known('Two'))
    expect(store.get().sessions.map((session) => session.name)).toEqual(['Two'])
    store.removeSession(sessionId)
    expect(openProfileStore(path, now).store.get().sessions).toEqual([])
  })

  it('keeps secrets from other users of the computer', () => {
    const { store } = openProfileStore(path, now)
    store.putSession(known())
    // Windows has no such bits: there the folder of the user protects it.
    const owner = process.platform === 'win32' ? 0o666 : 0o600
    expect(statSync(path).mode & 0o777).toBe(owner)
  })

  it('leaves no half-written file: the new one is written beside and renamed', () => {
    const { store } = openProfileStore(path, now)
    store.putSession(known())
    expect(readdirSync(join(folder, 'deep'))).toEqual(['profile.json'])
  })

  it.each([
    ['not JSON', '{"version":1,', 'it is not JSON'],
    ['another shape', '{"version":1,"name":7,"theme":"dark","sessions":[]}', '«name»'],
    ['a later version', '{"version":9,"name":null,"theme":"dark","sessions":[]}', '«version»'],
  ])('sets a file aside that is %s and says why', (_what, text, reason) => {
    openProfileStore(path, now)
    writeFileSync(path, text)
    const { store, setAside } = openProfileStore(path, now)
    expect(setAside?.reason).toContain(reason)
    expect(readFileSync(setAside?.path ?? '', 'utf8')).toBe(text)
    store.update((profile) => ({ ...profile, name: 'Mara' }))
    expect(openProfileStore(path, now).store.get().name).toBe('Mara')
  })

  it('throws when the disk refuses, so that the start fails with words instead of losing a profile', () => {
    expect(() => openProfileStore(folder, now)).toThrow(/EISDIR/)
  })

  describe('with a keychain', () => {
    let locked = false
    const vault: KeyVault = {
      protects: () => true,
      protect: (text) => Buffer.from(Buffer.from(text).toReversed()),
      reveal(bytes) {
        if (locked) throw new Error('locked')
        return Buffer.from(Buffer.from(bytes).toReversed()).toString()
      },
    }
    beforeEach(() => {
      locked = false
    })

    it('[I14] no key, secret or token is readable in the file', () => {
      const session = { ...known(), link: 'a link token', token: 'a bearer token' }
      openProfileStore(path, now, vault).store.putSession(session)
      const text = readFileSync(path, 'utf8')
      for (const secret of [session.deviceKey, session.secret, session.link, session.token]) {
        expect(text).not.toContain(secret ?? 'missing')
      }
      expect(openProfileStore(path, now, vault).store.session(sessionId)).toEqual(session)
    })

    it('takes over a file that was readable, with the next change', () => {
      const session = known()
      openProfileStore(path, now).store.putSession(session)
      const { store } = openProfileStore(path, now, vault)
      expect(store.session(sessionId)).toEqual(session)
      store.update((profile) => ({ ...profile, name: 'Mara' }))
      expect(readFileSync(path, 'utf8')).not.toContain(session.deviceKey)
    })

    it('a locked keychain loses nothing: the session is named, and is back when it is unlocked', () => {
      const session = known()
      openProfileStore(path, now, vault).store.putSession(session)
      locked = true
      const opening = openProfileStore(path, now, vault)
      expect(opening.locked).toEqual(['Field Station'])
      expect(opening.store.get().sessions).toEqual([])
      opening.store.update((profile) => ({ ...profile, name: 'Mara' }))
      locked = false
      expect(openProfileStore(path, now, vault).store.session(sessionId)).toEqual(session)
    })
  })

  it('makes an identity of its own for every session', () => {
    const first = createIdentity()
    const second = createIdentity()
    expect(first.memberId).not.toBe(second.memberId)
    expect(first.deviceKey).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(first.deviceKey).not.toBe(second.deviceKey)
  })
})
