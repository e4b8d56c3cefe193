import { describe, expect, it } from 'vitest'
import { redactor } from './redact.ts'

const HOME = '/home/mara.holm'
const SECRET = 'correct horse/battery'
const redact = redactor({ home: HOME, userName: 'mara.holm', secrets: [SECRET, 'abc'] })

describe('what is taken out of a report', () => {
  it.each([
    ['a secret', `refused: ${SECRET}!`, 'refused: ‹secret›!'],
    ['a secret in a link', `k=${encodeURIComponent(SECRET)}&x`, 'k=‹secret›&x'],
    ['an invite', 'see landline://join?v=1&k=x.', 'see ‹invite›'],
    ['a key', 'is -----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY----- ok', 'is ‹key› ok'],
    ['half a key', '-----BEGIN PRIVATE KEY-----\nMIGH', '‹key›'],
    ['a password in an address', 'redis://me:pw@db:6379/0', 'redis://‹secret›@db:6379/0'],
    ['a bearer token', 'Bearer eyJhbGciOi.eyJzdWIi.c2ln', 'Bearer ‹secret›'],
    ['random bytes', `key ${'aB3_'.repeat(10)} end`, 'key ‹secret› end'],
    ['random bytes in hex', `key ${'0af1'.repeat(16)}`, 'key ‹secret›'],
    ['the home folder', `${HOME}/.config/Landline/x.db`, '~/.config/Landline/x.db'],
    ['another folder of the user', '/media/mara.holm/stick', '/media/‹user›/stick'],
    ['the user’s name', 'owned by mara.holm.', 'owned by ‹user›.'],
  ])('%s', (_what, text, shown) => {
    expect(redact(text)).toBe(shown)
  })

  it('a folder of Windows, however its slashes are written', () => {
    const windows = redactor({ home: 'C:\\Users\\mara', userName: 'mara', secrets: [] })
    expect(windows('C:\\Users\\mara\\x c:/users/mara/x "C:\\\\Users\\\\mara\\\\x"')).toBe(
      '~\\x ~/x "~\\\\x"',
    )
  })

  it('leaves what a report is about', () => {
    const text =
      'eth0 192.168.1.20, fd00::2, river · lamp, 0190a000-0000-7000-8000-000000000001, /home/mara.holmes'
    expect(redact(text)).toBe(text)
    // A user called like a common word, and one too short to tell from other words.
    expect(redactor({ home: '/root', userName: 'root', secrets: [] })('the root /root/x')).toBe(
      'the root ~/x',
    )
    expect(redactor({ home: '', userName: 'al', secrets: [''] })('al fine')).toBe('al fine')
  })
})
