import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { HostingView } from '../../ipc/contract.ts'
import { openApp } from '../testing/open-app.tsx'
import { failed, ok } from '../testing/recording-bridge.ts'
import { BEN, ME, SESSION, appView, session } from '../testing/sample-views.ts'

afterEach(cleanup)

const ADMIN: AdminView = {
  settings: {
    ...{ access: 'invite', approval: false, locked: false },
    ...{ readOnly: false, passphrase: false },
  },
  ...{ waiting: [], invites: [], banned: [], storageBytes: 2_048 },
  code: { code: '7K2M-Q9XD', expiresAt: null },
}
const HOSTING: HostingView = {
  ...{ sessionId: SESSION, name: 'Field Station', state: 'running', since: 0 },
  ...{ invite: 'landline://join', addresses: ['192.168.1.20'], port: 7_575, doors: false },
  ...{ devices: [], samples: [] },
}

async function openAccess() {
  const self = { memberId: ME, name: 'Mara Holm', role: 'host' } as const
  const opened = await openApp((bridge) => {
    bridge.answer('app.state', () => ok(appView({ sessions: [session({ hosting: true, self })] })))
    bridge.answer('session.hosting', () => ok(HOSTING))
    bridge.answer('admin.watch', () => ok(ADMIN))
  })
  act(() =>
    opened.bridge.emit({ type: 'intent', intent: { kind: 'hosting-panel', session: SESSION } }),
  )
  await opened.settle()
  await opened.user.click(screen.getByRole('tab', { name: 'Who gets in' }))
  await opened.settle()
  const dialog = within(screen.getByRole('dialog'))
  const at = (name: string | RegExp) => dialog.getByRole<HTMLInputElement>('switch', { name })
  return { ...opened, dialog, at }
}

test('the menu of a person stays open while they come and go', async () => {
  const { bridge, user, settle, dialog } = await openAccess()
  await user.click(dialog.getByRole('tab', { name: 'People' }))
  const device = (memberId: string, name: string, isHost: boolean) => ({
    ...{ memberId, name, deviceName: 'laptop', address: '', isHost, since: 0, roundTrip: null },
  })
  const connected = async (...devices: HostingView['devices']): Promise<void> => {
    act(() => bridge.emit({ type: 'hosting', hosting: { ...HOSTING, devices } }))
    await settle()
  }
  const host = device(ME, 'Mara Holm', true)
  await connected(host)
  await user.click(dialog.getByRole('button', { name: 'Actions for Ben Kovač' }))
  const item = screen.getByRole('menuitem', { name: 'Remove from session…' })
  await connected(host, device(BEN, 'Ben Kovač', false))
  await connected(host, { ...device(BEN, 'Ben Kovač', false), since: 1 })
  await connected(host)
  expect(item.isConnected).toBe(true)
})

test('a switch shows what is so when the computer could not do it, and why', async () => {
  const { bridge, user, settle, dialog, at } = await openAccess()
  bridge.answer('app.set-settings', () => failed('The disk is full.', 'internal'))
  const awake = at(/awake/)
  expect(awake.checked).toBe(true)
  await user.click(awake)
  await settle()
  expect(awake.checked).toBe(true)
  expect(dialog.getByRole('alert').textContent).toBe('The disk is full.')
})

test('[I6] locking the session does not wait for the doors, which say that they are not open yet', async () => {
  const { bridge, user, settle, at } = await openAccess()
  let answer = (): void => {}
  bridge.answer(
    'session.set-doors',
    () => new Promise((resolve) => (answer = () => resolve(ok(null)))),
  )
  bridge.answer('admin.change', () => ok(null))
  const doors = at('Let other programs in')
  await user.click(doors)
  await user.click(at('Lock the session'))
  await settle()
  expect(bridge.argumentsOf('admin.change')).toEqual([
    { session: SESSION, change: { locked: true } },
  ])
  expect([doors.checked, doors.getAttribute('aria-busy')]).toEqual([true, 'true'])
  answer()
  await settle()
  expect(doors.getAttribute('aria-busy')).toBe('false')
})
