import { expect, it } from 'vitest'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { createInvite } from '../../protocol/invite.ts'
import { hookUrl } from './admin-commands.ts'

const ID = '0192d3a4-0000-7000-8000-000000000401' as MemberId
const invite = {
  sessionId: '0192d3a4-0000-7000-8000-000000000001' as SessionId,
  name: 'Field Station',
  addresses: ['192.168.4.23:47800', '[fd00::7]:47800'],
}

it.each([
  ['a host with a key of its own', { fingerprint: 'A'.repeat(43) }, 'https'],
  ['a certificate an authority vouches for', { tls: true }, 'https'],
  ['a plain server', {}, 'http'],
] as const)('a webhook of %s is posted to where invites lead', (_which, proofs, scheme) => {
  expect(hookUrl(createInvite({ ...invite, ...proofs }), ID, 'token')).toBe(
    `${scheme}://192.168.4.23:47800/hooks/${ID}/token`,
  )
})
