import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { HostingView } from '../../ipc/contract.ts'
import { openApp } from '../testing/open-app.tsx'
import { failed, ok } from '../testing/recording-bridge.ts'
import {
  ANN,
  OTHER_ROOM,
  PEOPLE,
  ROOM,
  SESSION,
  appView,
  message,
  room,
  session,
} from '../testing/sample-views.ts'

afterEach(cleanup)

const nobody = appView({ profile: null, sessions: [] })

test('the first screen asks for a name before it hosts', async () => {
  const { bridge, user, settle } = await openApp((on) => {
    on.answer('app.state', () => ok(nobody))
    on.answer('session.host', () => ok({ session: SESSION }))
  })
  await user.type(screen.getByRole('textbox', { name: 'Session name' }), 'Field Station')
  await user.click(screen.getByRole('button', { name: 'Host session' }))
  expect(screen.getByRole('alert').textContent).toContain('Say your name first')
  expect(bridge.argumentsOf('session.host')).toEqual([])

  await user.type(screen.getByRole('textbox', { name: 'Your name' }), ' Mara Holm ')
  await user.click(screen.getByRole('button', { name: 'Host session' }))
  await settle()
  expect(bridge.argumentsOf('profile.set-name')).toEqual([{ name: 'Mara Holm' }])
  expect(bridge.argumentsOf('session.host')).toEqual([{ name: 'Field Station' }])
})

test('a refused invite says why beside the field', async () => {
  const { user, settle } = await openApp((on) => {
    on.answer('app.state', () => ok({ ...nobody, profile: { name: 'Mara' } }))
    on.answer('session.join', () => failed('This is not an invite link.', 'invalid-invite'))
  })
  await user.type(
    screen.getByRole('textbox', { name: 'Invite link, code or address' }),
    'landline://nonsense{Enter}',
  )
  await settle()
  expect(screen.getByRole('alert').textContent).toBe('This is not an invite link.')
})

test('an invite link that opened the app waits in the join card', async () => {
  const { bridge } = await openApp((on) => on.answer('app.state', () => ok(nobody)))
  act(() => bridge.emit({ type: 'intent', intent: { kind: 'join', invite: 'landline://join?x' } }))
  expect(
    screen.getByRole<HTMLInputElement>('textbox', { name: 'Invite link, code or address' }).value,
  ).toBe('landline://join?x')
})

test('a window that cannot read the state says so and tries again', async () => {
  let works = false
  const { user, settle } = await openApp((on) =>
    on.answer('app.state', () => (works ? ok(appView()) : failed('The database is locked.'))),
  )
  expect(screen.getByRole('alert').textContent).toBe('The database is locked.')
  works = true
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await settle()
  expect(screen.getByRole('navigation', { name: 'Rooms and people' })).toBeTruthy()
})

test('the default room opens, and its newest messages are asked for', async () => {
  const { bridge } = await openApp()
  expect(screen.getByRole('list', { name: 'Messages in general' })).toBeTruthy()
  expect(bridge.argumentsOf('timeline.load')).toEqual([{ session: SESSION, room: ROOM, limit: 60 }])
})

test('a load that failed is not repeated by itself, and is by a click', async () => {
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('timeline.load', () => failed('The database is busy.')),
  )
  expect(bridge.argumentsOf('timeline.load')).toHaveLength(1)
  bridge.answer('timeline.load', () => ok({ items: [message(1)], older: 'none' }))
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await settle()
  expect(bridge.argumentsOf('timeline.load')).toHaveLength(2)
})

test('[D10] a reset loads the timeline anew, and an older answer is not taken for it', async () => {
  const { bridge, store, settle } = await openApp()
  const answers: ((seq: number) => void)[] = []
  bridge.answer(
    'timeline.load',
    () =>
      new Promise((resolve) => {
        answers.push((seq) => resolve(ok({ items: [message(seq)], older: 'none' })))
      }),
  )
  const reset = {
    type: 'session-event',
    session: SESSION,
    event: { type: 'timeline-reset', roomId: ROOM },
  } as const
  act(() => bridge.emit(reset))
  act(() => bridge.emit(reset))
  await settle()
  answers[1]?.(900)
  await settle()
  answers[0]?.(1)
  await settle()
  const items = store.getState().sessions.get(SESSION)?.timelines.get(ROOM)?.items
  expect(items?.map((item) => item.seq)).toEqual([900])
})

test('[D18] a room is read only while the window has focus', async () => {
  let focused = false
  vi.spyOn(document, 'hasFocus').mockImplementation(() => focused)
  const { bridge, settle } = await openApp((on) =>
    on.answer('session.open', () =>
      ok({ rooms: [room({ headSeq: 7, readSeq: 3, unread: 4 })], people: PEOPLE }),
    ),
  )
  expect(bridge.argumentsOf('room.read')).toEqual([])
  focused = true
  act(() => void window.dispatchEvent(new Event('focus')))
  await settle()
  expect(bridge.argumentsOf('room.read')).toEqual([{ session: SESSION, room: ROOM, seq: 7 }])
})

test('[D14] the connection bar counts down and tries at once on a click', async () => {
  const { bridge, clock, user } = await openApp()
  const connection = {
    state: 'waiting',
    reason: 'no answer',
    attempt: 1,
    retryAt: clock.now() + 4_000,
  } as const
  act(() =>
    bridge.emit({
      type: 'session-event',
      session: SESSION,
      event: { type: 'session', session: session({ connection, queued: 3 }) },
    }),
  )
  const bar = screen.getByRole('status', { name: 'Connection' })
  expect(bar.textContent).toContain(
    'Offline. 3 messages are queued and will be sent by themselves.',
  )
  expect(bar.textContent).toContain('Next try in 4 s.')
  await act(() => clock.advance(2_000))
  expect(bar.textContent).toContain('Next try in 2 s.')
  await user.click(within(bar).getByRole('button', { name: 'Try now' }))
  expect(bridge.argumentsOf('session.connect-now')).toEqual([{ session: SESSION }])
})

test('Alt+Down goes to the next room and the draft of the last one is saved', async () => {
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('session.open', () =>
      ok({
        rooms: [room(), room({ id: OTHER_ROOM, name: 'ridge', isDefault: false })],
        people: PEOPLE,
      }),
    ),
  )
  await user.type(screen.getByRole('textbox', { name: 'Message general' }), 'half')
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}')
  await settle()
  expect(screen.getByRole('textbox', { name: 'Message ridge' })).toBeTruthy()
  expect(bridge.argumentsOf('room.set-draft')).toEqual([
    { session: SESSION, room: ROOM, text: 'half' },
  ])
})

test('a new group is created with its people and opened', async () => {
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('room.create', () => ok({ room: OTHER_ROOM })),
  )
  await user.click(screen.getByRole('button', { name: 'New group' }))
  const dialog = screen.getByRole('dialog', { name: 'New group' })
  await user.type(within(dialog).getByRole('textbox', { name: 'Name' }), 'ridge')
  await user.click(within(dialog).getByRole('radio', { name: 'Private' }))
  await user.click(within(dialog).getByRole('checkbox', { name: 'Ann Lee' }))
  await user.click(within(dialog).getByRole('button', { name: 'Create group' }))
  await settle()
  expect(bridge.argumentsOf('room.create')).toEqual([
    { session: SESSION, name: 'ridge', topic: '', visibility: 'private', members: [ANN] },
  ])
  expect(screen.queryByRole('dialog')).toBeNull()
})

const HOSTING: HostingView = {
  sessionId: SESSION,
  name: 'Field Station',
  state: 'running',
  since: 0,
  invite: 'landline://join?h=192.168.4.23&p=47800&s=abc',
  addresses: ['192.168.4.23'],
  port: 47_800,
  doors: false,
  keyWords: ['river', 'lamp', 'cedar', 'nine'],
  devices: [
    {
      memberId: 'me',
      name: 'Mara Holm',
      deviceName: 'laptop',
      address: '',
      isHost: true,
      since: 0,
      roundTrip: 0.3,
    },
    {
      memberId: 'ann',
      name: 'Ann Lee',
      deviceName: 'tablet',
      address: '',
      isHost: false,
      since: 0,
      roundTrip: null,
    },
  ],
  samples: [
    {
      people: 2,
      connections: 2,
      roundTripMs: 0.3,
      messagesPerSecond: 1.5,
      queuedBytes: 2_048,
      commitMs: 0.42,
    },
  ],
}

test('the hosting panel shows the invite and who is here, and stopping says who loses the connection', async () => {
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('session.hosting', () => ok(HOSTING)),
  )
  act(() => bridge.emit({ type: 'intent', intent: { kind: 'hosting-panel', session: SESSION } }))
  await settle()
  const panel = screen.getByRole('dialog', { name: 'Hosting Field Station' })
  expect(within(panel).getByRole('img', { name: 'QR code of the invite link' })).toBeTruthy()
  expect(within(panel).getByText(/192\.168\.4\.23/).textContent).toContain('port 47800')
  // The two who are connected, and the one who is not.
  expect(within(panel).getAllByRole('row')).toHaveLength(1 + 2 + 1)
  expect(within(panel).getByText('river · lamp · cedar · nine')).toBeTruthy()
  act(() => bridge.emit({ type: 'hosting', hosting: { ...HOSTING, portTaken: 47_801 } }))
  expect(panel.textContent).toContain('Port 47801 is used by another program')
  await user.click(within(panel).getByRole('button', { name: 'Copy link' }))
  expect(bridge.argumentsOf('app.copy-text')).toEqual([{ text: HOSTING.invite }])

  await user.click(within(panel).getByRole('button', { name: 'Stop hosting' }))
  const confirm = screen.getByRole('dialog', { name: 'Stop hosting Field Station?' })
  expect(confirm.textContent).toContain('Ann Lee will lose the connection')
  expect(confirm.textContent).toContain('Nothing is lost')
  await user.click(within(confirm).getByRole('button', { name: 'Stop hosting' }))
  await settle()
  expect(bridge.argumentsOf('session.stop-hosting')).toEqual([{ session: SESSION }])
})

test('Ctrl+K finds rooms and messages and opens the chosen one', async () => {
  const { bridge, user, clock, settle } = await openApp((on) => {
    on.answer('session.open', () =>
      ok({
        rooms: [room(), room({ id: OTHER_ROOM, name: 'ridge', isDefault: false })],
        people: PEOPLE,
      }),
    )
    on.answer('search.messages', () => ok([]))
  })
  await user.keyboard('{Control>}k{/Control}')
  await user.type(screen.getByRole('combobox', { name: 'Jump to or search' }), 'rid')
  await act(() => clock.advance(500))
  expect(bridge.argumentsOf('search.messages')).toEqual([
    { session: SESSION, query: 'rid', limit: 30 },
  ])
  await user.keyboard('{Enter}')
  await settle()
  expect(screen.getByRole('textbox', { name: 'Message ridge' })).toBeTruthy()
})

test('a command that breaks is answered in words', async () => {
  const { told, bridge, user, settle } = await openApp((on) =>
    on.answer('room.open-direct', () => Promise.reject(new Error('boom'))),
  )
  await user.click(screen.getByRole('button', { name: 'Ann Lee, online' }))
  await settle()
  expect(bridge.argumentsOf('room.open-direct')).toHaveLength(1)
  expect(told).toEqual(['This did not work because of a mistake of ours: boom'])
})
