import { describe, expect, it } from 'vitest'
import { sessionIdSchema } from '../protocol/ids.ts'
import { decodeText, encodeText } from './announcement.ts'
import type { Announcement } from './announcement.ts'
import { instanceName } from './names.ts'

const sessionId = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const full: Announcement = {
  sessionId,
  name: 'Field Station Ω',
  host: 'mara-laptop',
  protocolVersion: 1,
  people: 12,
  passphrase: true,
  addresses: ['10.0.0.5:47800', '[fd00::5]:47800'],
  open: true,
  selectors: ['7K', 'Z0'],
  fingerprint: Buffer.alloc(32, 7).toString('base64url'),
}
const bytes = (...strings: string[]): Uint8Array[] =>
  strings.map((string) => new TextEncoder().encode(string))
const text = (changes: Readonly<Record<string, string>> = {}): Uint8Array[] =>
  bytes(
    ...Object.entries({
      txtvers: '1',
      id: sessionId,
      v: '1',
      n: '3',
      pw: '0',
      name: 'Ward',
      a0: '10.0.0.1:1',
      ...changes,
    }).map(([key, value]) => `${key}=${value}`),
  )

describe('the TXT record', () => {
  it('says what was announced', () => {
    expect(decodeText(encodeText(full))).toEqual(full)
  })

  it('fits an Ethernet frame with the longest names there are', () => {
    const longest = encodeText({
      ...full,
      name: '\u6f22'.repeat(80),
      host: '\u6f22'.repeat(80),
      addresses: Array.from(
        { length: 20 },
        (_, i) => `[fd00:1111:2222:3333:4444:5555:6666:${i}]:47800`,
      ),
    })
    expect(Math.max(...longest.map((string) => string.length))).toBeLessThanOrEqual(255)
    expect(longest.reduce((sum, string) => sum + string.length + 1, 0)).toBeLessThan(1_150)
    expect(decodeText(longest)).toMatchObject({ name: '\u6f22'.repeat(80) })
    expect(decodeText(longest)?.addresses).toHaveLength(6)
  })

  it.each([
    ['another layout', { txtvers: '2' }],
    ['a session id that is none', { id: 'x' }],
    ['no name', { name: '' }],
    ['a name without anything to see', { name: '\u202e\u2066\u0007' }],
    ['no version', { v: '' }],
    ['a version that is no number', { v: '1e9' }],
    ['a host name instead of an address', { a0: 'evil.example:80' }],
    ['an address without a port', { a0: '10.0.0.1' }],
    ['a port out of range', { a0: '10.0.0.1:70000' }],
  ])('is not believed with %s', (_, changes) => {
    expect(decodeText(text())).toBeDefined()
    expect(decodeText(text(changes))).toBeUndefined()
  })

  it('loses characters that would make it look like something else, and keeps other scripts', () => {
    expect(decodeText(text({ name: '  a\u202Eb\n\tc\u0000  ' }))?.name).toBe('ab c')
    expect(
      decodeText(text({ name: '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645' }))?.name,
    ).toBe('\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645')
    expect(decodeText(text({ name: 'x'.repeat(200) }))?.name).toHaveLength(80)
    const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'
    expect(decodeText(text({ name: family.repeat(11) }))?.name).toBe(family.repeat(10))
  })

  it('survives what is not text, is there twice, or has no end', () => {
    expect(decodeText([])).toBeUndefined()
    expect(decodeText([new Uint8Array([0xff, 0xfe]), ...text()])?.name).toBe('Ward')
    expect(decodeText([...text(), ...bytes('name=Impostor', '=', 'x')])?.name).toBe('Ward')
    const many = Array.from({ length: 10_000 }, (_, i) => `k${i}=v`)
    expect(decodeText([...bytes(...many), ...text()])).toBeUndefined()
    expect(decodeText(text({ n: '99999999999' }))?.people).toBe(0)
    expect(decodeText(text({ fp: '<b>' }))).not.toHaveProperty('fingerprint')
    for (const c of ['7', 'ILOU', '<b>x', 'AA'.repeat(9)]) {
      expect(decodeText(text({ c }))?.selectors, c).toEqual([])
    }
  })
})

describe('instance names', () => {
  it('are one label of at most 63 bytes, with the token whole', () => {
    const name = instanceName('St. Mary\u2019s Ward '.repeat(9), 'abcd1234')
    const [label = '', ...rest] = name.split('.')
    expect(rest.join('.')).toBe('_landline._tcp.local')
    expect(Buffer.byteLength(label)).toBeLessThanOrEqual(63)
    expect(label).toMatch(/^St\u2024 Mary\u2019s Ward .* \(abcd1234\)$/)
    expect(instanceName('\u{1F3E5}'.repeat(40), 't')).not.toContain('\uFFFD')
  })
})
