import type { Message } from '../../../protocol/records.ts'
import type { GuestEvent, GuestRoom } from '../guest/guest-events.ts'
import type { GuestSession } from '../guest/guest-session.ts'
import type { HubProtocol, ToClient } from './hub-message.ts'

/**
 * Fields of a class in the guide's hub: .NET writes them in camel case in JSON, and as they are called in
 * MessagePack, where clients of other languages look for camel case all the same. They find both.
 */
export function classFields(
  protocol: HubProtocol['name'],
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (protocol === 'json') return fields
  const pascal = Object.entries(fields).map(([name, value]) => [
    `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    value,
  ])
  return { ...fields, ...Object.fromEntries(pascal) }
}

export function invocation(target: string, argument: unknown): ToClient {
  return { kind: 'invocation', target, argument }
}

export interface EventContext {
  readonly protocol: HubProtocol['name']
  readonly session: GuestSession
  /** Whether the message was sent by `SendAuthenticatedMessage` on this node. */
  readonly isAuthenticatedMessage: (id: string) => boolean
  /** Whether this connection has asked for the group by its name. */
  readonly hasJoined: (groupName: string) => boolean
}

/** What happened, in the words of the guide's hub. */
export function invocationsFor(event: GuestEvent, context: EventContext): ToClient[] {
  const { world, self } = context.session
  const isGroup = (room: GuestRoom): boolean =>
    // Everybody comes into the group of everybody: that is no news, except to who asked for it by its name.
    room.kind === 'group' && (!room.isDefault || context.hasJoined(room.name))
  switch (event.kind) {
    case 'posted':
      return posted(event, context)
    case 'joined': {
      if (!isGroup(event.room)) return []
      return [
        groupChanged('UserJoinedGroup', event.room.name, world.nameOf(event.member), 'joined'),
      ]
    }
    case 'left': {
      // Who leaves is out before the others are told.
      if (event.member === self || !isGroup(event.room)) return []
      return [groupChanged('UserLeftGroup', event.room.name, world.nameOf(event.member), 'left')]
    }
    case 'typing': {
      if (!event.room.isDefault) return []
      const userId = world.nameOf(event.member)
      return [invocation('UserTyping', { userId, isTyping: event.active })]
    }
    case 'online':
      return [invocation('UserConnected', event.name)]
    case 'offline':
      return [invocation('UserDisconnected', event.name)]
    case 'waiting':
    case 'ready':
    case 'rejected':
      return []
  }
}

export function groupChanged(
  target: 'UserJoinedGroup' | 'UserLeftGroup',
  groupName: string,
  userId: string,
  verb: 'joined' | 'left',
): ToClient {
  return invocation(target, { groupName, userId, message: `${userId} ${verb} the group` })
}

function posted(
  { room, post }: Extract<GuestEvent, { kind: 'posted' }>,
  { protocol, session, isAuthenticatedMessage, hasJoined }: EventContext,
): ToClient[] {
  const { world, self } = session
  const userId = world.nameOf(post.actor)
  const message = post.text
  const timestamp = new Date(post.at)
  if (room.kind === 'direct') {
    const isOwn = post.actor === self
    const others = [...room.members].filter((member) => member !== post.actor)
    const receiverId = isOwn ? others.map(world.nameOf).join(', ') : world.nameOf(self)
    const fields = { senderId: userId, receiverId, userId, message, timestamp }
    return [
      invocation(
        isOwn ? 'PrivateMessageSent' : 'ReceivePrivateMessage',
        classFields(protocol, fields),
      ),
    ]
  }
  const inGroup = invocation('ReceiveGroupMessage', {
    ...{ groupName: room.name, userId, message, timestamp },
  })
  if (!room.isDefault) return [inGroup]
  const toAll = isAuthenticatedMessage(post.id)
    ? invocation('ReceiveAuthenticatedMessage', { userId, userName: userId, message, timestamp })
    : invocation('ReceiveMessage', classFields(protocol, { userId, message, timestamp }))
  return hasJoined(room.name) ? [toAll, inGroup] : [toAll]
}

/** One item of `StreamHistory`. */
export function historyItem(message: Message, groupName: string, userId: string): object {
  const { id, seq, text, at } = message
  return { id, seq, groupName, userId, message: text, timestamp: new Date(at) }
}

/** A token's claims as ASP.NET lists them: one entry for each value. */
export function claimList(
  claims: Readonly<Record<string, unknown>>,
): { readonly type: string; readonly value: string }[] {
  return Object.entries(claims).flatMap(([type, value]) =>
    (Array.isArray(value) ? value : [value]).map((each: unknown) => ({
      type,
      value: typeof each === 'string' ? each : JSON.stringify(each),
    })),
  )
}
