import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { FoundSessionView } from '../../ipc/contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { openApp } from '../testing/open-app.tsx'
import { failed, ok } from '../testing/recording-bridge.ts'
import { SESSION, appView } from '../testing/sample-views.ts'

afterEach(cleanup)

const found = (name: string, more: Partial<FoundSessionView> = {}): FoundSessionView => ({
  sessionId: name as SessionId,
  name,
  host: 'mara-laptop',
  people: 3,
  passphrase: false,
  joined: false,
  compatible: true,
  ...more,
})
const rows = (): (string | null)[] =>
  screen.queryAllByRole('listitem').map((item) => item.textContent)

async function openFirstRun(sessions: readonly FoundSessionView[]) {
  const opened = await openApp((bridge) => {
    bridge.answer('app.state', () => ok(appView({ profile: { name: 'Sam' }, sessions: [] })))
    bridge.answer('discovery.watch', () => ok(sessions))
  })
  const hear = (...list: FoundSessionView[]): void =>
    act(() => opened.bridge.emit({ type: 'found', sessions: list }))
  return { ...opened, hear }
}

test('found sessions are listed live, with the computer and the people', async () => {
  const { hear } = await openFirstRun([found('Field Station')])
  expect(rows()).toEqual(['Field Stationon mara-laptop · 3 people'])
  hear(found('Field Station'), found('Ward 7', { host: '', people: 1 }))
  expect(rows()).toEqual(['Field Stationon mara-laptop · 3 people', 'Ward 71 person'])
  expect(screen.getByText('2 sessions on this network')).toBeTruthy()
  hear()
  expect(rows()).toEqual([])
})

test('an empty list says what works in any network', async () => {
  await openFirstRun([])
  expect(screen.getByText(/Networks can hide sessions: the invite link always works/)).toBeTruthy()
})

test('a picked session asks for its secret and is joined with it; a wrong one is said beside the field', async () => {
  const { bridge, user, settle, hear } = await openFirstRun([found('Field Station')])
  bridge.answer('session.join-found', () =>
    failed('This is not the join secret.', 'invalid-invite'),
  )
  await user.click(screen.getByRole('button', { name: /Field Station/ }))
  const field = screen.getByRole('textbox', { name: 'Join secret or invite link' })
  expect(document.activeElement).toBe(field)
  hear(found('Field Station', { people: 4 }))
  expect(screen.getByText(/4 people/)).toBeTruthy()
  await user.type(field, ' guess {Enter}')
  await settle()
  expect(bridge.argumentsOf('session.join-found')).toEqual([
    { found: 'Field Station', secret: 'guess' },
  ])
  expect(screen.getByRole('alert').textContent).toContain('not the join secret')
  expect(bridge.argumentsOf('session.join')).toEqual([])
})

test('choosing another brings the list and the link field back', async () => {
  const { user } = await openFirstRun([found('Field Station')])
  await user.click(screen.getByRole('button', { name: /Field Station/ }))
  await user.click(screen.getByRole('button', { name: 'Choose another' }))
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Invite link' }))
  expect(rows()).toHaveLength(1)
})

test('a session of another version is shown and cannot be picked', async () => {
  const { user } = await openFirstRun([found('Old', { compatible: false })])
  const row = screen.getByRole('button', { name: /Old.*another version/ })
  expect(row.getAttribute('aria-disabled')).toBe('true')
  await user.click(row)
  expect(screen.queryByRole('textbox', { name: 'Join secret or invite link' })).toBeNull()
})

test('the list is watched while it is on screen, and no longer', async () => {
  const { bridge, settle, user } = await openApp((prepared) => {
    prepared.answer('discovery.watch', () =>
      ok([found('Home', { sessionId: SESSION, joined: true })]),
    )
  })
  expect(bridge.argumentsOf('discovery.watch')).toEqual([])
  act(() => bridge.emit({ type: 'intent', intent: { kind: 'join' } }))
  await settle()
  expect(bridge.argumentsOf('discovery.watch')).toEqual([{ active: true }])
  const dialog = screen.getByRole('dialog', { name: 'Join a session' })
  // One's own session is opened instead of joined again.
  await user.click(within(dialog).getByRole('button', { name: /Home.*in your list/ }))
  await settle()
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(bridge.argumentsOf('discovery.watch')).toEqual([{ active: true }, { active: false }])
})
