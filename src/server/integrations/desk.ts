import type { DeviceId, MemberId, RoomId } from '../../protocol/ids.ts'
import {
  type IntegrationRecord,
  type IntegrationRequest,
  MAX_INTEGRATIONS,
} from '../../protocol/integrations.ts'
import { isModerator } from '../../protocol/roles.ts'
import type { ServerMessage } from '../../protocol/server-messages.ts'
import type {
  IntegrationDesk,
  IntegrationHands,
  StoredIntegration,
} from '../hub/integrations-port.ts'
import type { Clock, FanOut, Log, Refusal, Secrets, Store } from '../hub/ports.ts'
import { admitProgram } from './admit-program.ts'
import type { Book } from './book.ts'
import { newProgram, type NewProgram } from './new-program.ts'
import { scopeRefusal } from './scopes.ts'

type Asker = Parameters<IntegrationDesk['receive']>[0]
type RequestOf<Type extends IntegrationRequest['type']> = Extract<
  IntegrationRequest,
  { type: Type }
>

export interface DeskPorts {
  readonly book: Book
  readonly hands: IntegrationHands
  readonly store: Pick<Store, 'registry' | 'integrations'>
  readonly fanOut: FanOut
  readonly clock: Pick<Clock, 'now'>
  readonly secrets: Pick<Secrets, 'uuid' | 'nonce' | 'hash'>
  readonly log: Log
  /** False where they are turned off: nothing is made, and those there are may do nothing. */
  readonly isOn: boolean
  /** Why nothing may be sent to this URL; undefined when it may. */
  readonly refuseUrl: (url: URL) => string | undefined
  /** The devices by which a bot comes through the foreign doors. */
  readonly placesOf: (member: MemberId) => readonly DeviceId[]
}

/** Makes, lists and takes away webhooks and bots, and knows what each may do. */
export function createDesk(ports: DeskPorts): IntegrationDesk {
  const { book, hands, store, fanOut, clock, secrets, log } = ports

  const isLive = ({ id }: { readonly id: MemberId }): boolean => hands.isMember(id)
  const live = (): StoredIntegration[] => [...book.all()].filter(isLive)

  async function create(
    asker: Asker,
    request: RequestOf<'create-integration'>,
  ): Promise<ServerMessage> {
    const { ref, what } = request
    const program = newProgram(what.kind, request.secret ?? secrets.nonce(), ports)
    const known = book.get(program.id)
    const refusal =
      known === undefined ? refuseNew(asker, request) : refuseAgain(asker, request, known)
    if (refusal !== undefined) return failed(ref, refusal)
    const made = known ?? (await admit(asker, request, program))
    if ('kind' in made) return failed(ref, made)
    const problem = await enterRooms(asker, made, request)
    if (problem === undefined) {
      return { type: 'integration', ref, integration: shown(made), secret: program.token }
    }
    // Whoever can ask for the same one again finds it half made.
    const mayGoOn = problem === UNAVAILABLE && request.secret !== undefined
    if (known === undefined && !mayGoOn) {
      await hands.remove(made.id, { by: asker.member, at: clock.now() })
    }
    return failed(ref, problem)
  }

  async function admit(
    asker: Asker,
    { name, what }: RequestOf<'create-integration'>,
    { id, device, devices, kept }: NewProgram,
  ): Promise<StoredIntegration | Refusal> {
    const at = clock.now()
    const role = what.kind === 'bot' ? what.role : 'guest'
    const entry = await admitProgram(
      store.registry,
      { id, name, by: WORDS[what.kind], role, ...devices },
      asker.member,
      { at, secrets, hands },
    )
    if (entry.kind === 'refused') return entry
    if (entry.kind === 'approval-needed') return ONLY_LEADERS
    fanOut.publish({ kind: 'member', member: entry.member })
    const made: StoredIntegration = {
      ...{ id, device, name, what, createdAt: at, createdBy: asker.member, ...kept },
      ...{ disabledAt: null, failingSince: null },
    }
    await book.save(made)
    return made
  }

  /** Of a secret that made something before: the same one is asked for again, or another one cannot be. */
  function refuseAgain(
    asker: Asker,
    request: RequestOf<'create-integration'>,
    known: StoredIntegration,
  ): Refusal | undefined {
    const { name, what } = request
    const isSame =
      known.createdBy === asker.member && known.name === name && known.what.kind === what.kind
    if (!isSame) return refuse('id-taken', 'This secret is of another integration.')
    if (!isLive(known)) return refuse('id-taken', 'This integration was taken away.')
    return refusePlaces(asker, request)
  }

  function refuseNew(asker: Asker, request: RequestOf<'create-integration'>): Refusal | undefined {
    return live().length >= MAX_INTEGRATIONS
      ? refuse('too-many', `A session has at most ${MAX_INTEGRATIONS} integrations.`)
      : refusePlaces(asker, request)
  }

  function refusePlaces(
    asker: Asker,
    request: RequestOf<'create-integration'>,
  ): Refusal | undefined {
    const { what } = request
    const own = new Map([...hands.roomsOf(asker.member)].map((room) => [room.id, room]))
    for (const room of roomsFor(request)) {
      const known = own.get(room)
      if (known === undefined) return refuse('no-such-room', 'You are not in one of these rooms.')
      if (known.kind === 'direct') return refuse('not-allowed', 'A direct room stays as it is.')
    }
    const words = what.kind === 'outgoing' ? ports.refuseUrl(new URL(what.url)) : undefined
    return words === undefined ? undefined : refuse('not-allowed', words)
  }

  async function enterRooms(
    { member: actor, device }: Asker,
    made: StoredIntegration,
    request: RequestOf<'create-integration'>,
  ): Promise<Refusal | undefined> {
    for (const room of roomsFor(request)) {
      const operation = { kind: 'join', member: made.id } as const
      const joined = await hands.commit({ device, actor, room, operation })
      if (joined.kind === 'refused') return joined
      if (joined.kind === 'unavailable') return UNAVAILABLE
      const seq = joined.kind === 'committed' ? joined.events[0]?.seq : undefined
      if (made.what.kind === 'outgoing' && seq !== undefined) {
        await store.integrations.setPosition(made.id, room, seq)
      }
    }
    return undefined
  }

  async function revoke(asker: Asker, id: MemberId): Promise<Refusal | undefined> {
    const known = book.get(id)
    if (known === undefined || !isLive(known)) return NO_SUCH
    return hands.remove(id, { by: asker.member, at: clock.now() })
  }

  async function enable(asker: Asker, id: MemberId): Promise<Refusal | undefined> {
    const known = book.get(id)
    if (known?.what.kind !== 'outgoing' || !isLive(known)) return NO_SUCH
    await store.registry.note({
      ...{ action: 'settings-changed', by: asker.member, target: { id, name: known.name } },
      ...{ detail: 'outgoing webhook enabled again', at: clock.now() },
    })
    await book.save({ ...known, disabledAt: null, failingSince: null })
    return undefined
  }

  async function setCommands(
    asker: Asker,
    { ref, commands }: RequestOf<'set-commands'>,
  ): Promise<ServerMessage> {
    const known = book.get(asker.member)
    if (known?.what.kind !== 'bot') return failed(ref, refuse('not-allowed', 'You are no bot.'))
    await book.save({ ...known, what: { ...known.what, commands } })
    return { type: 'carried-out', ref }
  }

  function commandsIn(asker: Asker, { ref, room }: RequestOf<'commands'>): ServerMessage {
    const isIn = (member: MemberId): boolean =>
      [...hands.roomsOf(member)].some(({ id }) => id === room)
    if (!isIn(asker.member)) {
      return failed(ref, refuse('no-such-room', 'There is no such room.'))
    }
    const commands = live().flatMap(({ id, what }) =>
      what.kind !== 'incoming' && isIn(id)
        ? what.commands.map((command) => ({ ...command, integration: id }))
        : [],
    )
    return { type: 'command-list', ref, commands }
  }

  async function carryOut(asker: Asker, request: IntegrationRequest): Promise<ServerMessage> {
    const { ref } = request
    if (!ports.isOn) return failed(ref, OFF)
    if (request.type === 'set-commands') return setCommands(asker, request)
    if (request.type === 'commands') return commandsIn(asker, request)
    if (!isModerator(hands.roleOf(asker.member))) return failed(ref, ONLY_LEADERS)
    const done = (refusal: Refusal | undefined): ServerMessage =>
      refusal === undefined ? { type: 'carried-out', ref } : failed(ref, refusal)
    switch (request.type) {
      case 'create-integration':
        return create(asker, request)
      case 'revoke-integration':
        return done(await revoke(asker, request.integration))
      case 'enable-integration':
        return done(await enable(asker, request.integration))
      case 'integrations':
        return { type: 'integration-list', ref, integrations: live().map(shown) }
    }
  }

  return {
    refusalOf(member, message) {
      const known = book.get(member)
      if (known === undefined) return undefined
      return ports.isOn ? scopeRefusal(known.what, message.type) : OFF
    },
    async receive(asker, request) {
      try {
        return await carryOut(asker, request)
      } catch (fault) {
        log.warn({ request: request.type, fault: String(fault) }, 'the store failed a request')
        return failed(request.ref, UNAVAILABLE)
      }
    },
  }
}

const roomsFor = ({ rooms, what }: RequestOf<'create-integration'>): ReadonlySet<RoomId> =>
  new Set(what.kind === 'incoming' ? [what.room, ...rooms] : rooms)

const WORDS = { incoming: 'incoming webhook', outgoing: 'outgoing webhook', bot: 'bot' } as const

const refuse = (code: Refusal['code'], message: string): Refusal => ({
  ...{ kind: 'refused', code, message },
})
const OFF = refuse('not-allowed', 'Bots and webhooks are turned off on this server.')
const ONLY_LEADERS = refuse('not-allowed', 'Only hosts and moderators may do this.')
const NO_SUCH = refuse('no-such-member', 'There is no such integration.')
const UNAVAILABLE = refuse('unavailable', 'The server cannot store anything now.')

const failed = (ref: number, { code, message }: Refusal): ServerMessage => ({
  ...{ type: 'failed', ref, code, message },
})

/** Without its secrets. */
function shown(integration: StoredIntegration): IntegrationRecord {
  const { id, name, what, createdAt, createdBy, disabledAt } = integration
  return { id, name, what, createdAt, createdBy, disabledAt }
}
