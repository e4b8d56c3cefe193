import type { MessageView, RoomView, TimelineItem } from '../../client/views.ts'
import type { AppEvent, Bridge, CommandArguments, CommandName } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import { DOCTOR_REPORT } from './sample-doctor.ts'
import type { JoinStep } from '../../ipc/join-views.ts'
import { ADMIN, AUDIT, DEVICES, INTEGRATIONS, OFFER } from './sample-admin.ts'
import { PEOPLE, ROOMS, memberId, sampleSession, sessionId } from './sample-people.ts'
import type { Scene } from './sample-scenes.ts'

type Handlers = {
  readonly [Name in CommandName]?: (args: CommandArguments<Name>) => Result<unknown>
}

const ok = (value: unknown = null): Result<unknown> => ({ ok: true, value })
const LATENCY_MS = 15
const ACK_MS = 600

/** Answers like the main process would, from a scene in memory. */
export function sampleBridge(scene: Scene): Bridge {
  const listeners = new Set<(events: readonly AppEvent[]) => void>()
  const timelines = new Map<RoomId, TimelineItem[]>(
    [...scene.timelines].map(([room, items]) => [room, [...items]]),
  )
  let { app } = scene
  let rooms = [...scene.rooms]

  const emit = (...events: AppEvent[]): void => {
    for (const listener of listeners) listener(events)
  }
  const changeRoom = (session: SessionId, id: RoomId, more: Partial<RoomView>): void => {
    rooms = rooms.map((room) => (room.id === id ? { ...room, ...more } : room))
    const changed = rooms.filter((room) => room.id === id)
    emit({ type: 'session-event', session, event: { type: 'rooms', rooms: changed } })
  }
  const put = (session: SessionId, room: RoomId, item: TimelineItem): void => {
    const items = timelines.get(room) ?? []
    timelines.set(room, [...items.filter((other) => other.id !== item.id), item])
    emit({
      type: 'session-event',
      session,
      event: { type: 'timeline', roomId: room, items: [item], removed: [] },
    })
  }
  const changeMessage = (
    args: { session: SessionId; room: RoomId; message: MessageId },
    change: (message: MessageView) => MessageView,
  ): Result<unknown> => {
    const item = timelines.get(args.room)?.find((other) => other.id === args.message)
    if (item?.type === 'message') put(args.session, args.room, change(item))
    return ok()
  }

  const handlers: Handlers = {
    'app.state': () => ok(app),
    'app.set-theme': ({ theme }) => {
      app = { ...app, theme }
      return ok()
    },
    'profile.set-name': ({ name }) => {
      app = { ...app, profile: { name } }
      return ok()
    },
    'session.host': ({ name }) => {
      app = { ...app, sessions: [...app.sessions, sampleSession(1, name, { hosting: true })] }
      return ok({ session: sessionId(1) })
    },
    'session.join': () => ({
      ok: false,
      failure: {
        kind: 'invalid-invite',
        message: 'This is not an invite link of Landline. It starts with landline://join?',
      },
    }),
    'discovery.watch': () =>
      ok([
        {
          ...{ sessionId: sessionId(8), name: 'Harbour Office', host: 'ines-desktop', people: 6 },
          ...{ passphrase: true, open: true, joined: false, compatible: true },
        },
      ]),
    'doctor.run': () => {
      emit({ type: 'doctor', report: DOCTOR_REPORT })
      return ok(DOCTOR_REPORT)
    },
    'join.look': () => ok(OFFER),
    'join.code': () => {
      const steps: readonly JoinStep[] = [
        { way: 'announcement', state: 'failed', words: 'No announced session has this code.' },
        {
          way: 'probe',
          state: 'failed',
          words: 'Nobody answered on 254 addresses of 192.168.4.0/24.',
        },
      ]
      emit({ type: 'joining', steps })
      return {
        ok: false,
        failure: {
          kind: 'wrong-code',
          message:
            'No host with this code could be found on your network. Check the code, or use the link.',
        },
      }
    },
    'admin.watch': () => ok(ADMIN),
    'admin.audit': () => ok(AUDIT),
    'admin.create-invite': () =>
      ok({ invite: ADMIN.invites[0], link: `landline://join?v=1&k=${'x'.repeat(120)}` }),
    'admin.integrations': () => ok(INTEGRATIONS),
    'admin.create-integration': () =>
      ok({
        integration: INTEGRATIONS[0],
        secret: `https://192.168.4.23:47800/hooks/${memberId(1)}/${'x'.repeat(43)}`,
      }),
    'device.list': () => ok(DEVICES),
    'device.link-code': () => ok({ code: '3F7P-0WKD', expiresAt: Date.now() + 590_000 }),
    'session.leave': ({ session }) => {
      app = { ...app, sessions: app.sessions.filter((other) => other.id !== session) }
      return ok()
    },
    'session.hosting': ({ session }) =>
      scene.hosting?.sessionId === session
        ? ok(scene.hosting)
        : { ok: false, failure: { kind: 'not-hosting', message: 'Not hosting this session.' } },
    'session.open': ({ session }) =>
      ok({ rooms: session === sessionId(2) ? ROOMS.slice(0, 3) : rooms, people: scene.people }),
    'room.browse': () =>
      ok(
        [
          ...ROOMS.filter((room) => room.visibility === 'public' && room.kind === 'group'),
          { ...ROOMS[4], id: ROOMS[9]?.id, name: 'off-topic' } as RoomView,
        ].map((room) => ({
          id: room.id,
          name: room.name,
          topic: room.topic,
          memberCount: room.memberIds.length,
          joined: room.name !== 'off-topic',
        })),
      ),
    'room.reads': () => ok(PEOPLE.slice(1).map((person) => ({ memberId: person.id, seq: 8 }))),
    'room.read': ({ session, room, seq }) => {
      changeRoom(session, room, { readSeq: seq, unread: 0 })
      return ok()
    },
    'room.change': ({ session, room, name, topic }) => {
      changeRoom(session, room, {
        ...(name === undefined ? {} : { name }),
        ...(topic === undefined ? {} : { topic }),
      })
      return ok()
    },
    'timeline.load': ({ room, before, limit }) => {
      const items = (timelines.get(room) ?? [])
        .filter((item) => before === undefined || item.order < before)
        .toSorted((a, b) => a.order - b.order)
      return ok({ items: items.slice(-limit), older: items.length > limit ? 'more' : 'none' })
    },
    'message.send': ({ session, room, text, replyTo }) => {
      const id = crypto.randomUUID() as MessageId
      const last = Math.max(0, ...(timelines.get(room) ?? []).map((item) => item.seq ?? 0))
      const pending: MessageView = {
        type: 'message',
        id,
        seq: null,
        order: 2_000_000 + performance.now(),
        author: memberId(0),
        at: Date.now(),
        text,
        edited: false,
        deleted: false,
        reactions: [],
        state: { kind: 'pending' },
        ...(replyTo === undefined ? {} : { replyTo }),
      }
      put(session, room, pending)
      setTimeout(() => {
        put(session, room, { ...pending, seq: last + 1, order: last + 1, state: { kind: 'sent' } })
      }, ACK_MS)
      return ok({ message: id })
    },
    'message.edit': (args) =>
      changeMessage(args, (message) => ({ ...message, text: args.text, edited: true })),
    'message.delete': (args) =>
      changeMessage(args, (message) => ({ ...message, text: '', deleted: true })),
    'message.react': (args) =>
      changeMessage(args, (message) => ({
        ...message,
        reactions: [
          ...message.reactions.filter(({ emoji }) => emoji !== args.emoji),
          {
            emoji: args.emoji,
            memberIds: [
              ...(message.reactions.find(({ emoji }) => emoji === args.emoji)?.memberIds ?? []),
              memberId(0),
            ],
          },
        ],
      })),
    'message.unreact': (args) =>
      changeMessage(args, (message) => ({
        ...message,
        reactions: message.reactions
          .map((reaction) =>
            reaction.emoji === args.emoji
              ? { ...reaction, memberIds: reaction.memberIds.filter((id) => id !== memberId(0)) }
              : reaction,
          )
          .filter(({ memberIds }) => memberIds.length > 0),
      })),
    'search.messages': ({ query }) =>
      ok(
        [...timelines].flatMap(([room, items]) =>
          items
            .filter((item) => item.type === 'message')
            .filter((item) => item.text.toLowerCase().includes(query.toLowerCase()))
            .slice(-10)
            .map((item) => {
              const from = item.text.toLowerCase().indexOf(query.toLowerCase())
              return {
                roomId: room,
                messageId: item.id,
                seq: item.seq ?? 0,
                author: item.author,
                at: item.at,
                excerpt: item.text.slice(0, 160),
                ranges: [[from, from + query.length] as const],
              }
            }),
        ),
      ),
  }

  return {
    async invoke(name, args) {
      await new Promise((resolve) => setTimeout(resolve, LATENCY_MS))
      const handler = handlers[name] as ((args: unknown) => Result<unknown>) | undefined
      return (handler?.(args) ?? ok()) as never
    },
    onEvents(listener) {
      listeners.add(listener)
      setTimeout(() => {
        const [session] = app.sessions
        const [room] = rooms
        if (session === undefined || room === undefined) return
        const typing = scene.typing.map(memberId)
        emit({
          type: 'session-event',
          session: session.id,
          event: { type: 'typing', roomId: room.id, memberIds: typing },
        })
        if (scene.intent !== null) emit({ type: 'intent', intent: scene.intent })
      }, 300)
      return () => void listeners.delete(listener)
    },
  }
}
