import { type MemberId, memberIdSchema } from '../../protocol/ids.ts'
import { roleSchema } from '../../protocol/roles.ts'
import type { MemberChanged, Registry, Standing } from '../hub/registry-port.ts'
import { type CommandOptions, commandOptions, type Environment } from './options.ts'
import { CommandFault, type Output } from './output.ts'
import { withStore } from './with-store.ts'

const USAGE =
  'Write: landline user list | role ID ROLE | remove ID | ban ID | unban ID | unbind ID [--forget-devices]'

const FORGET_DEVICES = '--forget-devices'

/** What becomes of somebody: taking a ban back leaves them removed, and a new invite lets them in. */
const STANDINGS: Readonly<Record<string, Standing>> = {
  remove: 'removed',
  ban: 'banned',
  unban: 'active',
}

export async function managePeople(
  args: readonly string[],
  environment: Environment,
  output: Output,
): Promise<number> {
  const forgetDevices = args.includes(FORGET_DEVICES)
  const others = args.filter((arg) => arg !== FORGET_DEVICES)
  const given = commandOptions(others, environment, [])
  const [what = '', id, role] = given.words
  if (forgetDevices && what !== 'unbind') throw new CommandFault(USAGE)
  if (what === 'list') {
    return await withStore(given, async (store) => {
      for (const { id: member, name, role: is, standing } of await store.members()) {
        output.out([member, is, standing, name].join('\t'))
      }
      return 0
    })
  }
  const member = memberIdSchema.safeParse(id)
  if (what === 'unbind' && member.success) {
    return await unbind(given, member.data, forgetDevices, output)
  }
  const act = actOf(what, role)
  if (act === undefined || !member.success) throw new CommandFault(USAGE)
  return await withStore(given, async ({ registry }) => {
    const changed = await act(registry, member.data)
    if (changed.kind === 'refused') {
      output.say(changed.message)
      return 1
    }
    output.say(changed.kind === 'unchanged' ? 'It is so already.' : 'Done.')
    return 0
  })
}

async function unbind(
  given: CommandOptions,
  member: MemberId,
  forgetDevices: boolean,
  output: Output,
): Promise<number> {
  return await withStore(given, async ({ registry }) => {
    const act = { by: null, at: Date.now() }
    const unbound = await registry.unbindToken(member, forgetDevices, act)
    if (unbound.kind === 'refused') {
      output.say(unbound.message)
      return 1
    }
    output.say(
      unbound.kind === 'unchanged'
        ? 'No bearer token is bound to this member.'
        : `Done; devices forgotten: ${unbound.forgotten}. Who is connected stays until they come again.`,
    )
    const isForgotten = unbound.kind === 'unbound' && unbound.forgotten > 0
    if (isForgotten && (await registry.devicesOf(member)).every(({ key }) => key === null)) {
      output.say(
        'No device of theirs is left: unless they first came by another client, they can come back only as somebody new.',
      )
    }
    return 0
  })
}

type PersonAct = (registry: Registry, member: MemberId) => Promise<MemberChanged>

function actOf(what: string, role: string | undefined): PersonAct | undefined {
  // By nobody of the session: the operator may do everything, and the audit log says so.
  const act = { by: null, at: Date.now() }
  const standing = STANDINGS[what]
  if (standing !== undefined) {
    return (registry, member) => registry.setStanding(member, standing, act)
  }
  const given = roleSchema.safeParse(role)
  if (what !== 'role' || !given.success) return undefined
  return (registry, member) => registry.setRole(member, given.data, act)
}
