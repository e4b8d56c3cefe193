import { expect, test } from 'vitest'
import type { AuditAction } from '../../protocol/admin.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { inviteName, sentenceOf } from './log-words.ts'

const who = (name: string) => ({ id: name as MemberId, name })

test.each([
  ['admitted', null, 'Mara', 'host', 'Mara began the session'],
  ['admitted', null, 'Sam', 'invite “first”', 'Sam came in (by the link of the hosting panel)'],
  ['admitted', null, 'Sam', 'invite “Night shift”', 'Sam came in (invite “Night shift”)'],
  ['admitted', null, 'Sam', 'invite “”', 'Sam came in (by an invite)'],
  ['admitted', null, 'Sam', 'passphrase', 'Sam came in (passphrase)'],
  [
    'invite-created',
    null,
    null,
    'first (member)',
    'The session made the link of the hosting panel',
  ],
  ['invite-created', 'Mara', null, ' (guest)', 'Mara made an invite (guest)'],
  ['invite-created', 'Mara', null, 'Night (2) (guest)', 'Mara made an invite: Night (2) (guest)'],
  [
    'invite-revoked',
    'Mara',
    null,
    'first (member)',
    'Mara took back the link of the hosting panel',
  ],
] satisfies readonly (readonly [AuditAction, string | null, string | null, string, string])[])(
  '[I10] the log says of %s, by %s, of %s, «%s»: %s',
  (action, actor, target, detail, words) => {
    const entry = {
      ...{ number: 1, at: 0, action, detail },
      actor: actor === null ? null : who(actor),
      target: target === null ? null : who(target),
    }
    expect(sentenceOf(entry)).toBe(words)
  },
)

test('the invite of a session’s own link is called by where people see it', () => {
  expect(inviteName('first', 'Invite')).toBe('Link of the hosting panel')
  expect(inviteName('', 'Invite')).toBe('Invite')
  expect(inviteName('Night shift', 'Invite')).toBe('Night shift')
})
