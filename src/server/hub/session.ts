import type { SessionSettings } from '../../protocol/admin.ts'
import type { Role } from '../../protocol/roles.ts'
import { isModerator } from '../../protocol/roles.ts'
import type { ServerMessageOf, SessionFacts } from '../../protocol/server-messages.ts'
import type { Store } from './ports.ts'
import { shownSettings, type StoredSettings } from './registry-port.ts'

/** What is true of the whole session now, by the settings that were stored last. */
export interface Session {
  facts(): SessionFacts
  /** As hosts are shown them. */
  shown(): SessionSettings
  stored(): StoredSettings
  /** Whether somebody of this role may only read (I6). */
  isReadOnlyFor(role: Role): boolean
  /** New settings, from here or from another node: tells everybody what concerns them. */
  take(settings: StoredSettings): void
}

export function createSession(ports: {
  readonly store: Pick<Store, 'session'>
  readonly settings: StoredSettings
  /** The server takes everybody, whatever the settings say. */
  readonly isOpen: boolean
  readonly announce: (message: ServerMessageOf<'session'>) => void
}): Session {
  const { store, isOpen, announce } = ports
  let settings = ports.settings
  const factsNow = (): SessionFacts => ({
    id: store.session.id,
    name: settings.name ?? store.session.name,
    locked: settings.locked,
    readOnly: settings.readOnly,
  })
  let facts = factsNow()

  return {
    facts: () => facts,
    shown: () => ({ ...shownSettings(settings), ...(isOpen ? { access: 'open' } : {}) }),
    stored: () => settings,
    isReadOnlyFor: (role) => settings.readOnly && !isModerator(role),
    take(next) {
      settings = next
      const before = facts
      facts = factsNow()
      const isSame =
        before.name === facts.name &&
        before.locked === facts.locked &&
        before.readOnly === facts.readOnly
      if (!isSame) announce({ type: 'session', session: facts })
    },
  }
}
