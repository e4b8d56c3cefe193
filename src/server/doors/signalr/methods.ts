import { z } from 'zod'
import type { MessageId, RoomId } from '../../../protocol/ids.ts'
import type { GuestRooms } from '../guest/guest-rooms.ts'
import { MAX_HISTORY } from '../guest/guest-rooms.ts'
import type { GuestSession } from '../guest/guest-session.ts'
import { fault, type Fault, ok, type Outcome } from '../guest/outcome.ts'
import type { ToClient } from './hub-message.ts'
import { claimList, groupChanged, historyItem } from './payloads.ts'

/** What a method may use of the connection it was called on. */
export interface CallContext {
  readonly connectionId: string
  readonly session: GuestSession
  readonly rooms: GuestRooms
  readonly isAuthenticated: boolean
  readonly uuid: () => string
  readonly send: (message: ToClient) => void
  /** Marks a message as sent by somebody with a token, before it is sent. */
  readonly markAuthenticated: (id: MessageId) => void
  readonly joined: Set<string>
}

/** A method of the guide's hub, or one of our own: `RefreshToken`, `StreamHistory`. */
export interface Method {
  readonly name: string
  /** A stream answers with a list, each of which becomes an item. */
  readonly isStream?: true
  /** What comes after it waits for its end, because it changes what that may do. */
  readonly isBarrier?: true
  readonly needsToken?: true
  /** How many arguments it takes. */
  readonly takes: number
  call(args: readonly unknown[], context: CallContext): Promise<Outcome<unknown>> | Outcome<unknown>
}

const text = z.string()
const oneText = z.tuple([text])
const twoTexts = z.tuple([text, text])

const methods: readonly Method[] = [
  {
    name: 'SendMessage',
    takes: 1,
    call: withArguments(oneText, ([message], context) => postToAll(context, message)),
  },
  {
    name: 'SendPrivateMessage',
    takes: 2,
    call: withArguments(twoTexts, async ([target, message], { rooms, session }) => {
      const member = await rooms.person(target)
      if (member === undefined)
        return fault('no-such-member', `There is no user "${shown(target)}".`)
      if (member === session.self) {
        return fault('not-allowed', 'A private message needs somebody else.')
      }
      const room = await rooms.direct(member)
      return room.kind === 'fault' ? room : nothing(session.post(room.value.id, message))
    }),
  },
  {
    name: 'JoinGroup',
    takes: 1,
    isBarrier: true,
    call: withArguments(oneText, async ([name], { rooms, session, send, joined }) => {
      const outcome = await rooms.join(name)
      if (outcome.kind === 'fault') return outcome
      joined.add(name)
      // Membership lasts; who was in the group already is told like somebody who has just come.
      if (!outcome.value.isNew)
        send(groupChanged('UserJoinedGroup', name, session.name(), 'joined'))
      return ok(undefined)
    }),
  },
  {
    name: 'LeaveGroup',
    takes: 1,
    isBarrier: true,
    call: withArguments(oneText, async ([name], { rooms, joined }) => {
      joined.delete(name)
      return nothing(rooms.leave(name))
    }),
  },
  {
    name: 'SendToGroup',
    takes: 2,
    call: withArguments(twoTexts, ([name, message], { rooms, session }) => {
      const room = rooms.group(name)
      if (room === undefined) return notInGroup(name)
      return nothing(session.post(room.id, message))
    }),
  },
  {
    name: 'SendAuthenticatedMessage',
    takes: 1,
    needsToken: true,
    call: withArguments(oneText, ([message], context) => {
      const id = context.uuid() as MessageId
      context.markAuthenticated(id)
      return postToAll(context, message, id)
    }),
  },
  {
    name: 'GetConnectionInfo',
    takes: 0,
    call: (_, { connectionId, session, isAuthenticated }) =>
      ok({
        connectionId,
        userId: session.name(),
        isAuthenticated,
        claims: claimList(session.claims()),
      }),
  },
  {
    name: 'RefreshToken',
    takes: 1,
    call: withArguments(oneText, async ([token], { session }) => {
      const refreshed = await session.refreshToken(token)
      return refreshed.kind === 'fault' ? refreshed : ok({ expiresAt: refreshed.value })
    }),
  },
  {
    name: 'Typing',
    takes: 1,
    call: withArguments(z.tuple([z.boolean()]), ([active], { session }) => {
      const room = session.world.defaultRoom
      if (room === undefined) return noDefaultGroup
      session.signal({ type: 'typing', room: room.id, active })
      return ok(undefined)
    }),
  },
  {
    name: 'GetOnlineUsers',
    takes: 0,
    call: (_, { session }) => ok(session.world.onlineNames()),
  },
  {
    name: 'StreamHistory',
    takes: 2,
    isStream: true,
    call: withArguments(
      z.tuple([text, z.int().min(1).max(MAX_HISTORY)]),
      async ([name, count], { rooms, session }) => {
        const room = await roomOf(name, rooms)
        if (room === undefined) return notInGroup(name)
        const history = await rooms.history(room, count)
        if (history.kind === 'fault') return history
        const { world } = session
        return ok(history.value.map((each) => historyItem(each, name, world.nameOf(each.author))))
      },
    ),
  },
]

/** By name; ASP.NET minds no case here either. */
const byName = new Map(methods.map((method) => [method.name.toLowerCase(), method]))

export function methodNamed(name: string): Method | undefined {
  return byName.get(name.toLowerCase())
}

/** A group's name, or `@` and the name of the other one of a direct room. */
async function roomOf(name: string, rooms: GuestRooms) {
  const group = rooms.group(name)
  if (group !== undefined || !name.startsWith('@')) return group
  const member = await rooms.person(name.slice(1))
  const room = member === undefined ? undefined : await rooms.direct(member)
  return room?.kind === 'ok' ? room.value : undefined
}

function postToAll(
  { session }: CallContext,
  message: string,
  id?: MessageId,
): Promise<Outcome<unknown>> | Fault {
  const room: { readonly id: RoomId } | undefined = session.world.defaultRoom
  return room === undefined ? noDefaultGroup : nothing(session.post(room.id, message, id))
}

/** Methods of the guide that send answer with nothing. */
async function nothing(outcome: Promise<Outcome<unknown>>): Promise<Outcome<undefined>> {
  const settled = await outcome
  return settled.kind === 'fault' ? settled : ok(undefined)
}

function withArguments<Args>(
  schema: z.ZodType<Args>,
  call: (args: Args, context: CallContext) => Promise<Outcome<unknown>> | Outcome<unknown>,
): Method['call'] {
  return (args, context) => {
    const read = schema.safeParse(args)
    if (read.success) return call(read.data, context)
    const [issue] = read.error.issues
    const place = Number(issue?.path[0] ?? 0) + 1
    return fault('malformed', `Argument ${place}: ${issue?.message ?? 'is not as expected'}.`)
  }
}

const noDefaultGroup = fault('not-allowed', 'You are not in the group of everybody.')

function notInGroup(name: string): Fault {
  return fault('not-a-member', `You are not in a group "${shown(name)}": call JoinGroup first.`)
}

function shown(name: string): string {
  return name.slice(0, 80)
}
