/** Programs that belong to a session, as the hub knows them: what they may do, and the requests about them. */
import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { DeviceId, MemberId, RoomId } from '../../protocol/ids.ts'
import type {
  IntegrationKind,
  IntegrationRecord,
  IntegrationRequest,
} from '../../protocol/integrations.ts'
import type { RoomKind } from '../../protocol/records.ts'
import type { Role } from '../../protocol/roles.ts'
import type { ServerMessage } from '../../protocol/server-messages.ts'
import type { Refusal, RoomOperation, WriteResult } from './ports.ts'
import type { Act } from './registry-port.ts'

/** Kept for ever, so that a member who is a program never passes for a person. Revoked is who is no member now. */
export interface StoredIntegration extends IntegrationRecord {
  readonly what: IntegrationKind
  /** The one it writes by (D4). */
  readonly device: DeviceId
  /** Of an incoming webhook's token; null for the others. */
  readonly tokenHash: string | null
  /** Of an outgoing webhook: signs what is sent. */
  readonly signingKey: string | null
  /** Of an outgoing webhook: since when nothing was taken; milliseconds since 1970. */
  readonly failingSince: number | null
}

/** A part of the store; all stores pass `integrations-contract`. Rejects only for faults of the store itself. */
export interface IntegrationStore {
  /** In the order they were added. */
  all(): Promise<readonly StoredIntegration[]>
  /** Added, or as it is now. */
  save(integration: StoredIntegration): Promise<void>
  /** How far an outgoing webhook has been told of each room. */
  positions(integration: MemberId): Promise<ReadonlyMap<RoomId, number>>
  /** Never moves back. */
  setPosition(integration: MemberId, room: RoomId, seq: number): Promise<void>
  /**
   * Whether `node` is the one to tell it until `until`: nobody else is, or their time is over. Only saves sending
   * things twice: who receives them throws away what it has seen.
   */
  lease(integration: MemberId, node: string, now: number, until: number): Promise<boolean>
}

/** What the hub lends to those who look after integrations. */
export interface IntegrationHands {
  /** Whether it belongs to the session now. */
  isMember(member: MemberId): boolean
  roleOf(member: MemberId): Role
  nameOf(member: MemberId): string
  roomsOf(member: MemberId): Iterable<{
    readonly id: RoomId
    readonly kind: RoomKind
    readonly name: string
    readonly head: number
  }>
  commit(write: {
    readonly device: DeviceId
    readonly actor: MemberId
    readonly room: RoomId
    readonly operation: RoomOperation
  }): Promise<WriteResult | { readonly kind: 'unavailable' }>
  /** Takes a member out of the session; undefined when it is done. */
  remove(member: MemberId, act: Act): Promise<Refusal | undefined>
  readonly isOpen: boolean
  readonly maxMembers: number
}

export interface IntegrationDesk {
  /** What a program's scopes do not allow; undefined for people. */
  refusalOf(member: MemberId, message: ClientMessage): Refusal | undefined
  /** Answers; never rejects. */
  receive(
    asker: { readonly member: MemberId; readonly device: DeviceId },
    request: IntegrationRequest,
  ): Promise<ServerMessage>
}
