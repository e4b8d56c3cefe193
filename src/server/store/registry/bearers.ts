/** Whose a bearer token is (I13). */
import type { MemberId } from '../../../protocol/ids.ts'
import type {
  Act,
  Bearer,
  Comer,
  Entry,
  StoredDevice,
  TokenUnbound,
} from '../../hub/registry-port.ts'
import { refuse } from '../rules.ts'
import { record } from './audit.ts'
import { isHost, NO_SUCH_MEMBER, refuseUnless } from './moderate.ts'
import { BANNED, IDENTITY_TAKEN, REMOVED } from './refusals.ts'
import type { Steps } from './steps.ts'
import type { RegistryTables } from './tables.ts'

type Refused = Extract<Entry, { kind: 'refused' }>

const NEEDS_TOKEN = refuse(
  'token-needed',
  'This device was let in by a bearer token, and needs one each time.',
)

/** The member to whom the token belongs; undefined as long as it is nobody's. */
export function* ownerOf(
  tables: RegistryTables,
  { subject, doorMember }: Bearer,
): Steps<MemberId | undefined> {
  const bound = yield* tables.memberOfSubject(subject)
  if (bound !== undefined) return bound
  // Came by a door for foreign clients before tokens were bound, and nobody but doors speaks for them.
  if (doorMember === undefined || (yield* tables.member(doorMember)) === undefined) return undefined
  if (yield* tables.hasSubject(doorMember)) return undefined
  return (yield* hasKey(tables, doorMember)) ? undefined : doorMember
}

/** A door names a member only for want of knowing better; who has a key says who they are. */
export function atDoor<Who extends Comer>(comer: Who, owner: MemberId | undefined): Who {
  if (owner === undefined || comer.device.key !== null) return comer
  return { ...comer, member: { ...comer.member, id: owner } }
}

/** What no id, device or invite helps against. */
export function* refuseBearer(
  tables: RegistryTables,
  { bearer, member }: Comer,
  owner: MemberId | undefined,
): Steps<Refused | undefined> {
  if (bearer === undefined) return undefined
  if (owner === undefined) {
    // Who has a token of their own does not get another one's.
    return (yield* tables.hasSubject(member.id)) ? IDENTITY_TAKEN : undefined
  }
  const theirs = yield* tables.member(owner)
  if (theirs?.standing === 'banned') return BANNED
  if (theirs === undefined || owner === member.id) return undefined
  if (theirs.standing === 'removed' && bearer.inviteHash === undefined) return REMOVED
  return {
    ...refuse('identity-taken', 'This bearer token belongs to another member.'),
    member: { id: owner, name: theirs.name },
  }
}

export function refuseWithoutToken(
  { byToken }: Pick<StoredDevice, 'byToken'>,
  { bearer }: Comer,
): Refused | undefined {
  return byToken && bearer === undefined ? NEEDS_TOKEN : undefined
}

/** From now on the token is this member's alone: they have proven both. */
export function* bind(tables: RegistryTables, { bearer, member }: Comer): Steps<void> {
  if (bearer === undefined) return
  const bound = yield* tables.memberOfSubject(bearer.subject)
  if (bound === undefined) yield* tables.bindSubject(bearer.subject, member.id)
}

/** Whether the member has a device that speaks for itself. */
export function* hasKey(tables: RegistryTables, member: MemberId): Steps<boolean> {
  return (yield* tables.devicesOf(member)).some(({ key }) => key !== null)
}

/** Members who are gone have tokens, too. */
export function* unbindToken(
  tables: RegistryTables,
  id: MemberId,
  forgetDevices: boolean,
  act: Act,
): Steps<TokenUnbound> {
  const refusal = yield* refuseUnless(tables, act.by, isHost)
  if (refusal !== undefined) return refusal
  const target = yield* tables.member(id)
  if (target === undefined) return NO_SUCH_MEMBER
  // Places of doors have no keys, and are found again by the member's id.
  const devices = forgetDevices
    ? (yield* tables.devicesOf(id)).filter(({ byToken, key }) => byToken && key !== null)
    : []
  if (devices.length === 0 && !(yield* tables.hasSubject(id))) return { kind: 'unchanged' }
  yield* tables.unbindSubject(id)
  for (const device of devices) yield* tables.saveDevice({ ...device, forgotten: true })
  const more = devices.length === 0 ? '' : `, devices forgotten: ${devices.length}`
  yield* record(tables, {
    ...act,
    action: 'settings-changed',
    target,
    detail: `bearer token unbound${more}`,
  })
  return { kind: 'unbound', forgotten: devices.length }
}
