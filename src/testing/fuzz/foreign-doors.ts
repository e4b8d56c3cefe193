/** The doors for clients that people already have: SignalR with both protocols, plain JSON, games. */
import { encode as packMessage } from '@msgpack/msgpack'
import { chatClientSchemas, gameClientSchemas } from '../../server/doors/plain/plain-messages.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { attackFrames, attackHttp, type Door, type WebSocketWay } from './door.ts'
import { mangleJson } from './mangle-json.ts'
import { mangleBytes, mangleText, STRINGS } from './mangle.ts'
import { sample, shapesOf } from './samples.ts'
import { Opcode } from './web-socket-bytes.ts'

/** Those who are let in may be told a page of history. */
const MOST_TOLD = 4_194_304
const RECORD = '\u001e'

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

// SignalR

const METHODS: readonly (readonly [string, readonly unknown[]])[] = [
  ['SendMessage', ['hello']],
  ['SendPrivateMessage', ['guest2', 'hello']],
  ['JoinGroup', ['night watch']],
  ['LeaveGroup', ['night watch']],
  ['SendToGroup', ['night watch', 'hello']],
  ['SendAuthenticatedMessage', ['hello']],
  ['GetConnectionInfo', []],
  ['Typing', ['night watch']],
  ['GetOnlineUsers', []],
  ['StreamHistory', ['night watch', 5]],
]

/** A hub message in the terms of the JSON protocol. */
function hubMessage(random: SeededRandom): Record<string, unknown> {
  const [target, args] = random.pick(METHODS)
  const type = target === 'StreamHistory' ? 4 : 1
  return random.pick([
    { type, invocationId: String(random.int(0, 9)), target, arguments: args },
    { type, invocationId: '1', target, arguments: args },
    { type: 1, target, arguments: args },
    { type: 2, invocationId: '1', item: 1 },
    { type: 3, invocationId: '1', result: 'x' },
    { type: 5, invocationId: '1' },
    { type: 6 },
    { type: 7, error: 'x', allowReconnect: true },
    { type: 8, sequenceId: random.int(0, 99) },
    { type: 9, sequenceId: random.int(0, 99) },
  ])
}

/** The same in MessagePack's terms: an array whose first entry is the type. */
function packed(random: SeededRandom, damage: number): Uint8Array {
  const { type, invocationId, target, arguments: args, sequenceId } = hubMessage(random)
  const fields: readonly unknown[] =
    sequenceId === undefined
      ? [type, {}, invocationId ?? null, target ?? 'x', args ?? [], []]
      : [type, sequenceId]
  const odd = random.chance(damage)
    ? fields.with(
        random.int(0, fields.length - 1),
        random.pick<unknown>([null, -1, [], ...STRINGS]),
      )
    : fields
  const body = packMessage(odd)
  const message = Uint8Array.from([...lengthOf(body.length), ...body])
  return random.chance(damage) ? mangleBytes(random, message) : message
}

/** Seven bits a byte, the lowest first. */
function lengthOf(length: number): number[] {
  return length < 128 ? [length] : [(length & 0x7f) | 0x80, ...lengthOf(length >> 7)]
}

const PATH = '/hubs/chat'
const handshake =
  (protocol: string) =>
  (random: SeededRandom): Uint8Array => {
    const text = `${JSON.stringify({ protocol, version: random.pick([1, 1, 1, 2]) })}${RECORD}`
    return Buffer.from(random.chance(0.1) ? mangleText(random, text) : text)
  }

const signalr = {
  path: `${PATH}?access_token=good-guest`,
  subprotocol: null,
  mostTold: MOST_TOLD,
  answer: (text: string) =>
    text.endsWith(RECORD) && text.slice(0, -1).split(RECORD).every(isJson)
      ? []
      : [`SignalR was sent what is no record: ${text.slice(0, 200)}`],
}
const signalrJson: WebSocketWay = {
  ...signalr,
  opcode: Opcode.text,
  opening: handshake('json'),
  frame(random, damage) {
    const records = Array.from({ length: random.int(1, 3) }, () => {
      const message = hubMessage(random)
      return random.chance(damage) ? mangleJson(random, message) : JSON.stringify(message)
    })
    return Buffer.from(`${records.join(RECORD)}${random.chance(damage / 5) ? '' : RECORD}`)
  },
}
const signalrPack: WebSocketWay = {
  ...signalr,
  opcode: Opcode.binary,
  opening: handshake('messagepack'),
  frame: packed,
}

const negotiations = [
  `POST ${PATH}/negotiate?negotiateVersion=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`,
  `POST ${PATH}/negotiate?negotiateVersion=1&access_token=good-guest&useStatefulReconnect=true HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`,
  `POST ${PATH}/negotiate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-guest\r\nContent-Length: 2\r\n\r\n{}`,
  `OPTIONS ${PATH}/negotiate HTTP/1.1\r\nHost: x\r\nOrigin: https://example.org\r\n\r\n`,
  `DELETE ${PATH}?id=x HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET ${PATH}?id=x HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`,
]

export const signalrDoor: Door = {
  name: 'signalr',
  async attack(arena, random) {
    const way = random.next()
    if (way < 0.2) return attackHttp(arena, random, negotiations)
    const protocol = way < 0.6 ? signalrJson : signalrPack
    const path = `${PATH}?access_token=${random.chance(0.9) ? `good-guest${random.int(1, 4)}` : 'bad'}`
    return attackFrames(arena, random, { ...protocol, path })
  },
}

// Plain JSON and games

const plainShapes = Object.entries({ ...chatClientSchemas, ...gameClientSchemas }).flatMap(
  ([type, schema]) => shapesOf(schema).map((shape) => [type, shape] as const),
)

function plainMessage(random: SeededRandom): object {
  const [type, shape] = random.pick(plainShapes)
  return { type, ...(sample(random, shape, { target: ['guest1', 'guest2'] }) as object) }
}

const plain: WebSocketWay = {
  path: '/ws',
  subprotocol: 'chat',
  opcode: Opcode.text,
  mostTold: MOST_TOLD,
  frame(random, damage) {
    const message = plainMessage(random)
    const text = random.chance(damage) ? mangleJson(random, message) : JSON.stringify(message)
    return Buffer.from(text)
  },
  answer: (text) =>
    isJson(text) || text.startsWith('Echo: ')
      ? []
      : [`the plain door sent what is no JSON: ${text.slice(0, 200)}`],
}

export const plainDoor: Door = {
  name: 'plain',
  attack(arena, random) {
    const token = random.chance(0.9) ? `good-guest${random.int(1, 4)}` : 'bad'
    const path = `/ws?access_token=${token}${random.chance(0.5) ? '&user=guest1' : ''}`
    const opcode = random.chance(0.2) ? Opcode.binary : Opcode.text
    const subprotocol = random.pick(['chat', null])
    return attackFrames(arena, random, { ...plain, path, opcode, subprotocol })
  },
}
