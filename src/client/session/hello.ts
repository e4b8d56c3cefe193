import type { Hello } from '../../protocol/client-messages.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { ClientSessionOptions } from '../client-session.ts'

export function helloOf(
  { app, identity, session }: ClientSessionOptions,
  memberName: string,
): Hello {
  const { secret } = session
  return {
    type: 'hello',
    versions: [...SUPPORTED_VERSIONS],
    session: session.id,
    member: { id: identity.memberId, key: identity.memberKey, name: memberName },
    device: { id: identity.deviceId, name: identity.deviceName },
    ...(secret === undefined ? {} : { credential: { kind: 'secret', secret } }),
    ...(app === undefined ? {} : { client: app }),
  }
}
