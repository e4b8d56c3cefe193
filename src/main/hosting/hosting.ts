import { join } from 'node:path'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import type { HostedDevice, HostingView } from '../../ipc/contract.ts'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { createInvite } from '../../protocol/invite.ts'
import type { Logger } from '../logger.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import { lanAddresses, listenAddress, withPort } from './addresses.ts'
import type { Interfaces } from './addresses.ts'
import type { HostNotice } from '../discovery/announcements.ts'
import { createHostKeys } from './host-keys.ts'
import type { HostKey, KeyVault } from './host-keys.ts'
import { startLanHost } from './lan-host.ts'
import type { HostClock, LanHost, ServerProcess, StartProblem, StopReason } from './lan-host.ts'

export interface HostingOptions {
  readonly fork: () => ServerProcess
  readonly clock: HostClock
  readonly log: Logger
  readonly interfaces: () => Interfaces
  /** How this person is called where they have said no other name. */
  readonly personName: () => string
  /** Holds one folder for each session this computer has hosted. */
  readonly folder: string
  readonly vault: KeyVault
  /** The server answers on this port; called again after every restart. */
  readonly onReady: (id: SessionId, port: number) => void
  readonly onChange: (view: HostingView) => void
}

/** All sessions this computer serves. */
export interface Hosting {
  /** Resolves when the first start succeeded (null) or failed. `portIsKnown`: others have this port. */
  start(session: KnownSession, portIsKnown: boolean): Promise<StartProblem | null>
  stop(id: SessionId, reason?: StopReason): Promise<void>
  stopAll(): Promise<void>
  /** True while the server runs or is being brought back. */
  isActive(id: SessionId): boolean
  readonly activeIds: readonly SessionId[]
  view(session: KnownSession): HostingView
  /** Something in the profile changed that the view shows. */
  update(session: KnownSession): void
  /** A link with this secret, at this computer's addresses of now. */
  inviteTo(session: KnownSession, secret: string): string
  /** The computer is on another network: invites name other addresses. */
  addressesChanged(): void
  /** How one may come in, as the server last said. */
  noticeOf(id: SessionId): HostNotice
  /** What the session is or will be hosted under. */
  keyOf(id: SessionId): HostKey
}

export function createHosting(options: HostingOptions): Hosting {
  const hosts = new Map<SessionId, { session: KnownSession; readonly host: LanHost }>()
  /** Sessions that could not even be tried to host. */
  const faults = new Map<SessionId, StartProblem>()
  const folderOf = (id: SessionId): string => join(options.folder, id)
  const keys = createHostKeys(folderOf, options.vault)
  const isActive = (id: SessionId): boolean => {
    const state = hosts.get(id)?.host.state
    return state === 'starting' || state === 'running' || state === 'restarting'
  }

  function view(session: KnownSession): HostingView {
    const host = hosts.get(session.sessionId)?.host
    const fault = faults.get(session.sessionId)
    const problem = host === undefined ? fault : host.problem
    const port = host?.port ?? session.hosted?.port ?? 0
    const addresses = reachable(options.interfaces())
    return {
      sessionId: session.sessionId,
      name: session.name,
      state: host?.state ?? (fault === undefined ? 'stopped' : 'failed'),
      ...(problem ? { problem: problem.message } : {}),
      since: host?.since ?? 0,
      // Before the server has a port there is nothing to invite to.
      ...(session.fingerprint === undefined
        ? {}
        : { keyWords: fingerprintWords(session.fingerprint) }),
      invite: port === 0 ? '' : inviteTo(session, addresses, port),
      addresses,
      port,
      ...(host?.portTaken == null ? {} : { portTaken: host.portTaken }),
      devices: (host?.devices ?? []).map((device): HostedDevice => ({
        ...device,
        address: device.address.replace(/^::ffff:/, ''),
        isHost: device.memberId === session.memberId,
      })),
      samples: host?.samples ?? [],
      doors: session.hosted?.doors === true,
    }
  }

  return {
    start(session, portIsKnown) {
      const id = session.sessionId
      const running = isActive(id) ? hosts.get(id) : undefined
      // A second server of a session would take the files and the port of the first.
      if (running !== undefined) return running.host.started
      const key = keys.of(id, session.fingerprint)
      if (key.kind === 'fault') {
        const problem: StartProblem = { code: 'server-failed', message: key.message }
        faults.set(id, problem)
        options.onChange(view(session))
        return Promise.resolve(problem)
      }
      faults.delete(id)
      const host = startLanHost({
        fork: options.fork,
        clock: options.clock,
        log: options.log,
        portIsKnown,
        start: {
          dataDir: folderOf(id),
          host: listenAddress(options.interfaces()),
          port: session.hosted?.port ?? 0,
          name: session.name,
          owner: {
            memberId: session.memberId,
            deviceId: session.deviceId,
            deviceKey: deviceKeyOf(session.deviceKey).publicKey,
            // Until the host's own client says hello, which is at once.
            name: session.memberName ?? options.personName(),
          },
          firstInvite: session.secret ?? '',
          privateKey: key.privateKey,
          ...(session.hosted?.doors === true ? { doors: ALL_DOORS } : {}),
          sessionId: id,
        },
        onReady: (port) => options.onReady(id, port),
        onChange: () => options.onChange(view(session)),
      })
      hosts.set(id, { session, host })
      options.onChange(view(session))
      return host.started
    },
    async stop(id, reason) {
      const hosted = hosts.get(id)
      if (hosted === undefined) return
      await hosted.host.stop(reason)
      if (hosts.get(id) === hosted) hosts.delete(id)
    },
    async stopAll() {
      await Promise.all([...hosts.values()].map(({ host }) => host.stop()))
      hosts.clear()
    },
    isActive,
    get activeIds() {
      return [...hosts.keys()].filter(isActive)
    },
    view,
    update(session) {
      const hosted = hosts.get(session.sessionId)
      if (hosted !== undefined) hosted.session = session
      options.onChange(view(session))
    },
    inviteTo(session, secret) {
      const port = hosts.get(session.sessionId)?.host.port ?? session.hosted?.port ?? 0
      return inviteTo({ ...session, secret }, reachable(options.interfaces()), port)
    },
    addressesChanged() {
      for (const { session } of hosts.values()) options.onChange(view(session))
    },
    noticeOf: (id) => hosts.get(id)?.host.notice ?? NO_NOTICE,
    keyOf: (id) => keys.of(id),
  }
}

const ALL_DOORS = { signalr: true, plain: true, game: true }
const NO_NOTICE: HostNotice = { selectors: [], passphrase: false, open: false }

/** Without a network, the people at this very computer can still come in. */
function reachable(interfaces: Interfaces): string[] {
  const addresses = lanAddresses(interfaces)
  return addresses.length > 0 ? addresses : ['127.0.0.1']
}

function inviteTo(session: KnownSession, addresses: readonly string[], port: number): string {
  return createInvite({
    sessionId: session.sessionId,
    name: session.name,
    addresses: addresses.map((address) => withPort(address, port)),
    ...(session.secret === undefined ? {} : { secret: session.secret }),
    ...(session.fingerprint === undefined ? {} : { fingerprint: session.fingerprint }),
  })
}
