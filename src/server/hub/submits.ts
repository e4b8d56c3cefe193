import type { Submit } from '../../protocol/client-messages.ts'
import { messageIdSchema, roomIdSchema } from '../../protocol/ids.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { FrameFault } from '../../protocol/codec.ts'
import { addressGroup } from './address-group.ts'
import type { CommitBatcher } from './commit-batcher.ts'
import type { AdmittedDevice, Connection, Hold } from './connection.ts'
import { createKeyedBuckets } from './keyed-buckets.ts'
import type { WriteLimits } from './options.ts'
import type { Clock, Meter, Write } from './ports.ts'
import { type BucketSize, keptBack, takeToken } from './rate-limit.ts'
import type { Typing } from './typing.ts'

/** Writes that follow each other this closely after connecting come from an outbox that is draining. */
const DRAIN_PAUSE_MS = 5_000
/** Writes sent before the client heard of the hold may still arrive this long after it began. */
const IN_FLIGHT_MS = 5_000
/** Programs of this computer; a proxy on it says whom it speaks for. */
const LOOPBACK = /^(127\.\d|::1$)/
/** Saved-up writes that are believed of anybody, also of who has just come in for the first time. */
const SAVED_BY_ANYBODY = 100
const UNAVAILABLE_RETRY_MS = 1_000
/** Rooms that one connection can have held at a time: more than anybody is in. */
const MAX_HOLDS = 5_000
/** Members whose allowance is kept; full ones are the first to be forgotten, which changes nothing. */
const MAX_ALLOWANCES = 20_000

export interface Submits {
  receive(connection: Connection, device: AdmittedDevice, submit: Submit): void
  /** A submit that could not be read: refused by name when it has one, so that it shows as failed (D5). */
  refuseFault(connection: Connection, fault: FrameFault): boolean
}

export interface SubmitPorts {
  readonly batcher: CommitBatcher
  readonly typing: Typing
  readonly clock: Clock
  readonly meter: Meter
  readonly limits: WriteLimits
  /** At which the member is connected now: each has its share of what they may write. */
  readonly nodesOf: (member: MemberId) => number
  /** How long ago the member was last seen going; or coming, when they never went. */
  readonly awayMs: (member: MemberId) => number
  /** Of all members of one address together. */
  readonly addressWrites: BucketSize
  /** The session is read-only, for this member (I6). */
  readonly mayOnlyRead: (member: MemberId) => boolean
  /** Closes a connection that does not heed `held`. */
  readonly closeFlood: (connection: Connection, reason: string) => void
}

export function createSubmits(ports: SubmitPorts): Submits {
  const { batcher, typing, clock, meter, limits, nodesOf } = ports
  const flood: BucketSize = { burst: limits.floodPerMinute, perMinute: limits.floodPerMinute }
  const allowances = new Map<MemberId, Allowance>()
  const addresses = createKeyedBuckets<string>(ports.addressWrites)

  const closeFlood = (connection: Connection): void =>
    ports.closeFlood(connection, 'too many writes')

  /** 0, or the milliseconds to wait until the address of the connection may write again. */
  function addressWait({ socket }: Connection, now: number): number {
    return LOOPBACK.test(socket.address) ? 0 : addresses.take(addressGroup(socket.address), 1, now)
  }

  function allowanceOf(member: MemberId, now: number): Allowance {
    let allowance = allowances.get(member)
    if (allowance === undefined) {
      if (allowances.size >= MAX_ALLOWANCES) forgetFullOnes(now)
      const saved = savedUp(member)
      allowance = { burst: limits.burst, saved, mostSaved: saved, updatedAt: now }
      allowances.set(member, allowance)
    }
    earn(allowance, limits, now, nodesOf(member))
    return allowance
  }

  /**
   * Of somebody who has not written here yet: what they can have written without a line. All of it for everybody
   * would be a thousand at once for each name that somebody makes up where names are enough.
   */
  function savedUp(member: MemberId): number {
    const written = (Math.max(0, ports.awayMs(member)) * limits.perMinute) / 60_000
    return Math.min(limits.saved, SAVED_BY_ANYBODY + written)
  }

  function forgetFullOnes(now: number): void {
    for (const [member, allowance] of allowances) {
      earn(allowance, limits, now, nodesOf(member))
      const isFull = allowance.burst >= limits.burst && allowance.saved >= limits.saved
      if (isFull) allowances.delete(member)
    }
  }

  /** 0, or the milliseconds to wait. The saved allowance is for what waited while there was no connection. */
  function allowance(device: AdmittedDevice, now: number): number {
    const own = allowanceOf(device.member, now)
    const isDraining = now < device.drainingUntil
    const nodes = nodesOf(device.member)
    const missing = 1 + keptBack(limits.burst, 1, nodes) - own.burst
    let wait = 0
    if (missing <= 0) own.burst -= 1
    else if (isDraining && own.saved >= 1 + keptBack(own.mostSaved, 1, nodes)) own.saved -= 1
    else wait = Math.max(1, Math.ceil((missing * 60_000 * nodes) / limits.perMinute))
    if (isDraining) device.drainingUntil = now + wait + DRAIN_PAUSE_MS
    return wait
  }

  function answerHeld(connection: Connection, submit: Submit, hold: Hold, now: number): void {
    meter.count('writes-held')
    connection.socket.send({
      type: 'held',
      id: submit.id,
      room: submit.room,
      code: hold.code,
      retryAfterMs: Math.max(0, Math.ceil(hold.retryAt - now)),
    })
  }

  function hold(
    connection: Connection,
    device: AdmittedDevice,
    submit: Submit,
    code: Hold['code'],
    waitMs: number,
  ): void {
    const now = clock.monotonic()
    const known = device.holds.get(submit.room)
    // A write that could not be committed came before one that was only held: the client begins with it.
    const keeps = known !== undefined && (known.code === 'unavailable' || code === 'rate-limited')
    if (keeps) return meter.count('writes-held')
    // Rooms are named by the sender, and need not exist: somebody makes them up.
    if (known === undefined && device.holds.size >= MAX_HOLDS) return closeFlood(connection)
    const held = { id: submit.id, code, since: now, retryAt: now + waitMs }
    device.holds.set(submit.room, held)
    answerHeld(connection, submit, held, now)
  }

  /** Whether the client goes on although it must have heard that it is to wait. */
  function isHeedless(submit: Submit, known: Hold, now: number): boolean {
    return submit.id === known.id || submit.head === true
      ? known.code === 'rate-limited' && now < known.retryAt - (known.retryAt - known.since) / 2
      : now > known.since + IN_FLIGHT_MS
  }

  function commit(
    connection: Connection,
    device: AdmittedDevice,
    submit: Submit,
    cameAt: number,
  ): void {
    const { id, room, operation } = submit
    if (operation.kind === 'post') typing.stop(device, room)
    const { device: by, member: actor } = device
    const write: Write = { device: by, actor, room, id, at: clock.now(), operation }
    batcher.add({
      write: ports.mayOnlyRead(actor) ? { ...write, onlyResend: true } : write,
      // A new connection begins anew.
      sender: device,
      done(result) {
        const { socket } = connection
        switch (result.kind) {
          case 'committed': {
            const event = result.events[0]
            if (event === undefined) throw new Error('a committed write has no event')
            meter.count('writes-committed')
            meter.observe('ack-ms', clock.monotonic() - cameAt)
            return socket.send({ type: 'ack', id, room, seq: event.seq, at: event.at })
          }
          case 'duplicate':
            meter.count('writes-duplicate')
            return socket.send({ type: 'ack', id, room, seq: result.seq, at: result.at })
          case 'refused':
            meter.count('writes-refused')
            return socket.send({
              type: 'refused',
              id,
              room,
              code: result.code,
              message: result.message,
            })
          case 'unavailable':
            return hold(connection, device, submit, 'unavailable', UNAVAILABLE_RETRY_MS)
          case 'exists':
          case 'unchanged':
            throw new Error(`a submit cannot end as ${result.kind}`)
        }
      },
    })
  }

  return {
    receive(connection, device, submit) {
      const now = clock.monotonic()
      const known = device.holds.get(submit.room)
      if (known !== undefined) {
        if (isHeedless(submit, known, now) && takeToken(connection.flood, flood, now) > 0) {
          return closeFlood(connection)
        }
        // Dropped without an answer: the one answer there was already tells the client where to begin again,
        // and a second one could arrive when it has begun, and send it back once more.
        if (submit.id !== known.id && submit.head !== true) return meter.count('writes-held')
        device.holds.delete(submit.room)
      }
      const wait = allowance(device, now) || addressWait(connection, now)
      if (wait > 0) return hold(connection, device, submit, 'rate-limited', wait)
      commit(connection, device, submit, now)
    },

    refuseFault(connection, fault) {
      if (fault.type !== 'submit') return false
      const id = messageIdSchema.safeParse(fault.id)
      const room = roomIdSchema.safeParse(fault.room)
      if (!id.success || !room.success) return false
      meter.count('writes-refused')
      connection.socket.send({
        type: 'refused',
        id: id.data,
        room: room.data,
        code: fault.code,
        message: fault.message,
      })
      return true
    },
  }
}

/** What a member may write at once, and on top of it while an outbox drains. `updatedAt` is monotonic. */
interface Allowance {
  burst: number
  saved: number
  /** Of it each node has its share. */
  mostSaved: number
  updatedAt: number
}

/** Only what the burst has no place for is saved: who writes all the time has nothing to save up. */
function earn(allowance: Allowance, limits: WriteLimits, now: number, nodes: number): void {
  const earned = ((now - allowance.updatedAt) * limits.perMinute) / 60_000 / nodes
  const spare = Math.max(0, allowance.burst + earned - limits.burst)
  allowance.burst += earned - spare
  allowance.saved = Math.min(limits.saved, allowance.saved + spare)
  allowance.mostSaved = Math.max(allowance.mostSaved, allowance.saved)
  allowance.updatedAt = now
}
