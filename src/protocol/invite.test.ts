import { describe, expect, it } from 'vitest'
import type { SessionId } from './ids.ts'
import { createInvite, isAddress, parseInvite } from './invite.ts'

const sessionId = '0192d3a4-0000-7000-8000-000000000001' as SessionId
const invite = {
  sessionId,
  name: 'Field Station & co = 50 % <Ärzte> 船',
  addresses: ['192.168.1.20:47800', '[fd00::1:2]:47800', 'ward-3.local:47800'],
  secret: 'a+b/c=d e&f',
}

function faultOf(link: string): string {
  const parsed = parseInvite(link)
  return parsed.kind === 'fault' ? `${parsed.code} ${parsed.field}` : 'fine'
}

describe('an invite', () => {
  it('survives being written and read', () => {
    expect(parseInvite(createInvite(invite))).toEqual({ kind: 'invite', invite })
  })

  it('has no secret for an open session', () => {
    const { secret: _, ...open } = invite
    const link = createInvite(open)
    expect(link).not.toContain('k=')
    expect(parseInvite(link)).toEqual({ kind: 'invite', invite: open })
  })

  it('[T1] carries the fingerprint of the host’s key, or that an authority vouches for it', () => {
    const fingerprint = Buffer.alloc(32, 200).toString('base64url')
    const link = createInvite({ ...invite, fingerprint })
    expect(link).toContain(`&f=${fingerprint}`)
    expect(parseInvite(link)).toEqual({ kind: 'invite', invite: { ...invite, fingerprint } })
    const company = createInvite({ ...invite, tls: true })
    expect(company).toContain('&tls=1')
    expect(parseInvite(company)).toEqual({ kind: 'invite', invite: { ...invite, tls: true } })
  })

  it('[T1] with a damaged fingerprint is no invite, rather than one without a key', () => {
    const link = createInvite(invite)
    expect(faultOf(`${link}&f=`)).toBe('invalid fingerprint')
    expect(faultOf(`${link}&f=${'A'.repeat(42)}`)).toBe('invalid fingerprint')
    expect(faultOf(`${link}&tls=0`)).toBe('invalid encryption')
    expect(() => createInvite({ ...invite, fingerprint: 'x' })).toThrow('key')
  })

  it('is read whatever systems and mails do to links: spaces around, a slash, capitals in the scheme', () => {
    const link = createInvite(invite)
    expect(parseInvite(`\n ${link.replace('join?', 'join/?')} `).kind).toBe('invite')
    expect(parseInvite(link.replace('landline:', 'LANDLINE:')).kind).toBe('invite')
    expect(parseInvite(`${link}&future=1`).kind).toBe('invite')
  })

  it('carries at most 16 addresses', () => {
    const many = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 1}:47800`)
    const parsed = parseInvite(createInvite({ ...invite, addresses: many }))
    expect(parsed.kind === 'invite' && parsed.invite.addresses).toEqual(many.slice(0, 16))
    expect(
      faultOf(`landline://join?v=1&s=${sessionId}&n=x&${many.map((a) => `a=${a}`).join('&')}`),
    ).toBe('invalid address')
  })

  it('names what is wrong', () => {
    expect(faultOf('https://example.org/join?v=1')).toBe('not-an-invite link')
    expect(faultOf('')).toBe('not-an-invite link')
    expect(faultOf(`landline://join?${'x'.repeat(5_000)}`)).toBe('not-an-invite link')
    expect(faultOf('landline://join?v=1&n=%zz')).toBe('invalid link')
    expect(faultOf(`landline://join?s=${sessionId}`)).toBe('missing version')
    expect(faultOf(`landline://join?v=2&s=${sessionId}&n=x&a=h:1`)).toBe(
      'unsupported-version version',
    )
    expect(faultOf('landline://join?v=1&n=x&a=h:1')).toBe('missing session')
    expect(faultOf('landline://join?v=1&s=nonsense&n=x&a=h:1')).toBe('invalid session')
    expect(faultOf(`landline://join?v=1&s=${sessionId}&a=h:1`)).toBe('missing name')
    expect(faultOf(`landline://join?v=1&s=${sessionId}&n=%0a&a=h:1`)).toBe('invalid name')
    expect(faultOf(`landline://join?v=1&s=${sessionId}&n=x`)).toBe('missing address')
    expect(faultOf(`landline://join?v=1&s=${sessionId}&n=x&a=h`)).toBe('invalid address')
    expect(faultOf(`landline://join?v=1&s=${sessionId}&n=x&a=h:1&k=`)).toBe('invalid secret')
  })

  it('throws for an invite that nobody could read', () => {
    expect(() => createInvite({ ...invite, addresses: [] })).toThrow('address')
  })

  it('knows an address', () => {
    for (const good of ['127.0.0.1:1', 'localhost:65535', '[::1]:80', '[fe80::1]:47800']) {
      expect(isAddress(good), good).toBe(true)
    }
    for (const bad of [
      '::1:80',
      'h:0',
      'h:65536',
      'h',
      ':80',
      'a b:80',
      'h:80/x',
      '[x]:80',
      'u@h:80',
    ]) {
      expect(isAddress(bad), bad).toBe(false)
    }
  })
})
