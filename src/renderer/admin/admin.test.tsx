import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { SessionView } from '../../client/views.ts'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { AuditEntry } from '../../protocol/admin.ts'
import type { InviteId, MemberId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import { openApp } from '../testing/open-app.tsx'
import { failed, ok } from '../testing/recording-bridge.ts'
import { ANN, BEN, ME, SESSION, appView, person, room, session } from '../testing/sample-views.ts'

afterEach(cleanup)

const ADMIN: AdminView = {
  settings: {
    access: 'invite',
    approval: false,
    locked: false,
    readOnly: false,
    passphrase: false,
  },
  waiting: [],
  invites: [],
  banned: [],
  code: { code: '7K2M-Q9XD', expiresAt: null },
  storageBytes: 2_048,
}
const NEW = 'newcomer' as MemberId

const HOST = { memberId: ME, name: 'Mara Holm', role: 'host' } as const

async function openManage(selfRole: Role, admin: Partial<AdminView> | null = {}) {
  const opened = await openApp((bridge) => {
    const self = { memberId: ME, name: 'Mara Holm', role: selfRole }
    bridge.answer('app.state', () => ok(appView({ sessions: [session({ self })] })))
    bridge.answer('session.open', () =>
      ok({
        rooms: [room()],
        people: [
          person(ME, 'Mara Holm', { role: selfRole }),
          person(ANN, 'Ann Lee', { role: 'moderator' }),
          person(BEN, 'Ben Kovač'),
        ],
      }),
    )
    bridge.answer('admin.watch', () => ok(admin === null ? null : { ...ADMIN, ...admin }))
    bridge.answer('admin.audit', () => ok([]))
  })
  await opened.user.click(screen.getByRole('button', { name: 'Session menu' }))
  await opened.user.click(screen.getByRole('menuitem', { name: 'Manage the session…' }))
  await opened.settle()
  const dialog = screen.getByRole('dialog', { name: 'Manage Field Station' })
  return { ...opened, dialog: within(dialog) }
}

test('members are offered nothing to manage', async () => {
  const { user } = await openApp()
  await user.click(screen.getByRole('button', { name: 'Session menu' }))
  expect(screen.queryByRole('menuitem', { name: 'Manage the session…' })).toBeNull()
})

test('[I7] who waits is shown to hosts and moderators as they ask, and let in or declined', async () => {
  const { bridge, user, dialog } = await openManage('host')
  expect(dialog.queryByText(/to be let in/)).toBeNull()
  const waiting = [
    {
      member: NEW,
      name: 'Nia',
      deviceName: 'tablet',
      address: '10.0.0.9',
      since: 0,
      role: 'member' as const,
    },
  ]
  act(() => bridge.emit({ type: 'admin', session: SESSION, admin: { ...ADMIN, waiting } }))
  expect(dialog.getByRole('heading', { name: '1 person waits to be let in' })).toBeTruthy()
  await user.click(dialog.getByRole('button', { name: 'Let Nia in' }))
  await user.click(dialog.getByRole('button', { name: 'Decline Nia' }))
  expect(bridge.argumentsOf('admin.approve')).toEqual([
    { session: SESSION, member: NEW, accept: true },
    { session: SESSION, member: NEW, accept: false },
  ])
})

test('[I9] a moderator is offered nothing against another moderator', async () => {
  const { user, dialog } = await openManage('moderator')
  expect(dialog.queryByRole('button', { name: 'Actions for Ann Lee' })).toBeNull()
  await user.click(dialog.getByRole('button', { name: 'Actions for Ben Kovač' }))
  expect(screen.getAllByRole('menuitem').map((item) => item.textContent)).toEqual([
    'Make guest',
    'Remove from session…',
    'Ban…',
  ])
})

test('removing asks first, and says what stays', async () => {
  const { bridge, user, settle, dialog } = await openManage('host')
  await user.click(dialog.getByRole('button', { name: 'Actions for Ben Kovač' }))
  await user.click(screen.getByRole('menuitem', { name: 'Ban…' }))
  const confirm = screen.getByRole('dialog', { name: 'Ban Ben Kovač?' })
  expect(confirm.textContent).toContain('What they wrote stays')
  await user.click(within(confirm).getByRole('button', { name: 'Ban' }))
  await settle()
  expect(bridge.argumentsOf('admin.ban')).toEqual([{ session: SESSION, member: BEN }])
  // Back where the next one is looked after.
  const manage = within(screen.getByRole('dialog', { name: 'Manage Field Station' }))
  await user.click(manage.getByRole('button', { name: 'Actions for Ann Lee' }))
  await user.click(screen.getByRole('menuitem', { name: 'Remove from session…' }))
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(screen.getByRole('dialog', { name: 'Manage Field Station' })).toBeTruthy()
})

test('[I4] an invite is made for a role, a time and a number of people; its link is shown and copied', async () => {
  const { bridge, user, settle, dialog } = await openManage('host')
  const record = {
    id: 'invite' as InviteId,
    label: 'Night shift',
    role: 'guest' as const,
    createdAt: 0,
    createdBy: ME,
    expiresAt: null,
    maxUses: 5,
    uses: 0,
    revokedAt: null,
  }
  bridge.answer('admin.create-invite', () => ok({ invite: record, link: 'landline://join?x' }))
  await user.click(dialog.getByRole('tab', { name: 'Invites' }))
  await user.click(dialog.getByRole('button', { name: 'New invite' }))
  await user.type(dialog.getByRole('textbox', { name: 'What is it for?' }), 'Night shift')
  await user.selectOptions(dialog.getByRole('combobox', { name: 'They come as' }), 'guest')
  await user.selectOptions(dialog.getByRole('combobox', { name: 'For' }), '5 people')
  await user.click(dialog.getByRole('button', { name: 'Make invite' }))
  await settle()
  expect(bridge.argumentsOf('admin.create-invite')).toEqual([
    { session: SESSION, label: 'Night shift', role: 'guest', lifeMs: 86_400_000, maxUses: 5 },
  ])
  await user.click(dialog.getByRole('button', { name: 'Copy link' }))
  expect(bridge.argumentsOf('app.copy-text')).toEqual([{ text: 'landline://join?x' }])

  act(() =>
    bridge.emit({ type: 'admin', session: SESSION, admin: { ...ADMIN, invites: [record] } }),
  )
  await user.click(dialog.getByRole('button', { name: 'Take back Night shift' }))
  expect(bridge.argumentsOf('admin.revoke-invite')).toEqual([
    { session: SESSION, invite: 'invite' },
  ])
})

test('[I6] switches show the session as it is, and a refusal is said', async () => {
  const { bridge, user, settle, dialog } = await openManage('host')
  bridge.answer('admin.change', () => failed('The host could not store this.', 'unavailable'))
  await user.click(dialog.getByRole('tab', { name: 'Who gets in' }))
  const lock = dialog.getByRole<HTMLInputElement>('switch', { name: 'Lock the session' })
  await user.click(lock)
  await settle()
  expect(bridge.argumentsOf('admin.change')).toEqual([
    { session: SESSION, change: { locked: true } },
  ])
  expect(lock.checked).toBe(false)
  expect(dialog.getByRole('alert').textContent).toBe('The host could not store this.')
  act(() =>
    bridge.emit({
      type: 'admin',
      session: SESSION,
      admin: { ...ADMIN, settings: { ...ADMIN.settings, locked: true } },
    }),
  )
  expect(lock.checked).toBe(true)
})

test('[I6] each click on a switch counts, also while the change before it is under way', async () => {
  const { bridge, user, settle, dialog } = await openManage('host')
  const answers: ((result: ReturnType<typeof ok<null>> | ReturnType<typeof failed>) => void)[] = []
  bridge.answer('admin.change', () => new Promise((resolve) => answers.push(resolve)))
  await user.click(dialog.getByRole('tab', { name: 'Who gets in' }))
  const lock = dialog.getByRole<HTMLInputElement>('switch', { name: 'Lock the session' })
  const quiet = dialog.getByRole<HTMLInputElement>('switch', { name: /read-only/i })
  await user.click(lock)
  await user.click(quiet)
  await user.click(lock)
  expect([lock.checked, quiet.checked]).toEqual([false, true])
  for (const index of [0, 1, 2]) {
    expect(answers).toHaveLength(index + 1)
    answers[index]?.(index === 1 ? failed('Not now.', 'unavailable') : ok(null))
    await settle()
  }
  expect(bridge.argumentsOf('admin.change')).toEqual([
    { session: SESSION, change: { locked: true } },
    { session: SESSION, change: { readOnly: true } },
    { session: SESSION, change: { locked: false } },
  ])
  expect([lock.checked, quiet.checked]).toEqual([false, false])
  expect(dialog.getByRole('alert').textContent).toBe('Not now.')
})

test('[I9] what only the host may change is shown to a moderator and cannot be changed', async () => {
  const { user, dialog } = await openManage('moderator')
  await user.click(dialog.getByRole('tab', { name: 'Who gets in' }))
  const approval = dialog.getByRole<HTMLInputElement>('switch', { name: /Let everybody new in/ })
  expect(approval.disabled).toBe(true)
  expect(dialog.queryByRole('form', { name: 'Passphrase' })).toBeNull()
})

test('[I6] in a read-only session members are told so instead of being given a field', async () => {
  await openApp((bridge) => {
    bridge.answer('app.state', () => ok(appView({ sessions: [session({ readOnly: true })] })))
  })
  expect(screen.queryByRole('textbox', { name: /Message/ })).toBeNull()
  expect(screen.getByRole('note').textContent).toContain('read-only')
})

test('[I3] with a name that is taken, another one for this session is asked for', async () => {
  const connection = { state: 'refused', reason: 'name-taken', message: '' } as const
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('app.state', () => ok(appView({ sessions: [session({ connection })] }))),
  )
  await user.click(screen.getByRole('button', { name: 'Change name' }))
  const field = screen.getByRole('textbox', { name: 'Your name' })
  await user.clear(field)
  await user.type(field, 'Mara of the ridge{Enter}')
  await settle()
  expect(bridge.argumentsOf('session.set-name')).toEqual([
    { session: SESSION, name: 'Mara of the ridge' },
  ])
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('[I11] a code for a further device is shown with the time it is good for; a device is forgotten', async () => {
  const { bridge, user, settle, clock } = await openApp((on) => {
    on.answer('device.link-code', () =>
      ok({ code: '3F7P-0WKD', expiresAt: clockNow() + 9.5 * 60_000 }),
    )
    on.answer('device.list', () =>
      ok([
        { id: 'a' as never, name: 'laptop', addedAt: 0, lastSeen: 0, current: true },
        { id: 'b' as never, name: 'old tablet', addedAt: 0, lastSeen: 0, current: false },
      ]),
    )
  })
  function clockNow(): number {
    return clock.now()
  }
  await user.click(screen.getByRole('button', { name: 'Session menu' }))
  await user.click(screen.getByRole('menuitem', { name: 'Your devices…' }))
  await settle()
  await user.click(screen.getByRole('button', { name: 'Make a code' }))
  await settle()
  expect(screen.getByText('3F7P-0WKD')).toBeTruthy()
  expect(screen.getByText(/within 10 minutes/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Forget old tablet' }))
  await settle()
  expect(bridge.argumentsOf('device.forget')).toEqual([{ session: SESSION, device: 'b' }])
  expect(screen.queryByText('old tablet')).toBeNull()
})

const offline = { state: 'waiting', reason: 'lost', attempt: 1, retryAt: 0 } as const
const entry = (number: number, name: string): AuditEntry => ({
  ...{ number, at: 0, action: 'approved', actor: { id: ANN, name }, target: null, detail: '' },
})

test('[D14] without a connection it says so, instead of asking for ever', async () => {
  const { bridge, user, settle, dialog } = await openManage('host', null)
  const lost = (connection: SessionView['connection']): void =>
    act(() =>
      bridge.emit({
        type: 'session-event',
        session: SESSION,
        event: { type: 'session', session: session({ self: HOST, connection }) },
      }),
    )
  await user.click(dialog.getByRole('tab', { name: 'Invites' }))
  expect(dialog.getByText('Asking the session…')).toBeTruthy()
  lost(offline)
  await settle()
  expect(dialog.queryByText('Asking the session…')).toBeNull()
  expect(dialog.getByText(/The session cannot be reached now/)).toBeTruthy()
  lost({ state: 'online' })
  expect(dialog.queryByText(/cannot be reached now/)).toBeNull()
})

test('[I9] who is no moderator any more is told so, and sees nothing of it', async () => {
  const { bridge, dialog } = await openManage('moderator')
  const self = { memberId: ME, name: 'Mara Holm', role: 'member' } as const
  act(() =>
    bridge.emit({
      type: 'session-event',
      session: SESSION,
      event: { type: 'session', session: session({ self }) },
    }),
  )
  expect(dialog.queryByRole('tab', { name: 'Invites' })).toBeNull()
  expect(dialog.getByRole('status').textContent).toContain('Only hosts and moderators')
})

test('[I10] the log keeps the earlier pages that were asked for, and forgets a failure that is over', async () => {
  const { bridge, user, settle, dialog } = await openManage('host')
  const changed = (): void =>
    act(() => bridge.emit({ type: 'admin', session: SESSION, admin: { ...ADMIN } }))
  bridge.answer('admin.audit', () => failed('The host cannot be reached.', 'offline'))
  await user.click(dialog.getByRole('tab', { name: 'Log' }))
  await settle()
  expect(dialog.getByRole('alert').textContent).toBe('The host cannot be reached.')

  bridge.answer('admin.audit', ({ before }) =>
    ok(before === undefined ? [entry(4, 'Ann'), entry(3, 'Ann')] : [entry(2, 'Ben')]),
  )
  changed()
  await settle()
  expect(dialog.queryByRole('alert')).toBeNull()
  await user.click(dialog.getByRole('button', { name: 'Show earlier' }))
  await settle()
  bridge.answer('admin.audit', () => ok([entry(5, 'Cleo'), entry(4, 'Ann')]))
  changed()
  await settle()
  const log = dialog.getByRole('list', { name: 'What happened in this session' })
  expect(within(log).getAllByRole('listitem')).toHaveLength(4)
})

test('[I10] a name that is read from right to left does not turn the sentence around it', async () => {
  const { bridge, user, settle, dialog } = await openManage('host')
  bridge.answer('admin.audit', () => ok([entry(1, 'שרה')]))
  await user.click(dialog.getByRole('tab', { name: 'Log' }))
  await settle()
  expect(dialog.getByText('שרה let somebody in').getAttribute('dir')).not.toBe('auto')
})

test('the storage of a session that another computer hosts is not said to be on this one', async () => {
  const { user, dialog } = await openManage('moderator')
  await user.click(dialog.getByRole('tab', { name: 'Who gets in' }))
  expect(dialog.getByText(/take 2 KB on the host’s computer/)).toBeTruthy()
})

test('[I8] a guest without rooms is told why, and offered nothing that guests may not do', async () => {
  const self = { memberId: ME, name: 'Mara Holm', role: 'guest' } as const
  await openApp((bridge) => {
    bridge.answer('app.state', () => ok(appView({ sessions: [session({ self })] })))
    bridge.answer('session.open', () => ok({ rooms: [], people: [] }))
  })
  const middle = within(screen.getByRole('main'))
  expect(middle.getByText(/As a guest you see the rooms/)).toBeTruthy()
  expect(middle.queryByRole('button', { name: /[Gg]roup/ })).toBeNull()
})

test('[I11] the list of devices is asked for again when the connection is back', async () => {
  const lost = session({ connection: offline })
  const { bridge, user, settle } = await openApp((on) => {
    on.answer('app.state', () => ok(appView({ sessions: [lost] })))
    on.answer('device.list', () => failed('The host cannot be reached.', 'offline'))
  })
  await user.click(screen.getByRole('button', { name: 'Session menu' }))
  await user.click(screen.getByRole('menuitem', { name: 'Your devices…' }))
  await settle()
  expect(screen.getByRole('alert').textContent).toBe('The host cannot be reached.')
  bridge.answer('device.list', () =>
    ok([{ id: 'a' as never, name: 'laptop', addedAt: 0, lastSeen: 0, current: true }]),
  )
  const back = { type: 'session', session: session() } as const
  act(() => bridge.emit({ type: 'session-event', session: SESSION, event: back }))
  await settle()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.getByText('laptop')).toBeTruthy()
})
