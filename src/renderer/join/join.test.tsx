import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { FoundSessionView, JoinOffer } from '../../ipc/join-views.ts'
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
  open: false,
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
  expect(
    screen.getByText(/Networks can hide sessions: the link, the code and the QR code work/),
  ).toBeTruthy()
})

const offer = (more: Partial<JoinOffer> = {}): JoinOffer => ({
  sessionId: 'Field Station' as SessionId,
  name: 'Field Station',
  host: 'mara-laptop',
  people: 3,
  fingerprint: 'F'.repeat(43),
  keyWords: ['river', 'lamp', 'cedar', 'nine'],
  open: false,
  approval: false,
  passphrase: false,
  tokens: 'none',
  vouched: false,
  joined: false,
  compatible: true,
  ...more,
})
const target = { kind: 'found', session: 'Field Station' as SessionId } as const

async function pick(more: Partial<JoinOffer>) {
  const opened = await openFirstRun([found('Field Station')])
  opened.bridge.answer('join.look', () => ok(offer(more)))
  await opened.user.click(screen.getByRole('button', { name: /Field Station/ }))
  await opened.settle()
  expect(opened.bridge.argumentsOf('join.look')).toEqual([{ target }])
  return opened
}

test('[T3] an open session shows the words of its key, and is joined under exactly that key', async () => {
  const { bridge, user, settle } = await pick({ open: true, approval: true })
  bridge.answer('join.open', () => ok({ session: SESSION }))
  expect(screen.getByText('river · lamp · cedar · nine')).toBeTruthy()
  expect(screen.getByText(/one by one/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'The words are the same' }))
  await settle()
  expect(bridge.argumentsOf('join.open')).toEqual([{ target, fingerprint: 'F'.repeat(43) }])
})

test('[I13] with only an address one signs in by a token, where tokens are asked of everybody', async () => {
  const { bridge, user, settle } = await openFirstRun([])
  bridge.answer('join.look', () => ok(offer({ tokens: 'needed', open: true })))
  bridge.answer('join.token', () => ok({ session: SESSION }))
  const at = { kind: 'address', address: 'chat.example.org:443' } as const
  await user.type(
    screen.getByRole('textbox', { name: /Invite link, code/ }),
    'chat.example.org:443',
  )
  await user.keyboard('{Enter}')
  await settle()
  expect(screen.getByText('river · lamp · cedar · nine')).toBeTruthy()
  const field = screen.getByLabelText<HTMLInputElement>('Access token')
  expect([field.type, document.activeElement]).toEqual(['password', field])
  await user.keyboard('{Enter}')
  expect(screen.getByRole('alert').textContent).toBe('Paste the token first.')
  await user.paste(' Bearer eyJ.a.b ')
  await user.click(screen.getByRole('button', { name: 'The words are the same: sign in' }))
  await settle()
  expect(bridge.argumentsOf('join.token')).toEqual([
    { target: at, fingerprint: 'F'.repeat(43), token: 'eyJ.a.b' },
  ])
})

test('a token is one of the ways where some are let in by it, or nobody says; where not, it is none', async () => {
  const { user } = await pick({ tokens: 'taken', passphrase: true })
  expect(screen.getByLabelText('Passphrase')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Use an access token instead' }))
  expect(screen.getByLabelText('Access token')).toBeTruthy()
  cleanup()
  await pick({ tokens: 'unknown' })
  expect(screen.getByRole('button', { name: 'Use an access token instead' })).toBeTruthy()
  cleanup()
  await pick({ tokens: 'none' })
  expect(screen.queryByRole('button', { name: 'Use an access token instead' })).toBeNull()
})

test('[T7] where an authority vouches for the address there are no words to compare', async () => {
  const { user } = await pick({ tokens: 'needed', open: true, vouched: true })
  expect(screen.queryByText(/river/)).toBeNull()
  expect(screen.getByText(/vouches for this address/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Sign in' })).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Join without a code' }))
  expect(screen.getByRole('button', { name: 'Join' })).toBeTruthy()
})

test('a passphrase is asked for in a field that hides it; a wrong one is said beside it', async () => {
  const { bridge, user, settle } = await pick({ passphrase: true })
  bridge.answer('join.passphrase', () => failed('This is not the passphrase.', 'wrong-passphrase'))
  const field = screen.getByLabelText<HTMLInputElement>('Passphrase')
  expect(field.type).toBe('password')
  expect(document.activeElement).toBe(field)
  await user.type(field, 'three blind mice{Enter}')
  await settle()
  expect(bridge.argumentsOf('join.passphrase')).toEqual([
    { target, passphrase: 'three blind mice' },
  ])
  expect(screen.getByRole('alert').textContent).toContain('not the passphrase')
})

test('an invite-only session takes a code, aimed at the picked host', async () => {
  const { bridge, user, settle } = await pick({})
  bridge.answer('join.code', () => failed('Nobody made this code.', 'wrong-code'))
  await user.type(screen.getByRole('textbox', { name: 'Code or invite link' }), '7k2m q9xd{Enter}')
  await settle()
  expect(bridge.argumentsOf('join.code')).toEqual([{ code: '7k2m q9xd', target }])
})

test('a code on its own is looked for everywhere, and each way that failed is named', async () => {
  const { bridge, user, settle } = await openFirstRun([])
  bridge.answer('join.code', () => failed('Nobody made this code.', 'wrong-code'))
  await user.type(screen.getByRole('textbox', { name: /Invite link, code/ }), '7K2M-Q9XD{Enter}')
  await settle()
  expect(bridge.argumentsOf('join.code')).toEqual([{ code: '7K2M-Q9XD' }])
  act(() =>
    bridge.emit({
      type: 'joining',
      steps: [{ way: 'probe', state: 'failed', words: 'Nobody answered on 254 addresses.' }],
    }),
  )
  const tried = screen.getByRole('list', { name: 'What was tried' })
  expect(tried.textContent).toBe('failed: Nobody answered on 254 addresses.')
})

test('an address is asked what it offers, on the usual port', async () => {
  const { bridge, user, settle } = await openFirstRun([])
  bridge.answer('join.look', () => failed('Nobody answers there.', 'unreachable'))
  await user.type(screen.getByRole('textbox', { name: /Invite link, code/ }), '10.0.0.7{Enter}')
  await settle()
  expect(bridge.argumentsOf('join.look')).toEqual([
    { target: { kind: 'address', address: '10.0.0.7:47800' } },
  ])
  expect(screen.getByRole('alert').textContent).toContain('Nobody answers there')
})

test('what is none of these is said so, and nothing is sent anywhere', async () => {
  const { bridge, user, settle } = await openFirstRun([])
  await user.type(screen.getByRole('textbox', { name: /Invite link, code/ }), 'hello you{Enter}')
  await settle()
  expect(screen.getByRole('alert').textContent).toContain('not a code of 8 characters')
  expect(bridge.argumentsOf('join.code')).toEqual([])
  expect(bridge.argumentsOf('session.join')).toEqual([])
})

test('going back gives up what is under way and brings the list back', async () => {
  const { bridge, user } = await pick({ passphrase: true })
  await user.click(screen.getByRole('button', { name: 'Back' }))
  expect(bridge.argumentsOf('join.cancel')).toHaveLength(1)
  expect(rows()).toHaveLength(1)
})

type Settle = (result: ReturnType<typeof failed>) => void

test('a host that is asked can be given up for another; its late answer is not shown', async () => {
  const { bridge, user, settle } = await openFirstRun([found('Field Station'), found('Ward 7')])
  const answers: Settle[] = []
  bridge.answer('join.look', () => new Promise((resolve) => answers.push(resolve)))
  await user.click(screen.getByRole('button', { name: /Field Station/ }))
  await user.click(screen.getByRole('button', { name: 'Back' }))
  await user.click(screen.getByRole('button', { name: /Ward 7/ }))
  expect(bridge.argumentsOf('join.look')).toHaveLength(2)
  answers[0]?.(failed('Joining was stopped.', 'cancelled'))
  await settle()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.getByText(/Asking the host/)).toBeTruthy()
  answers[1]?.(failed('Nobody answers there.', 'unreachable'))
  await settle()
  expect(screen.getByRole('alert').textContent).toContain('Nobody answers there')
})

test('looking for a code can be given up, on the first screen too, and a session be picked', async () => {
  const { bridge, user, settle } = await openFirstRun([found('Ward 7')])
  const answers: Settle[] = []
  bridge.answer('join.code', () => new Promise((resolve) => answers.push(resolve)))
  bridge.answer('join.look', () => ok(offer({ name: 'Ward 7' })))
  const field = screen.getByRole('textbox', { name: /Invite link, code/ })
  await user.type(field, '7K2M-Q9XD{Enter}')
  await user.click(screen.getByRole('button', { name: 'Give up' }))
  expect(bridge.argumentsOf('join.cancel')).toHaveLength(1)
  expect(screen.queryByRole('button', { name: 'Give up' })).toBeNull()
  expect(document.activeElement).not.toBe(document.body)
  answers[0]?.(failed('Joining was stopped.', 'cancelled'))
  await settle()
  expect(screen.queryByRole('alert')).toBeNull()

  await user.type(field, '{Enter}')
  await user.click(screen.getByRole('button', { name: /Ward 7/ }))
  await settle()
  expect(screen.getByRole('textbox', { name: 'Code or invite link' })).toBeTruthy()
})

test('an image that held no code can be chosen again after it was mended', async () => {
  const { bridge, user, settle } = await openFirstRun([])
  bridge.answer('join.scan', () => failed('Not now.', 'not-allowed'))
  await user.click(screen.getByRole('button', { name: 'Scan a QR code' }))
  const input = screen.getByLabelText<HTMLInputElement>('Choose an image…')
  await user.upload(input, new File(['no image'], 'code.png', { type: 'image/png' }))
  await settle()
  expect(screen.getByRole('alert').textContent).toContain('not an image that can be read')
  // What is chosen next is a change, whatever it is.
  expect(input.files).toHaveLength(0)
})

test('a session of another version is shown and cannot be picked', async () => {
  const { user } = await openFirstRun([found('Old', { compatible: false })])
  const row = screen.getByRole('button', { name: /Old.*another version/ })
  expect(row.getAttribute('aria-disabled')).toBe('true')
  await user.click(row)
  expect(screen.queryByRole('button', { name: 'Back' })).toBeNull()
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
