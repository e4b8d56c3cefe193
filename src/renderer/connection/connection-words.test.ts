import { expect, test } from 'vitest'
import type { ConnectionView } from '../../client/views.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { session } from '../testing/sample-views.ts'
import { connectionMessage } from './connection-words.ts'

const NOW = 1_000_000
function said(connection: ConnectionView, queued = 0): string | null {
  const message = connectionMessage(session({ connection, queued }), NOW)
  if (message === null) return null
  const { title, text, countdown, action } = message
  return [title, text, countdown, action === null ? '' : `[${action}]`].filter(Boolean).join(' ')
}
const waiting = (retryAt: number): ConnectionView => ({
  state: 'waiting',
  reason: 'no answer',
  attempt: 2,
  retryAt,
})

test.each<[ConnectionView, number, string | null]>([
  [{ state: 'online' }, 3, null],
  [
    waiting(NOW + 3_400),
    3,
    'Offline. 3 messages are queued and will be sent by themselves. Next try in 4 s. [try-now]',
  ],
  [
    waiting(NOW + 4_000),
    1,
    'Offline. 1 message is queued and will be sent by itself. Next try in 4 s. [try-now]',
  ],
  [waiting(NOW - 50), 0, 'Offline. Trying now… [try-now]'],
  [
    {
      state: 'waiting',
      reason: 'The host stopped this session.',
      stopped: true,
      attempt: 1,
      retryAt: 0,
    },
    1,
    'Offline. The host stopped this session. 1 message is queued and will be sent by itself. Trying now… [try-now]',
  ],
  [
    {
      state: 'waiting',
      reason: 'The session is full.',
      telling: true,
      attempt: 1,
      retryAt: NOW + 4_000,
    },
    0,
    'Offline. The session is full. Next try in 4 s. [try-now]',
  ],
  [{ state: 'offline' }, 0, 'Offline. [try-now]'],
  [{ state: 'offline', problem: 'The disk is full.' }, 0, 'Offline. The disk is full. [try-now]'],
  [
    { state: 'offline' },
    2,
    'Offline. 2 messages are queued and will be sent when the connection is back. [try-now]',
  ],
  [{ state: 'connecting', attempt: 1 }, 0, 'Connecting…'],
  [{ state: 'authenticating' }, 0, 'Signing in…'],
  [{ state: 'catching-up', received: 120, total: 480 }, 0, 'Catching up: 120 of 480'],
  [
    { state: 'online', signInEndsAt: NOW + 240_000 },
    0,
    'Your sign-in ends soon. With a new token nothing is interrupted. It ends in 4 min. [sign-in]',
  ],
  [
    { state: 'refused', reason: 'token-ended', message: '' },
    3,
    'Your sign-in has ended. 3 messages are queued and will be sent when you have signed in. [sign-in]',
  ],
  [
    { state: 'refused', reason: 'token-needed', message: '' },
    0,
    'You are signed out. With a token you go on where you were. [sign-in]',
  ],
  [
    {
      ...{ state: 'refused', reason: 'token-of-another', message: '' },
      owner: { id: 'mara' as MemberId, name: 'Mara' },
    },
    0,
    'This token belongs to Mara. On this computer you are another member: paste a token of your own. [sign-in]',
  ],
])('[D14] %j with %i queued says: %s', (connection, queued, words) => {
  expect(said(connection, queued)).toBe(words)
})

test.each([
  'unauthorized',
  'unsupported-version',
  'identity-taken',
  'banned',
  'other-session',
  'superseded',
] as const)('[D14] refused as %s says why and what to do', (reason) => {
  const message = connectionMessage(
    session({ connection: { state: 'refused', reason, message: 'for developers' } }),
    NOW,
  )
  expect(message?.tone).toBe('bad')
  expect(message?.title).toMatch(/\.$/)
  expect(message?.text).toMatch(/\.$/)
})

test('[D14] to a newcomer a session that takes tokens says what it asks for', () => {
  const connection = { state: 'refused', reason: 'token-needed', message: '' } as const
  const message = connectionMessage(session({ connection, newcomer: true }), NOW)
  expect(`${message?.title} ${message?.text}`).toBe(
    'This session asks who you are. It takes an access token, which your organisation gives you.',
  )
})

test('[D14] a refused session does not promise that queued messages will be sent', () => {
  const connection = { state: 'refused', reason: 'banned', message: '' } as const
  expect(said(connection, 2)).toBe(
    'The host has banned you from this session. Only a host or a moderator can take that back. 2 messages were not sent and are kept on this computer. [try-now]',
  )
})
