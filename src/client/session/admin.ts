import type {
  AuditEntry,
  DeviceRecord,
  InviteRecord,
  SettingsChange,
  ShortCode,
} from '../../protocol/admin.ts'
import type { DeviceId, InviteId, MemberId, RoomId } from '../../protocol/ids.ts'
import type { IntegrationKind, IntegrationRecord } from '../../protocol/integrations.ts'
import { isModerator, type Role } from '../../protocol/roles.ts'
import type { AdminSnapshot } from '../../protocol/server-messages.ts'
import type { Answer, Requests } from '../requests.ts'
import { type ClientResult, fail, succeed } from '../result.ts'

/** What hosts and moderators see of a session. */
export type AdminView = Omit<AdminSnapshot, 'type'>

/** What hosts and moderators do (I9), and what everybody does with their own devices (I11). */
export interface SessionAdmin {
  /**
   * From now on the newest view is kept and told, or no longer; the wish outlives the connection. Answers with
   * the view as far as it is known.
   */
  watch(active: boolean): Promise<ClientResult<AdminView | null>>
  /** Null for those who may not see it, and until the server has told it. */
  view(): AdminView | null
  /** Returns how to stop listening. */
  onChange(listener: (view: AdminView) => void): () => void
  approve(member: MemberId, accept: boolean): Promise<ClientResult<null>>
  setRole(member: MemberId, role: Role): Promise<ClientResult<null>>
  remove(member: MemberId): Promise<ClientResult<null>>
  ban(member: MemberId): Promise<ClientResult<null>>
  unban(member: MemberId): Promise<ClientResult<null>>
  change(change: SettingsChange): Promise<ClientResult<null>>
  createInvite(invite: NewInvite): Promise<ClientResult<MadeInvite>>
  revokeInvite(invite: InviteId): Promise<ClientResult<null>>
  newCode(): Promise<ClientResult<null>>
  /** Entries with a number below `before`, newest first; the newest ones without it. */
  audit(range: {
    readonly before?: number | undefined
    readonly limit: number
  }): Promise<ClientResult<readonly AuditEntry[]>>
  /** Webhooks and bots; `not-allowed` where the session takes none. */
  integrations(): Promise<ClientResult<readonly IntegrationRecord[]>>
  createIntegration(wanted: NewIntegration): Promise<ClientResult<MadeIntegration>>
  revokeIntegration(integration: MemberId): Promise<ClientResult<null>>
  /** Goes on with an outgoing webhook that was disabled. */
  enableIntegration(integration: MemberId): Promise<ClientResult<null>>
  linkCode(): Promise<ClientResult<ShortCode>>
  devices(): Promise<ClientResult<readonly DeviceRecord[]>>
  forgetDevice(device: DeviceId): Promise<ClientResult<null>>
}

export interface NewInvite {
  readonly label: string
  readonly role: Role
  readonly lifeMs: number | null
  readonly maxUses: number | null
}

export interface MadeInvite {
  readonly invite: InviteRecord
  /** Told this once. */
  readonly token: string
}

export interface NewIntegration {
  readonly name: string
  /** Those it is put into; the room of an incoming webhook needs no mention. */
  readonly rooms: readonly RoomId[]
  readonly what: IntegrationKind
  /** 32 random bytes in base64url: asked twice with the same, one is made. */
  readonly secret: string
}

export interface MadeIntegration {
  readonly integration: IntegrationRecord
  /** Told this once: a token, or the key of an outgoing webhook's signatures. */
  readonly secret: string
}

/** The session's side of it. */
export interface Admin extends SessionAdmin {
  /** The connection is live. */
  live(): void
  roleChanged(): void
  snapshot(message: AdminSnapshot): void
  close(): void
}

export function createAdmin(options: {
  readonly requests: Requests
  readonly newInvite: () => InviteId
  readonly isLive: () => boolean
  readonly role: () => Role
  /** This device is in by a bearer token. */
  readonly showsToken: () => boolean
}): Admin {
  const { requests } = options
  const listeners = new Set<(view: AdminView) => void>()
  let wanted = false
  let latest: AdminView | null = null

  const view = (): AdminView | null => (isModerator(options.role()) ? latest : null)

  async function asked<Kind extends Answer['type'], Value>(
    answer: Promise<ClientResult<Answer>>,
    kind: Kind,
    read: (answer: Extract<Answer, { type: Kind }>) => Value,
  ): Promise<ClientResult<Value>> {
    const result = await answer
    if (!result.ok) return result
    return isKind(result.value, kind) ? succeed(read(result.value)) : UNEXPECTED
  }
  const done = (answer: Promise<ClientResult<Answer>>): Promise<ClientResult<null>> =>
    asked(answer, 'carried-out', () => null)
  const tellServer = (active: boolean): Promise<ClientResult<null>> =>
    done(requests.ask({ type: 'admin-watch', active }))

  return {
    async watch(active) {
      wanted = active
      if (!active) latest = null
      if (!options.isLive()) return succeed(view())
      const told = await tellServer(active)
      return told.ok ? succeed(view()) : told
    },
    view,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    approve: (member, accept) => done(requests.ask({ type: 'approve', member, accept })),
    setRole: (member, role) => done(requests.ask({ type: 'set-role', member, role })),
    remove: (member) => done(requests.ask({ type: 'remove-member', member })),
    ban: (member) => done(requests.ask({ type: 'ban-member', member })),
    unban: (member) => done(requests.ask({ type: 'unban-member', member })),
    change: (change) => done(requests.ask({ type: 'change-session', change })),
    createInvite: (invite) =>
      asked(
        requests.ask({ type: 'create-invite', invite: options.newInvite(), ...invite }),
        'invite',
        ({ invite: record, token }) => ({ invite: record, token }),
      ),
    revokeInvite: (invite) => done(requests.ask({ type: 'revoke-invite', invite })),
    newCode: () => done(requests.ask({ type: 'new-code' })),
    audit: ({ before, limit }) =>
      asked(
        requests.ask({ type: 'audit', before: before ?? Number.MAX_SAFE_INTEGER, limit }),
        'audit-page',
        ({ entries }) => entries,
      ),
    integrations: () =>
      asked(
        requests.ask({ type: 'integrations' }),
        'integration-list',
        ({ integrations }) => integrations,
      ),
    createIntegration: ({ rooms, ...wanted }) =>
      asked(
        requests.ask({ type: 'create-integration', rooms: [...rooms], ...wanted }),
        'integration',
        ({ integration, secret }) => ({ integration, secret }),
      ),
    revokeIntegration: (integration) =>
      done(requests.ask({ type: 'revoke-integration', integration })),
    enableIntegration: (integration) =>
      done(requests.ask({ type: 'enable-integration', integration })),
    async linkCode() {
      const code = await asked(
        requests.ask({ type: 'link-device' }),
        'link-code',
        ({ code: made }) => made,
      )
      if (code.ok || code.failure.kind !== 'not-allowed') return code
      return fail('not-allowed', options.showsToken() ? BY_TOKEN : NO_CODES)
    },
    devices: () =>
      asked(requests.ask({ type: 'devices' }), 'device-list', ({ devices }) => devices),
    forgetDevice: (device) => done(requests.ask({ type: 'forget-device', device })),

    live() {
      if (wanted) void tellServer(true)
    },
    roleChanged() {
      if (!isModerator(options.role())) latest = null
      else if (wanted && options.isLive()) void tellServer(true)
    },
    snapshot({ type: _type, ...told }) {
      if (!wanted) return
      latest = told
      for (const listener of [...listeners]) listener(told)
    },
    close: () => listeners.clear(),
  }
}

function isKind<Kind extends Answer['type']>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { type: Kind }> {
  return answer.type === kind
}

/** Who came by a bearer token is given no code (I13), and nobody is where there are none. */
const BY_TOKEN =
  'Your further devices come by your access token, as this one did: join the session there with its invite or address, and paste the same token.'
const NO_CODES =
  'This session makes no codes for further devices. If you signed in with an access token on another device, the next one comes by the same token.'
const UNEXPECTED = fail('unexpected', 'The host did not answer as expected.')
