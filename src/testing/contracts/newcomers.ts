import type { DeviceId, InviteId, MemberId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import type {
  Comer,
  Entry,
  Newcomer,
  NewInvite,
  Owner,
  Registry,
  StoredMember,
  Ticket,
} from '../../server/hub/registry-port.ts'
import type { SeededRandom } from '../seeded-random.ts'

export type Newcomers = ReturnType<typeof newcomers>
type Keyed = Comer & { readonly device: { readonly key: string } }

/** What the registry contract does over and over: people come with this or that ticket. */
export function newcomers(registry: () => Registry, random: SeededRandom) {
  const person = (name: string): Keyed => ({
    member: { id: random.uuid() as MemberId, name },
    device: { id: random.uuid() as DeviceId, name: 'laptop', key: random.key() },
    at: 20,
  })
  const newcomer = (comer: Comer, ticket: Ticket, change: Partial<Newcomer> = {}): Newcomer => ({
    ...comer,
    ticket,
    isOpen: false,
    maxMembers: 10_000,
    ...change,
  })
  const come = (
    comer: Comer,
    ticket: Ticket = { kind: 'operator' },
    change: Partial<Newcomer> = {},
  ): Promise<Entry> => registry().register(newcomer(comer, ticket, change))

  const wanted = (change: Partial<NewInvite>): NewInvite => ({
    id: random.uuid() as InviteId,
    kind: 'invite',
    tokenHash: random.key(),
    label: 'an invite',
    role: 'member',
    expiresAt: null,
    maxUses: null,
    member: null,
    ...change,
  })
  async function invite(change: Partial<NewInvite> = {}) {
    const made = wanted(change)
    const answer = await registry().createInvite(made, { by: null, at: 10 })
    if (answer.kind !== 'changed') throw new Error(`no invite: ${JSON.stringify(answer)}`)
    const ticket: Ticket = { kind: 'invite', tokenHash: made.tokenHash }
    return { id: made.id, wanted: made, ticket }
  }
  async function linkTicket(member: MemberId): Promise<Ticket> {
    const made = wanted({ kind: 'link', member, maxUses: 1, expiresAt: 100_000 })
    const answer = await registry().createInvite(made, { by: member, at: 10 })
    if (answer.kind !== 'changed') throw new Error(`no link: ${JSON.stringify(answer)}`)
    return { kind: 'link', tokenHash: made.tokenHash }
  }
  async function link(device: Comer): Promise<void> {
    const entry = await come(device, await linkTicket(device.member.id))
    if (entry.kind !== 'in') throw new Error(`not linked: ${JSON.stringify(entry)}`)
  }
  async function owner(name: string): Promise<{ owner: Owner; member: StoredMember }> {
    const { member, device } = person(name)
    const made = { memberId: member.id, deviceId: device.id, deviceKey: device.key, name }
    const answer = await registry().ensureOwner(made, 10)
    if ('kind' in answer) throw new Error(`no owner: ${answer.message}`)
    return { owner: made, member: answer }
  }
  async function withRole(name: string, role: Role): Promise<StoredMember> {
    const entry = await come(person(name), (await invite({ role })).ticket)
    if (entry.kind !== 'in') throw new Error(`not let in: ${JSON.stringify(entry)}`)
    return entry.member
  }
  /** Everything that would let somebody new in. */
  async function everyTicket(): Promise<readonly Ticket[]> {
    return [
      { kind: 'operator' },
      { kind: 'vouched', role: 'member', by: 'a token' },
      (await invite()).ticket,
    ]
  }
  return { person, newcomer, come, wanted, invite, linkTicket, link, owner, withRole, everyTicket }
}
