import { expect, it } from 'vitest'
import { checkedExternalLink } from './external-link.ts'

it('lets web and mail links out, normalised', () => {
  expect(checkedExternalLink('https://example.org/a b"c')).toBe('https://example.org/a%20b%22c')
  expect(checkedExternalLink('HTTP://Example.org')).toBe('http://example.org/')
  expect(checkedExternalLink('mailto:a@example.org')).toBe('mailto:a@example.org')
})

it.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'smb://host/share',
  'ms-msdt:/id',
  'landline://join?v=1',
  'landline-app://app/index.html',
  'example.org',
  '',
])('keeps %s inside', (link) => {
  expect(checkedExternalLink(link)).toBeNull()
})
