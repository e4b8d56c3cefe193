/** A hub with a manual clock, a store that can be made to fail, and devices whose every frame is seen. */
import { createHash } from 'node:crypto'
import { type DeviceKey, deviceKeyOf } from '../client/session/device-key.ts'
import {
  type ClientMessage,
  type Credential,
  type Hello,
  type Operation,
  clientMessageSchema,
} from '../protocol/client-messages.ts'
import { decodeClientMessage, encode } from '../protocol/codec.ts'
import { NO_CHANNEL, proofText } from '../protocol/device-proof.ts'
import type { DeviceId, MemberId, MessageId, RoomId } from '../protocol/ids.ts'
import type { Cursor, RoomEvent } from '../protocol/records.ts'
import {
  type ServerMessage,
  type ServerMessageOf,
  serverMessageSchema,
} from '../protocol/server-messages.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import { inProcessFanOut } from '../server/fan-out/in-process.ts'
import type { Vouched } from '../server/hub/admission.ts'
import { createHub, type Hub, type HubConnection } from '../server/hub/hub.ts'
import { defaultHubOptions, type HubOptions } from '../server/hub/options.ts'
import type { FanOut, Meter, Socket, Store } from '../server/hub/ports.ts'
import type { Vouching } from '../server/hub/vouching.ts'
import { countingMeter } from '../server/ops/counting-meter.ts'
import { verifySignature } from '../server/ops/system-secrets.ts'
import { linkDevice } from './contracts/registry-hands.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { memoryStore } from './memory-store.ts'
import { type SeededRandom, seededRandom } from './seeded-random.ts'

export const SECRET = 'the join secret'

type Fields = Readonly<Record<string, unknown>>

export interface HubKit {
  readonly clock: ManualClock
  readonly random: SeededRandom
  readonly store: Store & { failing: boolean; readonly commits: number[] }
  /** What was told to the operator. */
  readonly warnings: readonly Fields[]
  readonly meter: Meter & { get(name: Parameters<Meter['count']>[0]): number }
  hub: Hub
  /** Ends the hub and starts another on the same store, as after a restart of the server. */
  restart(): Promise<void>
  /** A new person, connected, admitted and caught up. */
  join(name: string): Promise<TestDevice>
  /** A device of a person (a new one by default), connected but silent. */
  connect(person?: Person): TestDevice
  person(name: string): Person
  /** A further device of somebody the session knows, linked and not yet connected. */
  furtherDevice(person: Person): Promise<Person>
  newId<Id extends string>(): Id
}

export interface Person {
  readonly member: MemberId
  readonly device: DeviceId
  /** Seed of the device's key. */
  readonly key: string
  readonly name: string
}

export async function hubKit(
  options: Partial<HubOptions> = {},
  seed = 1,
  vouching?: Vouching,
  /** What it shares with other nodes, when it is one of several. */
  node?: { readonly clock: ManualClock; readonly store: Store; readonly fanOut?: FanOut },
): Promise<HubKit> {
  const random = seededRandom(seed)
  const clock = node?.clock ?? manualClock()
  const meter = countingMeter()
  const inner = node?.store ?? memoryStore(() => random.uuid())
  const commits: number[] = []
  const warnings: Fields[] = []
  const store: HubKit['store'] = {
    ...inner,
    failing: false,
    commits,
    async commit(writes) {
      if (store.failing) throw new Error('the disk is full')
      commits.push(writes.length)
      return inner.commit(writes)
    },
  }
  const ports = {
    store,
    clock,
    meter,
    secrets: {
      hash: (secret: string) => createHash('sha256').update(secret).digest('hex'),
      equal: (a: string, b: string) => a === b,
      verify: verifySignature,
      nonce: () => random.key(),
      uuid: () => random.uuid(),
      random: () => random.next(),
    },
    log: { info() {}, warn: (fields: Fields) => void warnings.push(fields) },
    stretch: async (passphrase: string) => `stretched ${passphrase}`,
  }
  const start = (): Promise<Hub> =>
    createHub(
      { ...ports, fanOut: node?.fanOut ?? inProcessFanOut(), vouching },
      { ...defaultHubOptions, admission: { kind: 'secret', secret: SECRET }, ...options },
    )
  const kit: HubKit = {
    clock,
    random,
    store,
    warnings,
    meter,
    hub: await start(),
    async restart() {
      kit.hub.stop()
      kit.hub = await start()
    },
    async join(name) {
      const device = kit.connect(kit.person(name))
      await device.enter()
      return device
    },
    connect: (person = kit.person('Somebody')) => new TestDevice(kit, person),
    person: (name) => ({
      member: random.uuid() as MemberId,
      device: random.uuid() as DeviceId,
      key: random.key(),
      name,
    }),
    async furtherDevice(person) {
      const further = { ...person, device: random.uuid() as DeviceId, key: random.key() }
      await linkDevice(inner, random, further, person.name, deviceKeyOf(further.key).publicKey)
      return further
    },
    newId: <Id extends string>() => random.uuid() as Id,
  }
  return kit
}

/** The key pair of a person's device, or of another seed. */
export const keyOf = (seed: string): DeviceKey => deviceKeyOf(seed)

const SHOWN: { readonly credential?: Credential | undefined } = {
  credential: { kind: 'secret', secret: SECRET },
}
type HelloChange = Partial<Pick<Hello, 'versions' | 'session'>> & {
  readonly credential?: Credential | undefined
}

/** One connection of a device, with everything it was sent. */
export class TestDevice implements Socket {
  address = '10.0.0.1'
  readonly person: Person
  /** In the order they were sent, each checked by the wire's schema. */
  readonly received: ServerMessage[] = []
  closedWith: { readonly code: number; readonly reason: string } | undefined
  pings = 0
  /** A device that does not read: what it is sent stays in its queue. */
  paused = false
  /** Whether pings are answered, as any living WebSocket does by itself. */
  answersPings = true
  readonly #kit: HubKit
  #connection: HubConnection
  #queued = 0
  #drained: (() => void)[] = []

  constructor(kit: HubKit, person: Person) {
    this.#kit = kit
    this.person = person
    this.#connection = kit.hub.connect(this)
  }

  // What the hub calls.
  send(message: ServerMessage): void {
    if (this.closedWith !== undefined) return
    const frame = encode(message)
    if (this.paused) this.#queued += frame.length
    this.received.push(serverMessageSchema.parse(JSON.parse(frame)))
  }
  queuedBytes(): number {
    return this.#queued
  }
  onDrained(run: () => void): void {
    if (this.#queued === 0) run()
    else this.#drained.push(run)
  }
  ping(): void {
    this.pings++
    if (this.answersPings) this.#connection.pong()
  }
  close(code: number, reason: string): void {
    this.closedWith ??= { code, reason }
  }

  // What a test does.
  /** Comes in by a door that knows who it is, instead of by a handshake. */
  connectVouched(vouched: Vouched): void {
    this.#connection.closed()
    this.#connection = this.#kit.hub.connectVouched(this, vouched)
  }
  resume(): void {
    this.paused = false
    this.#queued = 0
    for (const run of this.#drained.splice(0)) run()
  }
  pong(): void {
    this.#connection.pong()
  }
  /** The line breaks; the hub is told. */
  drop(): void {
    this.closedWith ??= { code: 1006, reason: '' }
    this.#connection.closed()
  }
  raw(frame: string): void {
    this.#connection.receive(decodeClientMessage(frame))
  }
  tell(message: ClientMessage): void {
    clientMessageSchema.parse(message)
    this.raw(encode(message))
  }
  async ask(message: ClientMessage): Promise<void> {
    this.tell(message)
    await this.#kit.clock.settle()
  }
  /** Says hello and, when challenged, proves it. `credential: undefined` shows none. */
  async hello(change: HelloChange = {}): Promise<void> {
    const { credential, ...hello } = { ...SHOWN, ...change }
    const { member: id, name, device } = this.person
    const key = deviceKeyOf(this.person.key)
    const said = {
      member: { id, name },
      device: { id: device, name: 'laptop', key: key.publicKey },
    }
    await this.ask({ type: 'hello', versions: [PROTOCOL_VERSION], ...said, ...hello })
    const challenge = this.of('challenge').at(-1)
    if (challenge === undefined || this.closedWith !== undefined) return
    const { session, nonce } = challenge
    const text = proofText({ session: session.id, channel: NO_CHANNEL, nonce, ...said })
    await this.ask({
      type: 'proof',
      signature: key.sign(text),
      ...(credential === undefined ? {} : { credential }),
    })
  }
  async sync(...cursors: Cursor[]): Promise<void> {
    await this.ask({ type: 'sync', cursors })
  }
  async enter(...cursors: Cursor[]): Promise<void> {
    await this.hello()
    await this.sync(...cursors)
  }
  write(
    room: RoomId,
    operation: Operation,
    id = this.#kit.newId<MessageId>(),
    head?: 'head',
  ): MessageId {
    this.tell({ type: 'submit', id, room, operation, ...(head ? { head: true } : {}) })
    return id
  }
  post(room: RoomId, text: string, id?: MessageId, head?: 'head'): MessageId {
    return this.write(room, { kind: 'post', text }, id, head)
  }
  /** Posts that are on disk when it returns. */
  async posts(room: RoomId, count: number): Promise<MessageId[]> {
    const ids = Array.from({ length: count }, (_, index) => this.post(room, `message ${index}`))
    await this.#kit.clock.settle()
    return ids
  }
  of<Type extends ServerMessage['type']>(type: Type): ServerMessageOf<Type>[] {
    return this.received.filter(
      (message): message is ServerMessageOf<Type> => message.type === type,
    )
  }
  last<Type extends ServerMessage['type']>(type: Type): ServerMessageOf<Type> {
    const message = this.of(type).at(-1)
    if (message === undefined) throw new Error(`${this.person.name} was sent no ${type}`)
    return message
  }
  forgetReceived(): void {
    this.received.length = 0
  }
  /** Every event of the room, in the order it came. */
  events(room: RoomId): RoomEvent[] {
    return this.of('events')
      .filter((message) => message.room === room)
      .flatMap(({ events }) => events)
  }
  seqs(room: RoomId): number[] {
    return this.events(room).map(({ seq }) => seq)
  }
  get general(): RoomId {
    const reset = this.of('reset').find(({ room }) => room.isDefault)
    if (reset === undefined) throw new Error('the default group did not arrive')
    return reset.room.id
  }
  /** Where a careful client's cursor would stand by what it was sent. */
  cursor(room: RoomId): Cursor {
    let cursor: Cursor | undefined
    for (const message of this.received) {
      if (message.type === 'reset' && message.room.id === room) {
        cursor = { room, epoch: message.room.epoch, seq: message.room.head }
      } else if (message.type === 'events' && message.room === room) {
        for (const { seq } of message.events) {
          if (cursor !== undefined && seq === cursor.seq + 1) cursor = { ...cursor, seq }
        }
      }
    }
    if (cursor === undefined) throw new Error('the room did not arrive')
    return cursor
  }
}
