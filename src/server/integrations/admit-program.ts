import type { InviteId, MemberId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import type { IntegrationHands } from '../hub/integrations-port.ts'
import type { Refusal, Secrets } from '../hub/ports.ts'
import type { Comer, Entry, Registry } from '../hub/registry-port.ts'

const LINK_LIFE_MS = 60_000

/** A member who is a program, with the devices it may come by. */
export interface Program {
  readonly id: MemberId
  readonly name: string
  readonly role: Role
  /** In the audit log: what it is. */
  readonly by: string
  /** Those the server itself speaks for; at least one. */
  readonly spokenFor: readonly Comer['device']['id'][]
  /** One that proves itself. */
  readonly proving?: { readonly id: Comer['device']['id']; readonly key: string }
}

/**
 * Lets it in by the word of `by`, a host or moderator (or of the operator), as the audit log says: so locks, approval and bounds hold
 * for programs as for people (I6, I7, I10).
 */
export async function admitProgram(
  registry: Pick<Registry, 'register' | 'createInvite'>,
  program: Program,
  by: MemberId | undefined,
  ports: {
    readonly at: number
    readonly secrets: Pick<Secrets, 'uuid' | 'nonce' | 'hash'>
    readonly hands: Pick<IntegrationHands, 'isOpen' | 'maxMembers'>
  },
): Promise<Entry> {
  const { at, secrets, hands } = ports
  const { isOpen, maxMembers } = hands
  const { id, name, role, proving } = program
  const common = { member: { id, name }, at, isOpen, maxMembers }
  const ticket = { kind: 'vouched', role, by: program.by } as const
  let entry: Entry | undefined
  for (const deviceId of program.spokenFor) {
    const device = { id: deviceId, name: program.by, key: null }
    const next = await registry.register({ ...common, device, ticket }, by)
    if (next.kind !== 'in') return next
    entry ??= next
  }
  if (proving !== undefined) {
    const linked = await link(proving)
    if (linked.kind !== 'in') return linked
  }
  if (entry === undefined) throw new Error('a program without a device')
  return entry

  /** Whoever the server speaks for gets a device with a key of its own as people do: by a link (I11). */
  async function link(device: { readonly id: Comer['device']['id']; readonly key: string }) {
    const tokenHash = secrets.hash(secrets.nonce())
    const made = await registry.createInvite(
      {
        ...{ id: secrets.uuid() as InviteId, kind: 'link', tokenHash, label: program.by, role },
        ...{ expiresAt: at + LINK_LIFE_MS, maxUses: 1, member: id },
      },
      { by: null, at },
    )
    if (made.kind === 'refused') return made satisfies Refusal
    return registry.register({
      ...common,
      device: { ...device, name: program.by },
      ticket: { kind: 'link', tokenHash },
    })
  }
}
