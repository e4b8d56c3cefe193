import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { SessionView } from '../../client/views.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { IntegrationKind, IntegrationRecord } from '../../protocol/integrations.ts'
import { openApp } from '../testing/open-app.tsx'
import { failed, ok } from '../testing/recording-bridge.ts'
import { ME, ROOM, SESSION, appView, room, session } from '../testing/sample-views.ts'

afterEach(cleanup)

const HOOK = 'hook' as MemberId
const HOST = { memberId: ME, name: 'Mara Holm', role: 'host' } as const
const OUTGOING: IntegrationKind = {
  ...{ kind: 'outgoing', url: 'https://archive.example.org/in' },
  ...{ events: ['message.posted'], commands: [] },
}

function program(what: IntegrationKind, more: Partial<IntegrationRecord> = {}): IntegrationRecord {
  return {
    ...{ id: HOOK, name: 'Build server', what, createdAt: 0, createdBy: ME, disabledAt: null },
    ...more,
  }
}

async function openPrograms(programs: readonly IntegrationRecord[] | 'off') {
  const opened = await openApp((bridge) => {
    bridge.answer('app.state', () => ok(appView({ sessions: [session({ self: HOST })] })))
    bridge.answer('session.open', () =>
      ok({ rooms: [room({ memberIds: [ME, HOOK] })], people: [] }),
    )
    bridge.answer('admin.integrations', () =>
      programs === 'off' ? failed('This is not allowed here.', 'not-allowed') : ok(programs),
    )
  })
  await opened.user.click(screen.getByRole('button', { name: 'Session menu' }))
  await opened.user.click(screen.getByRole('menuitem', { name: 'Manage the session…' }))
  const dialog = within(screen.getByRole('dialog', { name: 'Manage Field Station' }))
  await opened.user.click(dialog.getByRole('tab', { name: 'Programs' }))
  await opened.settle()
  return { ...opened, dialog }
}

test('where programs are turned off it is said, until the session comes back with them', async () => {
  const { bridge, settle, dialog } = await openPrograms('off')
  expect(dialog.getByText(/Whoever hosts the session can turn them on/)).toBeTruthy()
  expect(dialog.queryByRole('button', { name: 'New program' })).toBeNull()
  const connection = (state: SessionView['connection']): void =>
    act(() =>
      bridge.emit({
        type: 'session-event',
        session: SESSION,
        event: { type: 'session', session: session({ self: HOST, connection: state }) },
      }),
    )
  bridge.answer('admin.integrations', () => failed('The host cannot be reached.', 'offline'))
  connection({ state: 'waiting', reason: 'lost', attempt: 1, retryAt: 0 })
  connection({ state: 'online' })
  await settle()
  expect(dialog.getByRole('alert').textContent).toBe('The host cannot be reached.')
  bridge.answer('admin.integrations', () => ok([]))
  connection({ state: 'waiting', reason: 'lost', attempt: 1, retryAt: 0 })
  connection({ state: 'online' })
  await settle()
  expect(dialog.getByText('There is no program yet.')).toBeTruthy()
  expect(dialog.queryByRole('alert')).toBeNull()
})

test('a webhook is made for a room; its URL is shown once and copied', async () => {
  const { bridge, user, settle, dialog } = await openPrograms([])
  const url = 'https://192.168.4.23:47800/hooks/hook/token'
  bridge.answer('admin.create-integration', ({ what }) =>
    ok({ integration: program(what), secret: url }),
  )
  await user.click(dialog.getByRole('button', { name: 'New program' }))
  await user.click(dialog.getByRole('button', { name: 'Make program' }))
  expect(dialog.getByRole('alert').textContent).toBe('Give it a name first.')
  await user.type(dialog.getByRole('textbox', { name: 'Its name' }), 'Build server')
  bridge.answer('admin.integrations', () => ok([program({ kind: 'incoming', room: ROOM })]))
  await user.click(dialog.getByRole('button', { name: 'Make program' }))
  await settle()
  expect(bridge.argumentsOf('admin.create-integration')).toEqual([
    {
      ...{ session: SESSION, name: 'Build server', rooms: [ROOM] },
      what: { kind: 'incoming', room: ROOM },
    },
  ])
  expect(dialog.getByText(url)).toBeTruthy()
  expect(dialog.getByRole('row', { name: /Build server.*#general.*working/ })).toBeTruthy()
  await user.click(dialog.getByRole('button', { name: 'Copy URL' }))
  expect(bridge.argumentsOf('app.copy-text')).toEqual([{ text: url }])
  const made = within(dialog.getByRole('region', { name: 'New program' }))
  await user.click(made.getByRole('button', { name: 'Close' }))
  expect(dialog.queryByText(url)).toBeNull()
})

test('an outgoing webhook needs an address of the web, and is told why one is refused', async () => {
  const { bridge, user, settle, dialog } = await openPrograms([])
  bridge.answer('admin.create-integration', () => failed('Not allowed.', 'not-allowed'))
  await user.click(dialog.getByRole('button', { name: 'New program' }))
  await user.selectOptions(
    dialog.getByRole('combobox', { name: 'What is it?' }),
    'Outgoing webhook',
  )
  await user.type(dialog.getByRole('textbox', { name: 'Its name' }), 'Archive')
  const url = dialog.getByRole('textbox', { name: 'URL to tell' })
  await user.type(url, 'ftp://archive.example.org')
  await user.click(dialog.getByRole('button', { name: 'Make program' }))
  expect(dialog.getByRole('alert').textContent).toContain('begins with https://')
  expect(bridge.argumentsOf('admin.create-integration')).toHaveLength(0)
  await user.clear(url)
  await user.type(url, 'http://10.0.0.7/in')
  await user.click(dialog.getByRole('button', { name: 'Make program' }))
  await settle()
  expect(dialog.getByRole('alert').textContent).toContain('in a private network')
})

test('a bot is made with what it may do', async () => {
  const { bridge, user, settle, dialog } = await openPrograms([])
  bridge.answer('admin.create-integration', ({ what }) =>
    ok({ integration: program(what), secret: 'llb_token' }),
  )
  await user.click(dialog.getByRole('button', { name: 'New program' }))
  await user.selectOptions(dialog.getByRole('combobox', { name: 'What is it?' }), 'Bot')
  await user.type(dialog.getByRole('textbox', { name: 'Its name' }), 'Dice')
  await user.click(dialog.getByRole('checkbox', { name: 'read its rooms' }))
  await user.click(dialog.getByRole('checkbox', { name: 'find, join and make rooms' }))
  await user.click(dialog.getByRole('button', { name: 'Make program' }))
  await settle()
  expect(bridge.argumentsOf('admin.create-integration')).toMatchObject([
    { rooms: [ROOM], what: { kind: 'bot', role: 'member', scopes: ['write', 'rooms'] } },
  ])
  expect(dialog.getByText('llb_token')).toBeTruthy()
})

test('a stopped webhook goes on, and any is taken away', async () => {
  const { bridge, user, settle, dialog } = await openPrograms([
    program(OUTGOING, { disabledAt: 0 }),
  ])
  expect(dialog.getByRole('row', { name: /archive\.example\.org.*stopped/ })).toBeTruthy()
  bridge.answer('admin.integrations', () => ok([program(OUTGOING)]))
  await user.click(dialog.getByRole('button', { name: 'Go on with Build server' }))
  await settle()
  expect(bridge.argumentsOf('admin.enable-integration')).toEqual([
    { session: SESSION, integration: HOOK },
  ])
  expect(dialog.getByText('working')).toBeTruthy()
  bridge.answer('admin.integrations', () => ok([]))
  await user.click(dialog.getByRole('button', { name: 'Take away Build server' }))
  await settle()
  expect(bridge.argumentsOf('admin.revoke-integration')).toEqual([
    { session: SESSION, integration: HOOK },
  ])
  expect(dialog.getByText('There is no program yet.')).toBeTruthy()
})
