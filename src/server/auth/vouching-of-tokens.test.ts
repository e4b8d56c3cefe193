import { expect, it } from 'vitest'
import type { TokenClaims, TokenFaultCode } from './verify-token.ts'
import { revocationsIn } from './revocations.ts'
import { isOver, roleOf, vouchingOf } from './vouching-of-tokens.ts'

const claims: TokenClaims = {
  kind: 'claims',
  issuer: 'https://id.example',
  subject: 'u-7',
  name: 'Mara',
  roles: ['staff', 'Moderator', 'guest'],
  tokenId: undefined,
  expiresAt: 5,
  all: { sub: 'u-7' },
}

it('a token vouches for its holder with the highest role that is one of ours', async () => {
  const vouching = vouchingOf(async () => claims)
  expect(await vouching.of('t')).toEqual({
    kind: 'vouched',
    role: 'moderator',
    by: 'https://id.example',
    subject: '["https://id.example","u-7"]',
    tokenId: undefined,
    endsAt: 5,
    claims: { sub: 'u-7' },
  })
  expect(roleOf(['host', 'guest'])).toBe('host')
  expect(roleOf(['administrator'])).toBe('member')
})

it('a token that cannot be checked now is no wrong token', async () => {
  const fault = (code: TokenFaultCode) =>
    vouchingOf(async () => ({ kind: 'fault', code, message: 'why' })).of('t')
  expect(await fault('unavailable')).toMatchObject({ code: 'unavailable' })
  expect(await fault('expired')).toMatchObject({ code: 'token-expired', message: 'why' })
  expect(await fault('wrong-signature')).toMatchObject({ code: 'unauthorized' })
})

it('a stay is over once its token or its holder is on the list', () => {
  const revocations = revocationsIn('list', () => 'jti t-1\nsub u-2')
  revocations.reload()
  const over = isOver(revocations)
  expect(over({ subject: '["","u-1"]', tokenId: 't-1' })).toBe(true)
  expect(over({ subject: '["x","u-2"]', tokenId: undefined })).toBe(true)
  expect(over({ subject: '["x","u-1"]', tokenId: 't-2' })).toBe(false)
})
