import type { SettingsChange } from '../../protocol/admin.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { isModerator, type Role } from '../../protocol/roles.ts'
import { type Admission, reject } from './admission.ts'
import type { ClusterWaiting } from './cluster-waiting.ts'
import type { People } from './people.ts'
import type { Clock, FanOut, Refusal, Store } from './ports.ts'
import type { Act, MemberChanged, Standing, StoredSettings } from './registry-port.ts'
import type { Roster } from './roster.ts'
import type { Waiting, WaitingRoom } from './waiting-room.ts'

/** What hosts and moderators do to people and to the session; undefined when it is done. */
export interface Moderation {
  /** Lets somebody in who waits, or sends them away (I7). */
  decide(member: MemberId, accept: boolean, by: MemberId): Promise<Refusal | undefined>
  /** The same of somebody who waits at this node. */
  decideHere(member: MemberId, accept: boolean, by: MemberId): Promise<Refusal | undefined>
  setRole(member: MemberId, role: Role, act: Act): Promise<Refusal | undefined>
  setStanding(member: MemberId, standing: Standing, act: Act): Promise<Refusal | undefined>
  changeSession(change: SettingsChange, act: Act): Promise<Refusal | undefined>
}

export interface ModerationPorts {
  readonly waitingRoom: WaitingRoom
  readonly admission: Admission
  /** Where there are other nodes. */
  readonly elsewhere: Pick<ClusterWaiting, 'decide'> | undefined
  readonly roster: Roster
  readonly people: Pick<People, 'roleOf'>
  readonly store: Pick<Store, 'registry'>
  readonly fanOut: FanOut
  readonly clock: Clock
  /** Makes of a passphrase what is kept; left out where there is no pairing. */
  readonly stretch: ((passphrase: string) => Promise<string>) | undefined
}

export function createModeration(ports: ModerationPorts): Moderation {
  const { waitingRoom, admission, elsewhere, roster, people, store, fanOut, clock, stretch } = ports
  const { registry } = store

  function tell(changed: MemberChanged): Refusal | undefined {
    if (changed.kind === 'refused') return changed
    if (changed.kind === 'changed') {
      fanOut.publish({ kind: 'member', member: changed.member })
      fanOut.publish({ kind: 'admin' })
    }
    return undefined
  }

  async function decideHere(
    member: MemberId,
    accept: boolean,
    by: MemberId,
  ): Promise<Refusal | undefined> {
    if (!isModerator(people.roleOf(by))) {
      return notAllowed
    }
    const waiting = waitingRoom.take(member)
    if (waiting === undefined) return refuse('no-such-member', 'They do not wait any more.')
    const { connection, arrival, newcomer } = waiting
    connection.state = { kind: 'admitting' }
    if (accept) {
      await roster.settle(connection, arrival, admission.admitWaiting(newcomer, by))
      return undefined
    }
    const target = newcomer.member
    try {
      await registry.note({ action: 'declined', by, target, detail: '', at: clock.now() })
    } catch (fault) {
      // Nobody is sent away without it being written down (I10): they go on waiting.
      if (connection.state.kind === 'admitting') await waitOn(waiting)
      throw fault
    }
    const verdict = reject('declined', 'The host did not let you in.')
    await roster.settle(connection, arrival, Promise.resolve(verdict))
    return undefined
  }

  /** Their place may be gone meanwhile: another took it, or they came again on another connection. */
  async function waitOn(waiting: Waiting): Promise<void> {
    const { connection, arrival, person } = waiting
    const isBack = waitingRoom.here().some(({ person: { member } }) => member === person.member)
    const refused = isBack ? waitsElsewhere : waitingRoom.add(waiting)
    if (refused === undefined) connection.state = { kind: 'waiting' }
    else await roster.settle(connection, arrival, Promise.resolve(refused))
  }

  return {
    decideHere,
    decide(member, accept, by) {
      const node = waitingRoom.nodeOf(member)
      if (node === undefined || elsewhere === undefined) return decideHere(member, accept, by)
      if (!isModerator(people.roleOf(by))) return Promise.resolve(notAllowed)
      return elsewhere.decide(node, member, accept, by)
    },

    setRole: async (member, role, act) => tell(await registry.setRole(member, role, act)),
    setStanding: async (member, standing, act) =>
      tell(await registry.setStanding(member, standing, act)),

    async changeSession({ passphrase, ...plain }, act) {
      const change: { -readonly [Key in keyof StoredSettings]?: StoredSettings[Key] } = {}
      const { name, access, approval, locked, readOnly } = plain
      if (name !== undefined) change.name = name
      if (access !== undefined) change.access = access
      if (approval !== undefined) change.approval = approval
      if (locked !== undefined) change.locked = locked
      if (readOnly !== undefined) change.readOnly = readOnly
      if (passphrase !== undefined) {
        // Stretching takes a while on purpose: nobody makes the server do it who may not.
        if (act.by !== null && people.roleOf(act.by) !== 'host') {
          return refuse('not-allowed', 'Only a host may change the passphrase.')
        }
        if (passphrase !== null && stretch === undefined) {
          return refuse('not-allowed', 'This server takes no passphrase.')
        }
        change.passphrase = passphrase === null ? null : ((await stretch?.(passphrase)) ?? null)
      }
      const changed = await registry.changeSettings(change, act)
      if (changed.kind === 'refused') return changed
      if (changed.kind === 'changed') {
        fanOut.publish({ kind: 'settings', settings: changed.settings })
      }
      return undefined
    },
  }
}

function refuse(code: Refusal['code'], message: string): Refusal {
  return { kind: 'refused', code, message }
}

const notAllowed = refuse('not-allowed', 'Only hosts and moderators may do this.')
const waitsElsewhere = reject('identity-taken', 'This device waits on another connection.')
