import { expect, it } from 'vitest'
import type { ClientSession } from '../../client/client-session.ts'
import type { ClientFailureKind } from '../../client/result.ts'
import type { NewIntegration } from '../../client/session/admin.ts'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { createInvite } from '../../protocol/invite.ts'
import { adminCommands, hookUrl } from './admin-commands.ts'
import { ok } from './command-gate.ts'

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

it('a program of which nobody knows whether it was made is tried again with the same secret', async () => {
  const asked: NewIntegration[] = []
  let kind: ClientFailureKind = 'timeout'
  const admin: Partial<ClientSession['admin']> = {
    async createIntegration(wanted) {
      asked.push(wanted)
      return { ok: false, failure: { kind, message: '' } }
    },
  }
  let secrets = 0
  const commands = adminCommands(
    { find: () => ok({ admin } as ClientSession) } as unknown as Parameters<
      typeof adminCommands
    >[0],
    { set: async () => {} } as unknown as Parameters<typeof adminCommands>[1],
    () => ({ ok: true, value: 'landline://join' }),
    () => `secret ${++secrets}`,
  )
  const make = async (name: string): Promise<void> => {
    const what = { kind: 'bot', role: 'guest', scopes: ['read'], commands: [] }
    const wanted = { session: invite.sessionId, name, rooms: [], what }
    await commands['admin.create-integration'](wanted as never, {} as never)
  }
  await make('Dice')
  await make('Dice')
  // Something else is another program.
  await make('Cards')
  // The host said no: nothing was made by this one.
  kind = 'name-taken'
  await make('Dice')
  await make('Dice')
  expect(asked.map(({ secret }) => secret)).toEqual([
    ...['secret 1', 'secret 1', 'secret 2', 'secret 1', 'secret 3'],
  ])
})

it('[I4] nobody’s invite is taken for the one that the session’s own link is made of', async () => {
  const labels: string[] = []
  const admin: Partial<ClientSession['admin']> = {
    async createInvite({ label }) {
      labels.push(label)
      return { ok: false, failure: { kind: 'offline', message: '' } }
    },
  }
  const commands = adminCommands(
    { find: () => ok({ admin } as ClientSession) } as unknown as Parameters<
      typeof adminCommands
    >[0],
    { set: async () => {} } as unknown as Parameters<typeof adminCommands>[1],
    () => ({ ok: true, value: 'landline://join' }),
    () => 'secret',
  )
  for (const label of ['first', 'first aid']) {
    const wanted = { session: invite.sessionId, label, role: 'member', lifeMs: null, maxUses: null }
    await commands['admin.create-invite'](wanted as never, {} as never)
  }
  expect(labels).toEqual(['First', 'first aid'])
})
