import { expect, test } from 'vitest'
import type { SessionEvent } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import {
  ANN,
  BEN,
  OTHER_ROOM,
  PEOPLE,
  ROOM,
  SESSION,
  appView,
  message,
  messageId,
  room,
  session,
} from '../testing/sample-views.ts'
import { apply, applyAll, withReads } from './apply.ts'
import { emptySession, emptyTimeline, initialState, sessionOf } from './state.ts'
import type { AppState } from './state.ts'

const opened: AppState = {
  ...initialState,
  phase: 'ready',
  app: appView(),
  activeSession: SESSION,
  sessions: new Map([
    [
      SESSION,
      {
        ...emptySession,
        contents: 'loaded',
        activeRoom: ROOM,
        rooms: new Map([[ROOM, room({ readSeq: 4, headSeq: 4 })]]),
        people: new Map(PEOPLE.map((person) => [person.id, person])),
        timelines: new Map([[ROOM, { ...emptyTimeline, stale: false, items: [message(4)] }]]),
      },
    ],
  ]),
}

const after = (state: AppState, ...events: SessionEvent[]): AppState =>
  applyAll(
    state,
    events.map((event) => ({ type: 'session-event', session: SESSION, event })),
  )
const current = (state: AppState) => sessionOf(state, SESSION)
const unread = { type: 'rooms', rooms: [room({ readSeq: 4, headSeq: 5, unread: 1 })] } as const

test('a session that is new takes its place in the switcher', () => {
  const other = session({ id: 'other' as SessionId, name: 'Ward 3' })
  const state = apply(opened, {
    type: 'session-event',
    session: other.id,
    event: { type: 'session', session: other },
  })
  expect(state.app?.sessions.map(({ name }) => name)).toEqual(['Field Station', 'Ward 3'])
})

test('a session that was left takes everything about it along, and its dialog closes', () => {
  const asking: AppState = { ...opened, dialog: { kind: 'leave-session', session: SESSION } }
  const state = apply(asking, { type: 'app', app: appView({ sessions: [] }) })
  expect(state).toMatchObject({ activeSession: null, dialog: null })
  expect(state.sessions.size).toBe(0)
})

test('what a session holds is asked for again when it can be opened at last', () => {
  const shut = session({ connection: { state: 'offline', problem: 'The disk is full.' } })
  const failed = { ...current(opened), contents: { problem: 'The disk is full.' } }
  const state = { ...opened, sessions: new Map([[SESSION, failed]]) }
  const before = after(state, { type: 'session', session: shut })
  expect(current(before).contents).toEqual({ problem: 'The disk is full.' })
  expect(current(after(before, { type: 'session', session: session() })).contents).toBe('absent')
  expect(current(apply(before, { type: 'app', app: appView() })).contents).toBe('absent')
  // What failed for another reason is tried again by the person.
  expect(current(after(state, { type: 'session', session: session() })).contents).not.toBe('absent')
})

test('[D18] something that arrives unseen draws the unread line where reading stopped', () => {
  expect(current(after(opened, unread)).unreadAfter.get(ROOM)).toBe(4)
})

test('[D18] something that is seen arriving draws no line', () => {
  expect(current(after({ ...opened, attentive: true }, unread)).unreadAfter.has(ROOM)).toBe(false)
})

test('[D18] the unread line stays where it is while more arrives, and after it was read', () => {
  const more = { type: 'rooms', rooms: [room({ readSeq: 4, headSeq: 9, unread: 5 })] } as const
  const read = { type: 'rooms', rooms: [room({ readSeq: 9, headSeq: 9 })] } as const
  expect(current(after(opened, unread, more, read)).unreadAfter.get(ROOM)).toBe(4)
})

test('[D18] read positions only move forward', () => {
  const forward = withReads(emptySession, ROOM, [{ memberId: ANN, seq: 9 }])
  const back = withReads(forward, ROOM, [
    { memberId: ANN, seq: 3 },
    { memberId: BEN, seq: 2 },
  ])
  expect([...(back.reads.get(ROOM) ?? [])]).toEqual([
    [ANN, 9],
    [BEN, 2],
  ])
})

test('events of a room that was never opened are left for its first load', () => {
  const event = { type: 'timeline', roomId: OTHER_ROOM, items: [message(1)], removed: [] } as const
  expect(current(after(opened, event)).timelines.has(OTHER_ROOM)).toBe(false)
})

test('[D10] a reset keeps the old timeline on screen until the new one is loaded', () => {
  const timeline = current(after(opened, { type: 'timeline-reset', roomId: ROOM })).timelines.get(
    ROOM,
  )
  expect(timeline).toMatchObject({ stale: true, loading: null, generation: 1 })
  expect(timeline?.items).toHaveLength(1)
})

test('a room that was removed is closed', () => {
  const state = current(after(opened, { type: 'room-removed', roomId: ROOM }))
  expect(state.activeRoom).toBeNull()
  expect(state.rooms.size + state.timelines.size).toBe(0)
})

test('[D17] typing replaces the list of who types', () => {
  const state = after(
    opened,
    { type: 'typing', roomId: ROOM, memberIds: [ANN, BEN] },
    { type: 'typing', roomId: ROOM, memberIds: [BEN] },
  )
  expect(current(state).typing.get(ROOM)).toEqual([BEN])
})

test.each([
  ['host', { kind: 'host' }, { kind: 'host' }],
  [
    'an invite link',
    { kind: 'join', invite: 'landline://join?x' },
    { kind: 'join', invite: 'landline://join?x' },
  ],
  ['join', { kind: 'join' }, { kind: 'join', invite: '' }],
  [
    'the hosting panel',
    { kind: 'hosting-panel', session: SESSION },
    { kind: 'hosting', session: SESSION },
  ],
  ['new group', { kind: 'new-group' }, { kind: 'new-group' }],
] as const)('the menu can open %s', (_, intent, dialog) => {
  expect(apply(opened, { type: 'intent', intent }).dialog).toEqual(dialog)
})

test('applying never changes the state it was given', () => {
  const before = structuredClone([...(opened.sessions.get(SESSION)?.rooms ?? [])])
  after(opened, unread, { type: 'room-removed', roomId: ROOM })
  expect([...(opened.sessions.get(SESSION)?.rooms ?? [])]).toEqual(before)
})

test('a burst of messages is the same as one after the other', () => {
  const events = Array.from({ length: 50 }, (_, index) => [
    { type: 'timeline', roomId: ROOM, items: [message(5 + index)], removed: [] } as const,
    {
      type: 'timeline',
      roomId: ROOM,
      items: [message(5 + index, { text: 'edited' })],
      removed: [],
    } as const,
  ]).flat()
  const removal = { type: 'timeline', roomId: ROOM, items: [], removed: [messageId(10)] } as const
  const all: SessionEvent[] = [...events, removal, ...events.slice(0, 2)]
  const single = all.reduce((state, event) => after(state, event), opened)
  expect(after(opened, ...all)).toEqual(single)
  const items = current(single).timelines.get(ROOM)?.items
  expect(items?.map((item) => item.seq)).toEqual(
    Array.from({ length: 51 }, (_, index) => 4 + index).filter((seq) => seq !== 10),
  )
})
