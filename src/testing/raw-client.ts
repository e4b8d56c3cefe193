/** A stranger's client over a real socket: knows PROTOCOL.md and nothing of our client. */
import { once } from 'node:events'
import { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import { deviceKeyOf } from '../client/session/device-key.ts'
import { fingerprintOf } from '../client/connection/host-trust.ts'
import type { ClientMessage, Credential } from '../protocol/client-messages.ts'
import { NO_CHANNEL, proofText } from '../protocol/device-proof.ts'
import type { DeviceId, MemberId, MessageId, RoomId } from '../protocol/ids.ts'
import type { Cursor } from '../protocol/records.ts'
import {
  type ServerMessage,
  type ServerMessageOf,
  serverMessageSchema,
} from '../protocol/server-messages.ts'
import { pairWithCode } from '../pairing/pair.ts'
import { PROTOCOL_VERSION, SUBPROTOCOL } from '../protocol/version.ts'
import { seededRandom } from './seeded-random.ts'

export interface RawPerson {
  readonly member: MemberId
  readonly device: DeviceId
  readonly key: string
  readonly name: string
}

export interface RawClient {
  readonly webSocket: WebSocket
  readonly person: RawPerson
  readonly received: ServerMessage[]
  tell(message: ClientMessage): void
  post(room: RoomId, text: string, id?: MessageId): MessageId
  /** The next message of the type, or the first one already here that nobody took. */
  next<Type extends ServerMessage['type']>(
    type: Type,
    matches?: (message: ServerMessageOf<Type>) => boolean,
  ): Promise<ServerMessageOf<Type>>
  closed(): Promise<{ readonly code: number; readonly reason: string }>
  /** Says hello and proves it; a plain string is a secret. */
  prove(credential?: string | Credential): Promise<void>
  /** Says hello and sync, and waits until the connection is live. */
  enter(credential?: string | Credential, cursors?: Cursor[]): Promise<void>
  general(): RoomId
}

// Ids only have to differ from each other; the seed makes a failure repeatable.
const random = seededRandom(20_261_122)
export const newId = <Id extends string>(): Id => random.uuid() as Id

export function rawPerson(name: string): RawPerson {
  return { member: newId(), device: newId(), key: random.key(), name }
}

export async function rawClient(
  url: string,
  // Two people of one name are refused.
  person = rawPerson(`Somebody ${random.uuid().slice(0, 8)}`),
): Promise<RawClient> {
  const webSocket = new WebSocket(url, SUBPROTOCOL, { rejectUnauthorized: false })
  const received: ServerMessage[] = []
  const untaken: ServerMessage[] = []
  const waiting = new Set<() => void>()
  const closing = new Promise<{ code: number; reason: string }>((resolve) =>
    webSocket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      for (const look of waiting) look()
    }),
  )
  webSocket.on('error', () => {})
  webSocket.on('message', (data) => {
    const message = serverMessageSchema.parse(JSON.parse((data as Buffer).toString()))
    received.push(message)
    untaken.push(message)
    for (const look of waiting) look()
  })
  await Promise.race([once(webSocket, 'open'), closing])

  const client: RawClient = {
    webSocket,
    person,
    received,
    tell: (message) => webSocket.send(JSON.stringify(message)),
    post(room, text, id = newId<MessageId>()) {
      client.tell({ type: 'submit', id, room, operation: { kind: 'post', text } })
      return id
    },
    next: <Type extends ServerMessage['type']>(
      type: Type,
      matches: (message: ServerMessageOf<Type>) => boolean = () => true,
    ) =>
      new Promise<ServerMessageOf<Type>>((resolve, reject) => {
        const wanted = (message: ServerMessage): message is ServerMessageOf<Type> =>
          message.type === type && matches(message as ServerMessageOf<Type>)
        const look = (): void => {
          const index = untaken.findIndex(wanted)
          const message = untaken[index]
          if (message !== undefined && wanted(message)) {
            untaken.splice(index, 1)
            waiting.delete(look)
            resolve(message)
          } else if (webSocket.readyState === WebSocket.CLOSED) {
            waiting.delete(look)
            reject(new Error(`closed while waiting for ${type}`))
          }
        }
        waiting.add(look)
        look()
      }),
    closed: () => closing,
    async prove(shown) {
      const credential =
        typeof shown === 'string' ? ({ kind: 'secret', secret: shown } as const) : shown
      const { member: id, name, device } = person
      const key = deviceKeyOf(person.key)
      const said = {
        member: { id, name },
        device: { id: device, name: 'a script', key: key.publicKey },
      }
      client.tell({
        type: 'hello',
        versions: [PROTOCOL_VERSION],
        ...said,
      })
      const { nonce, session } = await client.next('challenge')
      const text = proofText({ session: session.id, channel: channelOf(webSocket), nonce, ...said })
      client.tell({
        type: 'proof',
        signature: key.sign(text),
        ...(credential === undefined ? {} : { credential }),
      })
    },
    async enter(credential, cursors = []) {
      await client.prove(credential)
      await client.next('welcome')
      client.tell({ type: 'sync', cursors })
      await client.next('synced')
    },
    general() {
      const reset = received.find((message) => message.type === 'reset' && message.room.isDefault)
      if (reset?.type !== 'reset') throw new Error('the default group did not arrive')
      return reset.room.id
    },
  }
  return client
}

/** The host's key as this connection sees it. */
function channelOf(webSocket: WebSocket): string {
  const socket = (webSocket as unknown as { readonly _socket: unknown })._socket
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  return certificate === undefined ? NO_CHANNEL : fingerprintOf(certificate.publicKey)
}

/**
 * A further device of the client's person, come in by the code that a device of theirs asks for, and connected. The
 * server must have pairing on.
 */
export async function rawFurtherDevice(
  client: RawClient,
  cursors: Cursor[] = [],
  /** Of the node at which the code is typed. */
  url = client.webSocket.url,
): Promise<RawClient> {
  client.tell({ type: 'link-device', ref: 0 })
  const { code } = await client.next('link-code')
  const { hostname: host, port } = new URL(url)
  const paired = await pairWithCode({ host, port: Number(port), code: code.code })
  if (paired.kind === 'failed') throw new Error(`not paired: ${paired.why} ${paired.detail ?? ''}`)
  if (paired.member === undefined) throw new Error('the code was none for a device')
  const { id: member, token } = paired.member
  const person = { ...client.person, member, device: newId<DeviceId>(), key: random.key() }
  const further = await rawClient(url, person)
  await further.enter({ kind: 'link', token }, cursors)
  return further
}
