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
import type { SessionId } from '../../protocol/ids.ts'
import { EMPTY_PROFILE, profileSchema } from './profile-schema.ts'
import type { KnownSession, Profile } from './profile-schema.ts'

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
}

/** Throws only when the disk refuses: a broken file is set aside and the app starts anew. */
export function openProfileStore(path: string, now: () => number): ProfileOpening {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const loaded = load(path)
  if (loaded.kind === 'broken') {
    const aside = `${path}.broken-${now()}`
    renameSync(path, aside)
    return {
      store: createStore(path, EMPTY_PROFILE),
      setAside: { path: aside, reason: loaded.reason },
    }
  }
  return { store: createStore(path, loaded.profile), setAside: null }
}

function load(
  path: string,
): { kind: 'loaded'; profile: Profile } | { kind: 'broken'; reason: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { kind: 'loaded', profile: EMPTY_PROFILE }
    }
    throw error
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { kind: 'broken', reason: 'it is not JSON' }
  }
  const parsed = profileSchema.safeParse(json)
  if (parsed.success) return { kind: 'loaded', profile: parsed.data }
  // The path names the field; the value may be a secret and is never repeated.
  const where = parsed.error.issues[0]?.path.join('.') || 'its top'
  return { kind: 'broken', reason: `the part «${where}» is not as expected` }
}

function createStore(path: string, initial: Profile): ProfileStore {
  let profile = initial
  const update: ProfileStore['update'] = (change) => {
    const next = change(profile)
    if (next === profile) return
    writeDurably(path, `${JSON.stringify(next, null, 2)}\n`)
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
