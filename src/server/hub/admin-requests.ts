import type { Request } from '../../protocol/client-messages.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { DeviceId, InviteId, MemberId } from '../../protocol/ids.ts'
import type { IntegrationRequest } from '../../protocol/integrations.ts'
import { isModerator } from '../../protocol/roles.ts'
import type { AdminBoard } from './admin-board.ts'
import type { Codes } from './codes.ts'
import type { AdmittedDevice, Connection } from './connection.ts'
import { FORGOTTEN, linkRefusal } from './link-refusal.ts'
import type { Moderation } from './moderation.ts'
import type { People } from './people.ts'
import type { Clock, FanOut, Log, Refusal, Secrets, Store } from './ports.ts'
import { type Act, type NewInvite, shownInvite } from './registry-port.ts'

/** Requests about the session itself and who is in it. */
export type AdminRequest = Exclude<
  Request,
  {
    type:
      | 'create-room'
      | 'open-direct'
      | 'join-room'
      | 'leave-room'
      | 'add-members'
      | 'change-room'
      | 'browse-rooms'
      | 'history'
      | IntegrationRequest['type']
  }
>
type RequestOf<Type extends AdminRequest['type']> = Extract<AdminRequest, { type: Type }>

export interface AdminRequests {
  receive(connection: Connection, device: AdmittedDevice, request: AdminRequest): Promise<void>
}

export interface AdminRequestPorts {
  readonly moderation: Moderation
  readonly board: AdminBoard
  readonly codes: Codes | undefined
  readonly people: Pick<People, 'roleOf'>
  readonly store: Pick<Store, 'registry'>
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'nonce' | 'hash'>
  readonly log: Log
}

/** What an act came to: undefined when it is done. */
type Outcome = Refusal | undefined

export function createAdminRequests(ports: AdminRequestPorts): AdminRequests {
  const { moderation, board, codes, people, store, fanOut, clock, secrets, log } = ports
  const { registry } = store

  const NOT_ALLOWED: Refusal = {
    kind: 'refused',
    code: 'not-allowed',
    message: 'Only hosts and moderators may do this.',
  }
  const NO_CODES: Refusal = { ...NOT_ALLOWED, message: 'This server makes no codes.' }
  const mayLead = (member: MemberId): boolean => isModerator(people.roleOf(member))
  const actOf = (device: AdmittedDevice): Act => ({ by: device.member, at: clock.now() })

  function fail({ socket }: Connection, ref: number, code: ErrorCode, message: string): void {
    socket.send({ type: 'failed', ref, code, message })
  }

  function answer(connection: Connection, ref: number, outcome: Outcome): void {
    if (outcome !== undefined) return fail(connection, ref, outcome.code, outcome.message)
    connection.socket.send({ type: 'carried-out', ref })
  }

  async function createInvite(
    connection: Connection,
    device: AdmittedDevice,
    request: RequestOf<'create-invite'>,
  ): Promise<void> {
    const { ref, invite: id, label, role, lifeMs, maxUses } = request
    const token = secrets.nonce()
    const act = actOf(device)
    const wanted: NewInvite = {
      ...{ id, kind: 'invite', tokenHash: secrets.hash(token), label, role, maxUses, member: null },
      expiresAt: lifeMs === null ? null : act.at + lifeMs,
    }
    const made = await registry.createInvite(wanted, act)
    if (made.kind === 'refused') return fail(connection, ref, made.code, made.message)
    if (made.kind === 'unchanged') {
      // Its token cannot be told again: only its hash is kept.
      return fail(connection, ref, 'id-taken', 'This invite was made already. Make another one.')
    }
    connection.socket.send({ type: 'invite', ref, invite: shownInvite(made.invite), token })
    fanOut.publish({ kind: 'admin' })
  }

  async function revokeInvite(device: AdmittedDevice, id: InviteId): Promise<Outcome> {
    const revoked = await registry.revokeInvite(id, actOf(device))
    if (revoked.kind === 'refused') return revoked
    fanOut.publish({ kind: 'admin' })
    return undefined
  }

  async function newCode(device: AdmittedDevice): Promise<Outcome> {
    if (!mayLead(device.member)) return NOT_ALLOWED
    if (codes === undefined) return NO_CODES
    await registry.note({ action: 'code-renewed', detail: '', ...actOf(device) })
    await codes.renew()
    return undefined
  }

  async function audit(
    connection: Connection,
    device: AdmittedDevice,
    { ref, before, limit }: RequestOf<'audit'>,
  ): Promise<void> {
    if (!mayLead(device.member)) return answer(connection, ref, NOT_ALLOWED)
    const entries = await registry.audit(before, limit)
    connection.socket.send({ type: 'audit-page', ref, entries: [...entries] })
  }

  async function linkDevice(
    connection: Connection,
    device: AdmittedDevice,
    ref: number,
  ): Promise<void> {
    if (codes === undefined) return answer(connection, ref, NO_CODES)
    // Refused here, since whoever types the code could only be told that it does not work (I13).
    const own = await registry.devicesOf(device.member)
    const refusal = own.some(({ id }) => id === device.device) ? linkRefusal(own) : FORGOTTEN
    if (refusal !== undefined) return answer(connection, ref, refusal)
    const code = await codes.link(device.member)
    if (code === undefined) {
      return fail(connection, ref, 'too-many', 'Too many codes are in use. Try again in a while.')
    }
    connection.socket.send({ type: 'link-code', ref, code })
  }

  async function devices(
    connection: Connection,
    device: AdmittedDevice,
    ref: number,
  ): Promise<void> {
    const own = await registry.devicesOf(device.member)
    const shown = own.map(({ id, name, addedAt, lastSeen }) => {
      const current = id === device.device
      return { id, name, addedAt, lastSeen: current ? clock.now() : lastSeen, current }
    })
    connection.socket.send({ type: 'device-list', ref, devices: shown })
  }

  async function forgetDevice(device: AdmittedDevice, id: DeviceId): Promise<Outcome> {
    const forgotten = await registry.forgetDevice(id, actOf(device))
    if (forgotten.kind === 'refused') return forgotten
    // It may have asked for one, to come back by.
    await codes?.unlink(device.member)
    fanOut.publish({ kind: 'device-forgotten', device: id })
    return undefined
  }

  async function carryOut(
    connection: Connection,
    device: AdmittedDevice,
    request: AdminRequest,
  ): Promise<void> {
    const { ref } = request
    const done = (outcome: Outcome): void => answer(connection, ref, outcome)
    switch (request.type) {
      case 'admin-watch':
        if (!mayLead(device.member)) return done(NOT_ALLOWED)
        done(undefined)
        return request.active ? board.watch(connection) : board.ignore(connection)
      case 'approve':
        return done(await moderation.decide(request.member, request.accept, device.member))
      case 'set-role':
        return done(await moderation.setRole(request.member, request.role, actOf(device)))
      case 'remove-member':
        return done(await moderation.setStanding(request.member, 'removed', actOf(device)))
      case 'ban-member':
        return done(await moderation.setStanding(request.member, 'banned', actOf(device)))
      case 'unban-member':
        return done(await moderation.setStanding(request.member, 'active', actOf(device)))
      case 'change-session':
        return done(await moderation.changeSession(request.change, actOf(device)))
      case 'create-invite':
        return createInvite(connection, device, request)
      case 'revoke-invite':
        return done(await revokeInvite(device, request.invite))
      case 'new-code':
        return done(await newCode(device))
      case 'audit':
        return audit(connection, device, request)
      case 'link-device':
        return linkDevice(connection, device, ref)
      case 'devices':
        return devices(connection, device, ref)
      case 'forget-device':
        return done(await forgetDevice(device, request.device))
    }
  }

  return {
    async receive(connection, device, request) {
      try {
        await carryOut(connection, device, request)
      } catch (fault) {
        log.warn({ request: request.type, fault: String(fault) }, 'the store failed a request')
        fail(connection, request.ref, 'unavailable', 'The server cannot store anything now.')
      }
    },
  }
}
