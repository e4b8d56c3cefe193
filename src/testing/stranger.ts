/** Knocks at a real server's native door, with whatever identity and proof a test wants, right or wrong. */
import { TLSSocket } from 'node:tls'
import { deviceKeyOf } from '../client/session/device-key.ts'
import { fingerprintOf } from '../client/connection/host-trust.ts'
import type { Hello, Proof } from '../protocol/client-messages.ts'
import { NO_CHANNEL, proofText } from '../protocol/device-proof.ts'
import type { SessionId } from '../protocol/ids.ts'
import type { ServerMessageOf } from '../protocol/server-messages.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import { rawClient, type RawClient, type RawPerson } from './raw-client.ts'

export interface Knock {
  readonly client: RawClient
  readonly challenge: ServerMessageOf<'challenge'>
  /** The right proof of this device for this connection, or with other fields than those that are true. */
  proof(change?: {
    readonly channel?: string
    readonly nonce?: string
    readonly session?: SessionId
  }): Proof['signature']
  /** Answers the challenge. Resolves with what the server makes of it. */
  answer(signature: string, credential?: Proof['credential']): Promise<Answer>
}

export type Answer =
  | { readonly kind: 'welcome'; readonly role: string }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'rejected'; readonly code: string; readonly close: number }

/** Says hello as this person, with the key of another one if given, and hears the challenge. */
export async function knock(url: string, person: RawPerson, keyOf = person): Promise<Knock> {
  const client = await rawClient(url, person)
  const key = deviceKeyOf(keyOf.key)
  const said = {
    member: { id: person.member, name: person.name },
    device: { id: person.device, name: 'a script', key: key.publicKey },
  } satisfies Partial<Hello>
  client.tell({ type: 'hello', versions: [PROTOCOL_VERSION], ...said })
  const challenge = await client.next('challenge')
  return {
    client,
    challenge,
    proof: (change) =>
      key.sign(
        proofText({
          session: challenge.session.id,
          channel: channelOf(client),
          nonce: challenge.nonce,
          ...said,
          ...change,
        }),
      ),
    async answer(signature, credential) {
      client.tell({
        type: 'proof',
        signature,
        ...(credential === undefined ? {} : { credential }),
      })
      const answers = [client.next('welcome'), client.next('waiting'), client.next('rejected')]
      const message = await Promise.race(answers)
      // Those that never come are told so when the connection closes.
      for (const one of answers) one.catch(() => {})
      switch (message.type) {
        case 'welcome':
          return { kind: 'welcome', role: message.self.role }
        case 'waiting':
          return { kind: 'waiting' }
        case 'rejected':
          return { kind: 'rejected', code: message.code, close: (await client.closed()).code }
      }
    },
  }
}

/** Knocks, proves what is true, and shows the credential. */
export async function comeIn(
  url: string,
  person: RawPerson,
  secret?: string,
): Promise<{ readonly client: RawClient; readonly answer: Answer }> {
  const visit = await knock(url, person)
  const credential = secret === undefined ? undefined : ({ kind: 'secret', secret } as const)
  return { client: visit.client, answer: await visit.answer(visit.proof(), credential) }
}

/** The host's key as this connection sees it. */
export function channelOf({ webSocket }: RawClient): string {
  const { _socket: socket } = webSocket as unknown as { readonly _socket: unknown }
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  return certificate === undefined ? NO_CHANNEL : fingerprintOf(certificate.publicKey)
}
