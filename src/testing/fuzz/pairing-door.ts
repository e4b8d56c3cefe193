import { pairingFrameSeeds } from '../../pairing/fuzz-seeds.ts'
import { createJoiner, type Joiner } from '../../pairing/joiner.ts'
import {
  hostMessageSchema,
  joinerMessageSchema,
  PAIRING_PATH,
  PAIRING_SUBPROTOCOL,
} from '../../pairing/messages.ts'
import { NO_CHANNEL } from '../../protocol/device-proof.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Arena } from './arena.ts'
import {
  attackFrames,
  attackHttp,
  type Door,
  judgeAnswers,
  leave,
  stranger,
  type WebSocketWay,
} from './door.ts'
import { mangleJson } from './mangle-json.ts'
import { mangleText, noise } from './mangle.ts'
import { rawPeer } from './raw-peer.ts'
import { sample, shapesOf } from './samples.ts'
import { clientFrame, Opcode, readServer, upgradeRequest } from './web-socket-bytes.ts'

const shapes = shapesOf(joinerMessageSchema)
const seeds = pairingFrameSeeds()
/** Nobody here knows a code or the passphrase. */
const PASSPHRASE = 'what nobody chose'

function answer(text: string): string[] {
  const read = hostMessageSchema.safeParse(JSON.parse(text))
  if (!read.success) return [`the pairing door sent what is not in its protocol: ${text}`]
  return read.data.type === 'granted' ? ['somebody was let in who knew nothing'] : []
}

const way: WebSocketWay = {
  path: PAIRING_PATH,
  subprotocol: PAIRING_SUBPROTOCOL,
  opcode: Opcode.text,
  frame(random, damage) {
    if (random.chance(0.2)) return Buffer.from(random.pick(seeds))
    const message = sample(random, random.pick(shapes))
    const text = random.chance(damage) ? mangleJson(random, message) : JSON.stringify(message)
    return Buffer.from(text)
  },
  answer,
}

const probes = [
  'GET /landline HTTP/1.1\r\nHost: x\r\n\r\n',
  'HEAD /landline HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /landline HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}',
  upgradeRequest(PAIRING_PATH, PAIRING_SUBPROTOCOL),
  upgradeRequest(PAIRING_PATH, null),
  upgradeRequest(PAIRING_PATH, PAIRING_SUBPROTOCOL, 'Origin: https://example.org\r\n'),
]

/** Guesses as a real joiner would, and breaks off or lies at some step of the exchange. */
async function guess(arena: Arena, random: SeededRandom): Promise<string[]> {
  const peer = await rawPeer(arena.port, stranger(random))
  const joiner: Joiner = createJoiner({
    secret:
      random.chance(0.3) || arena.selectors.length === 0
        ? { kind: 'passphrase', passphrase: PASSPHRASE }
        : { kind: 'code', code: `${random.pick(arena.selectors)}000000` },
    ...{ channel: NO_CHANNEL, address: `127.0.0.1:${arena.port}` },
    random: (count) => noise(random, count),
  })
  peer.write(Buffer.from(upgradeRequest(PAIRING_PATH, PAIRING_SUBPROTOCOL)))
  await peer.answered()
  let step = joiner.begin()
  const steps = random.int(1, 3)
  for (let said = 0; said < steps && step.kind === 'send'; said++) {
    const frame = random.chance(0.2) ? mangleText(random, step.frame) : step.frame
    peer.write(clientFrame(Buffer.from(frame)))
    await peer.heardTexts(said + 1)
    const text = readServer(peer.heard()).texts[said]
    if (text === undefined) break
    step = await joiner.receive(text)
  }
  return [...(await leave(peer)), ...judgeAnswers(peer.heard(), answer)]
}

export const pairingDoor: Door = {
  name: 'pairing',
  attack(arena, random) {
    const which = random.next()
    if (which < 0.2) return attackHttp(arena, random, probes)
    return which < 0.5 ? guess(arena, random) : attackFrames(arena, random, way)
  },
}
