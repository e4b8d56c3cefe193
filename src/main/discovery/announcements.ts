import type { ActiveAnnouncement, HostedSession } from '../../discovery/announce.ts'
import type { Discovery } from '../../discovery/discovery.ts'
import type { HostingView } from '../../ipc/contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'

/** How one may come into a session that this computer hosts. */
export interface HostNotice {
  /** Of the codes that are good now. */
  readonly selectors: readonly string[]
  readonly passphrase: boolean
  readonly open: boolean
}

export interface AnnouncementsOptions {
  readonly discovery: Pick<Discovery, 'announce'>
  /** What its server says of how one may come in. */
  readonly noticeOf: (id: SessionId) => HostNotice
  /** Of the session's key. */
  readonly fingerprintOf: (id: SessionId) => string | undefined
  /** How people know this computer. */
  readonly hostName: string
}

/** Tells the networks which sessions this computer hosts. */
export interface Announcements {
  /** To be called with every change of what is hosted. */
  follow(view: HostingView): void
  /** Says goodbye for all; resolves when that is said. */
  stopAll(): Promise<void>
}

export function createAnnouncements(options: AnnouncementsOptions): Announcements {
  const active = new Map<SessionId, ActiveAnnouncement>()
  const ending = new Set<Promise<void>>()

  function wordsOf(view: HostingView): HostedSession {
    const { selectors, passphrase, open } = options.noticeOf(view.sessionId)
    const fingerprint = options.fingerprintOf(view.sessionId)
    return {
      sessionId: view.sessionId,
      name: view.name,
      host: options.hostName,
      protocolVersion: PROTOCOL_VERSION,
      people: new Set(view.devices.map(({ memberId }) => memberId)).size,
      ...{ passphrase, open, selectors },
      port: view.port,
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  }
  function end(id: SessionId): void {
    const announcement = active.get(id)
    if (announcement === undefined) return
    active.delete(id)
    const ended = announcement.stop().finally(() => ending.delete(ended))
    ending.add(ended)
  }

  return {
    follow(view) {
      // A server that is brought back keeps its port: its members need not hear of it.
      const isThere = view.state === 'running' || view.state === 'restarting'
      if (!isThere || view.port === 0) return end(view.sessionId)
      const words = wordsOf(view)
      const announcement = active.get(view.sessionId)
      if (announcement === undefined) active.set(view.sessionId, options.discovery.announce(words))
      else announcement.update(words)
    },
    async stopAll() {
      for (const id of [...active.keys()]) end(id)
      await Promise.all(ending)
    },
  }
}
