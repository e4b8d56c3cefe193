import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { SessionId } from '../../protocol/ids.ts'
import type { KeyVault } from '../hosting/host-keys.ts'
import { EMPTY_PROFILE, profileSchema } from './profile-schema.ts'
import type { KnownSession, Profile } from './profile-schema.ts'
import { createSealing, noVault, storedSessionSchema } from './sealed-sessions.ts'
import type { Sealing, StoredSession } from './sealed-sessions.ts'

const storedProfileSchema = profileSchema.extend({ sessions: z.array(storedSessionSchema) })

/** The one owner of `profile.json`: what this person chose and which sessions they are in. */
export interface ProfileStore {
  get(): Profile
  /** On disk when it returns: an identity must survive `kill -9` before a server learns of it. */
  update(change: (profile: Profile) => Profile): void
  session(id: SessionId): KnownSession | undefined
  putSession(session: KnownSession): void
  removeSession(id: SessionId): void
}

export type ProfileOpening = {
  readonly store: ProfileStore
  /** Where a file that could not be understood was put, and why; null when all is well. */
  readonly setAside: { readonly path: string; readonly reason: string } | null
  /** Names of the sessions whose keys the keychain does not give out now: kept as they are, and not opened. */
  readonly locked: readonly string[]
}

/** Throws only when the disk refuses: a broken file is set aside and the app starts anew. */
export function openProfileStore(
  path: string,
  now: () => number,
  vault: KeyVault = noVault,
): ProfileOpening {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const sealing = createSealing(vault)
  const loaded = load(path, sealing)
  if (loaded.kind === 'broken') {
    const aside = `${path}.broken-${now()}`
    renameSync(path, aside)
    return {
      store: createStore(path, EMPTY_PROFILE, [], sealing),
      setAside: { path: aside, reason: loaded.reason },
      locked: [],
    }
  }
  const { profile, locked } = loaded
  const names = locked.map(({ name }) => name)
  return { store: createStore(path, profile, locked, sealing), setAside: null, locked: names }
}

function load(
  path: string,
  sealing: Sealing,
):
  | { kind: 'loaded'; profile: Profile; locked: readonly StoredSession[] }
  | { kind: 'broken'; reason: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { kind: 'loaded', profile: EMPTY_PROFILE, locked: [] }
    }
    throw error
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { kind: 'broken', reason: 'it is not JSON' }
  }
  const parsed = storedProfileSchema.safeParse(json)
  if (parsed.success) {
    const sessions: KnownSession[] = []
    const locked: StoredSession[] = []
    for (const stored of parsed.data.sessions) {
      const known = sealing.reveal(stored)
      if (known === undefined) locked.push(stored)
      else sessions.push(known)
    }
    return { kind: 'loaded', profile: { ...parsed.data, sessions }, locked }
  }
  // The path names the field; the value may be a secret and is never repeated.
  const where = parsed.error.issues[0]?.path.join('.') || 'its top'
  return { kind: 'broken', reason: `the part «${where}» is not as expected` }
}

function createStore(
  path: string,
  initial: Profile,
  locked: readonly StoredSession[],
  sealing: Sealing,
): ProfileStore {
  let profile = initial
  const update: ProfileStore['update'] = (change) => {
    const next = change(profile)
    if (next === profile) return
    const ids = new Set(next.sessions.map(({ sessionId }) => sessionId))
    const sessions = [
      ...next.sessions.map(sealing.seal),
      ...locked.filter(({ sessionId }) => !ids.has(sessionId)),
    ]
    writeDurably(path, `${JSON.stringify({ ...next, sessions }, null, 2)}\n`)
    profile = next
  }
  return {
    get: () => profile,
    update,
    session: (id) => profile.sessions.find((known) => known.sessionId === id),
    putSession(session) {
      update((current) => {
        const index = current.sessions.findIndex((known) => known.sessionId === session.sessionId)
        const sessions =
          index < 0 ? [...current.sessions, session] : current.sessions.with(index, session)
        return { ...current, sessions }
      })
    },
    removeSession(id) {
      update((current) => ({
        ...current,
        sessions: current.sessions.filter((known) => known.sessionId !== id),
      }))
    },
  }
}

/** Writes beside the file, syncs, then renames: a crash leaves the old file or the new one, never half. */
function writeDurably(path: string, text: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Makes the rename itself durable; Windows has no such call and refuses to open a folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
