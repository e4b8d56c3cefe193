import type { ClientSession } from '../../client/client-session.ts'
import { pairWithCode } from '../../pairing/pair.ts'
import { createIdentity } from '../profile/identity.ts'
import type { Identity } from '../profile/identity.ts'
import type { Membership } from './cast.ts'

/** A further device of somebody who is in, by a code as people would type it (I11). */
export async function linkDevice(
  owner: Pick<ClientSession, 'admin'>,
  membership: Membership,
): Promise<Identity & { readonly link: string }> {
  const code = await owner.admin.linkCode()
  if (!code.ok) throw new Error(code.failure.message)
  return redeem(code.value.code, membership)
}

/** What a code that somebody read out is worth. */
export async function redeem(
  code: string,
  { sessionId, address, fingerprint }: Omit<Membership, 'secret'>,
): Promise<Identity & { readonly link: string }> {
  const port = Number(address.split(':').at(-1))
  const paired = await pairWithCode({ host: '127.0.0.1', port, sessionId, fingerprint, code })
  if (paired.kind === 'failed') throw new Error(`the code leads nowhere: ${paired.why}`)
  if (paired.member === undefined) throw new Error('the code is not for a further device')
  return { ...createIdentity(), memberId: paired.member.id, link: paired.member.token }
}
