import { createHash } from 'node:crypto'
import type { Credential } from '../../protocol/client-messages.ts'
import { type Role, roleSchema } from '../../protocol/roles.ts'
import type { SessionFacts, Welcome } from '../../protocol/server-messages.ts'
import type { Meta, MetaKey } from '../local-db/meta.ts'

/** What the server last said of the session and of this person in it; kept, so that it shows offline too. */
export interface Facts {
  name(): string | undefined
  role(): Role
  locked(): boolean
  readOnly(): boolean
  /** The server has let this member in before. */
  wasLetIn(): boolean
  /** What is to be shown to the server: nothing once it knows this device (I1). */
  credential(): Credential | undefined
  /** The calls below change the file: inside a transaction only. Each answers whether anything is new. */
  welcomed(welcome: Welcome): boolean
  session(session: SessionFacts): boolean
  setRole(role: Role): boolean
  /** Shows the credential with the next handshake once more: the server may have forgotten this device. */
  presentAgain(): void
}

export function createFacts(meta: Meta, credential: Credential | undefined): Facts {
  const print = credential === undefined ? '' : fingerprintOf(credential)

  function put(key: MetaKey, value: string): boolean {
    if (meta.get(key) === value) return false
    meta.set(key, value)
    return true
  }
  function session({ name, locked, readOnly }: SessionFacts): boolean {
    const changes = [
      name !== '' && put('name', name),
      put('locked', String(locked)),
      put('read-only', String(readOnly)),
    ]
    return changes.includes(true)
  }

  return {
    name: () => meta.get('name'),
    role: () => roleSchema.catch('member').parse(meta.get('role')),
    locked: () => meta.get('locked') === 'true',
    readOnly: () => meta.get('read-only') === 'true',
    wasLetIn: () => meta.get('role') !== undefined,
    credential: () => (meta.get('admitted') === print ? undefined : credential),
    welcomed(welcome) {
      const changes = [session(welcome.session), put('role', welcome.self.role)]
      put('admitted', print)
      return changes.includes(true)
    },
    session,
    setRole: (role) => put('role', role),
    presentAgain: () => meta.remove('admitted'),
  }
}

/** The file of the replica is no place for the secret itself. */
function fingerprintOf(credential: Credential): string {
  return createHash('sha256').update(JSON.stringify(credential)).digest('base64url')
}
