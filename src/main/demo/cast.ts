import { join } from 'node:path'
import { openClientSession } from '../../client/client-session.ts'
import type { ClientSession, ClientSessionOptions } from '../../client/client-session.ts'
import type { MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import type { Logger } from '../logger.ts'
import type { Identity } from '../profile/identity.ts'

export interface Membership {
  readonly sessionId: SessionId
  readonly name: string
  readonly address: string
  readonly secret: string
  readonly fingerprint: string
}

export interface CastOptions {
  readonly folder: string
  readonly client: Pick<ClientSessionOptions, 'dial' | 'clock' | 'random' | 'uuid'>
  readonly log: Logger
}

/** Brings one sample person into the session by a real client of their own; resolves when they are in. */
export async function enter(
  name: string,
  identity: Identity & { readonly link?: string },
  deviceName: string,
  { sessionId, name: sessionName, address, secret, fingerprint }: Membership,
  { folder, client, log }: CastOptions,
): Promise<ClientSession> {
  const opened = openClientSession({
    ...client,
    file: join(folder, identity.deviceId, 'session.db'),
    session: {
      ...{ id: sessionId, name: sessionName, addresses: [address], secret },
      ...(identity.link === undefined ? {} : { link: identity.link }),
    },
    trust: { kind: 'pinned', fingerprint },
    identity: {
      memberId: identity.memberId,
      memberName: name,
      deviceId: identity.deviceId,
      deviceName,
      deviceKey: identity.deviceKey,
    },
    logger: log,
  })
  if (!opened.ok) throw new Error(opened.failure.message)
  const session = opened.value
  session.connect()
  await until(session, () => session.view().connection.state === 'online')
  return session
}

/** Resolves when `holds` does; looked at after every change of the session. */
export function until(session: ClientSession, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = session.on(() => {
      if (!holds()) return
      stop()
      resolve()
    })
  })
}

/** Sends and resolves when the server has numbered it, so that the next speaker comes after. */
export async function say(
  session: ClientSession,
  room: RoomId,
  text: string,
  replyTo?: MessageId,
): Promise<MessageId> {
  const sent = session.send(room, text, replyTo)
  if (!sent.ok) throw new Error(sent.failure.message)
  await until(session, () => session.view().queued === 0)
  return sent.value.message
}
