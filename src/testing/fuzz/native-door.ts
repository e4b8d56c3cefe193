import type { Socket } from 'node:net'
import { clientMessageSchema } from '../../protocol/client-messages.ts'
import { serverMessageSchema } from '../../protocol/server-messages.ts'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import { type RawClient, rawClient, rawPerson } from '../raw-client.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { type Arena, ARENA_SECRET } from './arena.ts'
import { attackFrames, attackHttp, type Door, settle, type WebSocketWay } from './door.ts'
import { mangleJson } from './mangle-json.ts'
import { type Hints, sample, shapesOf } from './samples.ts'
import { brokenFrame, Opcode, upgradeRequest } from './web-socket-bytes.ts'

const shapes = shapesOf(clientMessageSchema)
const ANSWER_MS = 5_000

/** Writes are one type of many, and what the others are for. */
const writes = shapes.filter(({ properties }) => properties?.['type']?.const === 'submit')

function frame(random: SeededRandom, damage: number, hints: Hints = {}): string {
  const message = sample(random, random.pick(random.chance(0.4) ? writes : shapes), hints)
  if (!random.chance(damage)) return JSON.stringify(message)
  return mangleJson(random, message, [sample(random, random.pick(shapes), hints)])
}

const stranger: WebSocketWay = {
  path: '/ws',
  subprotocol: SUBPROTOCOL,
  opcode: Opcode.text,
  frame: (random, damage) => Buffer.from(frame(random, damage)),
  answer(text) {
    const read = serverMessageSchema.safeParse(JSON.parse(text))
    if (!read.success) return [`the server sent what is not in its protocol: ${text.slice(0, 200)}`]
    const { type } = read.data
    const isPublic = ['challenge', 'rejected', 'error', 'waiting'].includes(type)
    return isPublic ? [] : [`the server sent ${type} to a stranger`]
  },
}

const requests = [
  'GET /health HTTP/1.1\r\nHost: x\r\n\r\n',
  'HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'GET /ws?x=1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello',
  'POST /ws HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'GET /landline HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
  'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  upgradeRequest('/ws', SUBPROTOCOL),
  upgradeRequest('/ws', null, 'Origin: https://example.org\r\n'),
  upgradeRequest('/pair', 'landline-pair.v1'),
  upgradeRequest('/../../ws', SUBPROTOCOL, 'Sec-WebSocket-Extensions: permessage-deflate\r\n'),
]

/** Comes in as a member, then sends anything. Members know rooms, people and messages, so much of it is meant. */
async function attackAsMember(arena: Arena, random: SeededRandom): Promise<string[]> {
  const index = random.int(0, arena.vandals.length - 1)
  const client = await rawClient(arena.url, arena.vandals[index])
  const { webSocket, received } = client
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    webSocket.terminate()
  }, ANSWER_MS)
  const came = await client.enter(ARENA_SECRET).then(
    () => true,
    // Turned away for what it did before; that is an answer too.
    () => false,
  )
  clearTimeout(timer)
  if (!came) {
    webSocket.terminate()
    // Sent away by the moderator among them; another one takes the place.
    arena.vandals[index] = rawPerson(`Vandal ${random.uuid()}`)
    return isLate ? [`a member was not let in within ${ANSWER_MS} ms: ${ends(client)}`] : []
  }
  const hints = known(client)
  const damage = random.pick([0.1, 0.7])
  for (let count = random.int(1, 12); count > 0; count--) {
    if (random.chance(0.05)) break
    webSocket.send(frame(random, damage, hints), () => {})
  }
  // So that some of it is carried out before it leaves.
  if (random.chance(0.5)) await settle()
  const { _socket: socket } = webSocket as unknown as { readonly _socket: Socket }
  const end = random.next()
  if (end < 0.2) {
    socket.write(brokenFrame(random, Buffer.from(frame(random, damage, hints))))
    // A frame that claims more than came would swallow the polite close.
    socket.end()
  } else if (end < 0.4) webSocket.terminate()
  else webSocket.close()
  const leaving = setTimeout(() => {
    isLate = true
    webSocket.terminate()
  }, ANSWER_MS)
  await client.closed()
  clearTimeout(leaving)
  const told = received.length
  return [
    ...(isLate ? [`the server did not let go of a member within ${ANSWER_MS} ms`] : []),
    ...(told > 5_000 ? [`the server sent a member ${told} messages`] : []),
  ]
}

/** The last things it was told. */
const ends = ({ received }: RawClient): string => JSON.stringify(received.slice(-3)).slice(0, 1_000)

function known({ received }: RawClient): Hints {
  const states = received.flatMap((message) => (message.type === 'reset' ? [message.room] : []))
  const posts = received.flatMap((message) =>
    message.type === 'reset' ? message.page.messages.map(({ id }) => id) : [],
  )
  const members = states.flatMap((state) => state.members)
  return {
    room: states.map(({ id }) => id),
    epoch: states.map(({ epoch }) => epoch),
    target: posts,
    replyTo: posts,
    ...{ member: members, members },
  }
}

export const nativeDoor: Door = {
  name: 'native',
  attack: (arena, random) =>
    random.chance(0.5) ? attackAsMember(arena, random) : attackFrames(arena, random, stranger),
}

export const httpDoor: Door = {
  name: 'http',
  attack: (arena, random) => attackHttp(arena, random, requests),
}
