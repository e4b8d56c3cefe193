import { act, cleanup, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { ConnectionView } from '../../client/views.ts'
import { openApp } from '../testing/open-app.tsx'
import type { OpenApp } from '../testing/open-app.tsx'
import { failed, ok } from '../testing/recording-bridge.ts'
import { SESSION, appView, session } from '../testing/sample-views.ts'
import { givenToken } from './given-token.ts'

afterEach(cleanup)

const NEEDED = { state: 'refused', reason: 'token-needed', message: '' } as const
const ENDED = { state: 'refused', reason: 'token-ended', message: '' } as const

async function openWith(connection: ConnectionView, queued = 0): Promise<OpenApp> {
  const newcomer = connection === NEEDED ? { newcomer: true as const } : {}
  const view = appView({ sessions: [session({ connection, queued, ...newcomer })] })
  return openApp((on) => on.answer('app.state', () => ok(view)))
}
async function becomes({ bridge, settle }: OpenApp, connection: ConnectionView): Promise<void> {
  const newcomer = connection.state === 'refused' ? { newcomer: true as const } : {}
  const event = { type: 'session', session: session({ connection, ...newcomer }) } as const
  act(() => bridge.emit({ type: 'session-event', session: SESSION, event }))
  await settle()
}

const bar = () => within(screen.getByRole('status', { name: 'Connection' }))
const dialog = () => screen.queryByRole('dialog', { name: 'Sign in to Field Station' })
const field = () => screen.getByLabelText<HTMLInputElement>('Access token')

test('a session that asks for a token asks by itself, once, in a field that hides it', async () => {
  const app = await openWith(NEEDED)
  expect(dialog()).toBeTruthy()
  expect(field().type).toBe('password')
  expect(field().dir).toBe('ltr')
  await waitFor(() => expect(document.activeElement).toBe(field()))
  expect(screen.getByText(/Your organisation gives you one/)).toBeTruthy()
  await app.user.keyboard('{Escape}')
  expect(dialog()).toBeNull()
  await becomes(app, { ...NEEDED, message: 'again' })
  expect(dialog()).toBeNull()
  await app.user.click(bar().getByRole('button', { name: 'Paste a token' }))
  expect(dialog()).toBeTruthy()
})

test('it does not take the place of another dialog, and comes after it', async () => {
  const app = await openWith({ state: 'connecting', attempt: 1 })
  act(() => app.bridge.emit({ type: 'intent', intent: { kind: 'join' } }))
  await app.settle()
  await becomes(app, NEEDED)
  expect(dialog()).toBeNull()
  expect(screen.getByRole('dialog', { name: 'Join a session' })).toBeTruthy()
  await app.user.click(screen.getByRole('button', { name: 'Cancel' }))
  await app.settle()
  expect(dialog()).toBeTruthy()
})

test('[D14] in a running session the bar says that the sign-in has ended and asks; nothing covers what is read', async () => {
  const app = await openWith(ENDED, 3)
  expect(dialog()).toBeNull()
  expect(screen.getByRole('status', { name: 'Connection' }).textContent).toContain(
    'Your sign-in has ended. 3 messages are queued and will be sent when you have signed in.',
  )
  expect(bar().queryByRole('button', { name: 'Try now' })).toBeNull()
  await app.user.click(bar().getByRole('button', { name: 'Paste a new token' }))
  expect(within(dialog() as HTMLElement).getByText(/Your sign-in has ended/)).toBeTruthy()
})

test('[D14] who was in before is told that they are signed out, and nothing covers what they read', async () => {
  const view = appView({ sessions: [session({ connection: NEEDED, queued: 2 })] })
  const app = await openApp((on) => on.answer('app.state', () => ok(view)))
  expect(dialog()).toBeNull()
  expect(screen.getByRole('status', { name: 'Connection' }).textContent).toContain(
    'You are signed out. 2 messages are queued and will be sent when you have signed in.',
  )
  await app.user.click(bar().getByRole('button', { name: 'Paste a token' }))
  expect(
    within(dialog() as HTMLElement).getByText(/You are signed out. What you wrote/),
  ).toBeTruthy()
})

test('[D14] the bar says in time that the sign-in ends, and is gone when it goes on', async () => {
  const app = await openWith({ state: 'online' })
  await becomes(app, { state: 'online', signInEndsAt: app.clock.now() + 60_000 })
  expect(screen.getByRole('status', { name: 'Connection' }).textContent).toContain(
    'Your sign-in ends soon. With a new token nothing is interrupted. It ends in 60 s.',
  )
  await act(() => app.clock.advance(1_000))
  expect(screen.getByRole('status', { name: 'Connection' }).textContent).toContain('in 59 s.')
  await becomes(app, { state: 'online' })
  expect(screen.getByRole('status', { name: 'Connection' }).textContent).toBe('')
})

test('nothing given and too much are said beside the field, and shown to nobody', async () => {
  const { bridge, user, settle } = await openWith(NEEDED)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  expect(screen.getByRole('alert').textContent).toBe('Paste the token first.')
  await user.click(field())
  await user.paste('x'.repeat(9_001))
  expect(screen.queryByRole('alert')).toBeNull()
  await user.keyboard('{Enter}')
  await settle()
  expect(screen.getByRole('alert').textContent).toBe(
    'A token has at most 8,192 characters; this text has 9,001. Copy the token alone.',
  )
  expect(field().getAttribute('aria-invalid')).toBe('true')
  expect(bridge.argumentsOf('session.sign-in')).toEqual([])
})

test('a token is tried as it was meant, says so meanwhile, and closes the dialog', async () => {
  const { bridge, user, settle } = await openWith(NEEDED)
  let answer: (result: ReturnType<typeof ok<null>>) => void = () => {}
  bridge.answer('session.sign-in', () => new Promise((resolve) => (answer = resolve)))
  await user.click(field())
  await user.paste('  Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln \n')
  await user.keyboard('{Enter}')
  expect(screen.getByRole('button', { name: 'Signing in…' })).toBeTruthy()
  await user.keyboard('{Enter}')
  expect(bridge.argumentsOf('session.sign-in')).toEqual([
    { session: SESSION, token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' },
  ])
  answer(ok(null))
  await settle()
  expect(dialog()).toBeNull()
})

test('a token that the server refuses stays where it is, with the reason', async () => {
  const app = await openWith(NEEDED)
  app.bridge.answer('session.sign-in', () =>
    failed('The server did not accept it.', 'unauthorized'),
  )
  await app.user.type(field(), 'wrong{Enter}')
  await becomes(app, { state: 'refused', reason: 'token-refused', message: '' })
  expect(screen.getByRole('alert').textContent).toBe('The server did not accept it.')
  expect(field().value).toBe('wrong')
  await app.user.type(field(), 'x')
  expect(screen.queryByRole('alert')).toBeNull()
})

test('after a refusal the next token that is pasted takes the place of the wrong one', async () => {
  const app = await openWith(NEEDED)
  app.bridge.answer('session.sign-in', () => failed('No.', 'unauthorized'))
  await app.user.type(field(), 'wrong{Enter}')
  await app.settle()
  expect(document.activeElement).toBe(field())
  await app.user.paste('another')
  expect(field().value).toBe('another')
})

test('it opens by itself once for each session', async () => {
  const app = await openWith(NEEDED)
  await app.user.keyboard('{Escape}')
  await becomes(app, { state: 'connecting', attempt: 1 })
  await becomes(app, NEEDED)
  expect(dialog()).toBeNull()
})

test('it goes when the session comes online by itself, and writing is next', async () => {
  const app = await openWith(ENDED)
  await app.user.click(bar().getByRole('button', { name: 'Paste a new token' }))
  await becomes(app, { state: 'online' })
  expect(dialog()).toBeNull()
})

test('to somebody who was never in, nothing has ended but the token', async () => {
  const view = appView({ sessions: [session({ connection: ENDED, newcomer: true })] })
  const app = await openApp((on) => on.answer('app.state', () => ok(view)))
  expect(within(dialog() as HTMLElement).getByText(/lets people in who have/)).toBeTruthy()
  await app.user.keyboard('{Escape}')
  expect(bar().getByText('This token has ended.')).toBeTruthy()
  expect(screen.queryByText(/Your sign-in has ended/)).toBeNull()
  expect(screen.getAllByText('not signed in').length).toBeGreaterThan(0)
})

test('whoever came by a token that was refused is told so, and that there may be none', async () => {
  const refused = { state: 'refused', reason: 'token-refused', message: '' } as const
  const view = appView({ sessions: [session({ connection: refused, newcomer: true })] })
  await openApp((on) => on.answer('app.state', () => ok(view)))
  expect(within(dialog() as HTMLElement).getByText(/it takes none, or another one/)).toBeTruthy()
})

test('the dot beside a session that only wants a token is no alarm', async () => {
  await openWith(ENDED)
  expect(document.querySelector('.rail-dot')?.getAttribute('data-state')).toBe('signed-out')
})

test('what is copied along with a token is left out', () => {
  expect(givenToken('\n eyJ.a.\n b ')).toEqual({ kind: 'token', token: 'eyJ.a.b' })
  expect(givenToken('bearer  eyJ')).toEqual({ kind: 'token', token: 'eyJ' })
  expect(givenToken('x'.repeat(8_192))).toMatchObject({ kind: 'token' })
  expect(givenToken(' \n ')).toMatchObject({ kind: 'fault' })
})
