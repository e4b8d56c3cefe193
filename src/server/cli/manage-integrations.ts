import {
  type DeviceId,
  type MemberId,
  memberIdSchema,
  messageIdSchema,
  type RoomId,
} from '../../protocol/ids.ts'
import {
  type IntegrationKind,
  integrationKindSchema,
  type Scope,
  scopeSchema,
} from '../../protocol/integrations.ts'
import { memberNameSchema } from '../../protocol/records.ts'
import { createNameIds } from '../doors/guest/name-ids.ts'
import { defaultHubOptions } from '../hub/options.ts'
import type { StoredIntegration } from '../hub/integrations-port.ts'
import type { Store } from '../hub/ports.ts'
import { admitProgram } from '../integrations/admit-program.ts'
import { BOT_PLACES } from '../integrations/bot-tokens.ts'
import { newProgram } from '../integrations/new-program.ts'
import { systemSecrets } from '../ops/system-secrets.ts'
import { type CommandOptions, commandOptions, type Environment } from './options.ts'
import { CommandFault, type Output } from './output.ts'
import { withStore } from './with-store.ts'

const USAGE = `Write: landline integration list | revoke ID
       landline integration create incoming --name NAME --room ROOM
       landline integration create outgoing --name NAME --room ROOM --url URL [--events LIST]
       landline integration create bot --name NAME --room ROOM [--scopes read,write,rooms]`
const FLAGS = ['name', 'room', 'url', 'events', 'scopes'] as const

export async function manageIntegrations(
  args: readonly string[],
  environment: Environment,
  output: Output,
): Promise<number> {
  const given = commandOptions(args, environment, FLAGS)
  const [what, of] = given.words
  if (what === 'create') return await withStore(given, (store) => create(store, given, output))
  if (what === 'list') return await withStore(given, (store) => list(store, output))
  const member = memberIdSchema.safeParse(of)
  if (what !== 'revoke' || !member.success) throw new CommandFault(USAGE)
  return await withStore(given, async ({ registry, integrations }) => {
    const isOne = (await integrations.all()).some(({ id }) => id === member.data)
    if (!isOne) throw new CommandFault('There is no such integration.')
    const act = { by: null, at: Date.now() }
    const changed = await registry.setStanding(member.data, 'removed', act)
    output.say(changed.kind === 'refused' ? changed.message : 'It may do nothing any more.')
    return changed.kind === 'refused' ? 1 : 0
  })
}

async function list({ integrations, members }: Store, output: Output): Promise<number> {
  const active = new Set(
    (await members()).filter(({ standing }) => standing === 'active').map(({ id }) => id),
  )
  for (const { id, name, what, disabledAt } of await integrations.all()) {
    const state = !active.has(id) ? 'revoked' : disabledAt === null ? 'active' : 'disabled'
    output.out([id, state, what.kind, name].join('\t'))
  }
  return 0
}

async function create(store: Store, given: CommandOptions, output: Output): Promise<number> {
  const { values, words } = given
  const name = memberNameSchema.safeParse(values['name'])
  if (!name.success) throw new CommandFault(USAGE)
  const rooms = (await store.rooms()).filter(({ kind }) => kind === 'group')
  const room = rooms.find((each) => each.name === values['room'])
  if (room === undefined) {
    const names = rooms.map((each) => `“${each.name}”`).join(', ')
    throw new CommandFault(
      names === ''
        ? 'There is no group yet that it could come into: the first member makes one by coming in.'
        : `--room must be one of ${names}.`,
    )
  }
  const what = kindOf(words[1], room.id, values)
  const secrets = systemSecrets()
  const ids = createNameIds(store.session.id)
  const placesOf = (member: MemberId): DeviceId[] =>
    Array.from({ length: BOT_PLACES }, (_, index) => ids.device(member, index + 1))
  const program = newProgram(what.kind, secrets.nonce(), { secrets, placesOf })
  const { id, device, token, devices, kept } = program
  const at = Date.now()
  const entry = await admitProgram(
    store.registry,
    {
      ...{ id, name: name.data, by: what.kind, role: 'guest', ...devices },
    },
    undefined,
    { at, secrets, hands: { isOpen: false, maxMembers: defaultHubOptions.maxMembers } },
  )
  if (entry.kind === 'refused') throw new CommandFault(entry.message)
  if (entry.kind === 'approval-needed') {
    throw new CommandFault('The host approves who comes in: make it in the session instead.')
  }
  const made: StoredIntegration = {
    ...{ id, device, name: name.data, what, createdAt: at, createdBy: id, ...kept },
    ...{ disabledAt: null, failingSince: null },
  }
  await store.integrations.save(made)
  const [joined] = await store.commit([
    {
      ...{ device: devices.spokenFor[0] ?? device, actor: id, at },
      ...{ room: room.id, id: messageIdSchema.parse(secrets.uuid()) },
      operation: { kind: 'join', member: id },
    },
  ])
  if (joined?.kind === 'committed') {
    await store.integrations.setPosition(id, room.id, joined.events[0]?.seq ?? room.head)
  } else {
    await store.registry.setStanding(id, 'removed', { by: null, at })
    throw new CommandFault('It may come into public groups only this way.')
  }
  output.out(what.kind === 'incoming' ? `/hooks/${id}/${token}` : token)
  output.say('It is shown this once. Whoever has it writes or reads in its name.')
  return 0
}

function kindOf(
  kind: string | undefined,
  room: RoomId,
  values: CommandOptions['values'],
): IntegrationKind {
  const listed = (text: string): string[] => text.split(',').map((each) => each.trim())
  const scopes: readonly Scope[] = scopeSchema.options
  const wanted = {
    incoming: { kind, room },
    outgoing: {
      ...{ kind, url: values['url'], commands: [] },
      events: listed(values['events'] ?? 'message.posted'),
    },
    bot: {
      ...{ kind, role: 'guest', commands: [] },
      scopes: listed(values['scopes'] ?? scopes.slice(0, 2).join(',')),
    },
  }[kind ?? '']
  const read = integrationKindSchema.safeParse(wanted)
  if (!read.success) throw new CommandFault(USAGE)
  return read.data
}
