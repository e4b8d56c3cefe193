import { CloseCode } from '../../protocol/errors.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Arena } from './arena.ts'
import { rawPeer, type RawPeer } from './raw-peer.ts'
import { brokenFrame, clientFrame, readServer, upgradeRequest } from './web-socket-bytes.ts'
import { mangleBytes, mangleText } from './mangle.ts'

/** A way into the server, and how it is attacked. */
export interface Door {
  readonly name: string
  /** Set when the server is to be attacked before anything is decrypted. */
  readonly encrypted?: true
  /** One visit of somebody who means no good. Returns what the server did wrong. */
  attack(arena: Arena, random: SeededRandom): Promise<string[]>
}

/** After the peer said its end, the server has let go by then; it waits for no stranger. */
const LET_GO_MS = 5_000
/** Nobody who is not admitted is told more than this. */
const MOST_TOLD = 262_144

/** Ours, those of RFC 6455 that `ws` gives to broken frames, and those of applications, which it gives back. */
const CLOSE_CODES: ReadonlySet<number> = new Set([
  ...Object.values(CloseCode),
  ...[1002, 1003, 1005, 1007, 1008, 1011, 3000, 4999],
])

/** What came back, in the terms that every door must keep to. */
export function judgeAnswers(bytes: Buffer, texts: (text: string) => string[]): string[] {
  const said = readServer(bytes)
  const { closeCode } = said
  return [
    ...(said.broken ? ['the server sent bytes that are no frame'] : []),
    ...(said.status !== null && said.status >= 500 && said.status !== 503
      ? [`the server answered ${said.status}`]
      : []),
    ...(closeCode === null || CLOSE_CODES.has(closeCode)
      ? []
      : [`the server closed with ${closeCode}`]),
    ...said.texts.flatMap(texts),
  ]
}

/** Ends the visit, and says whether the server let go and kept its answers short. */
export async function leave(peer: RawPeer, mostTold = MOST_TOLD): Promise<string[]> {
  const letGo = await peer.finish(LET_GO_MS)
  return [
    ...(letGo ? [] : [`the server did not let go within ${LET_GO_MS} ms`]),
    ...(peer.heardBytes() > mostTold
      ? [`the server told a stranger ${peer.heardBytes()} bytes`]
      : []),
  ]
}

/** Strangers have addresses of their own: what one of them did is not the next one's fault. */
export const stranger = (random: SeededRandom): string => `127.0.0.${random.int(2, 250)}`

export interface WebSocketWay {
  readonly path: string
  /** Null for a door that asks for none. */
  readonly subprotocol: string | null
  /** What a client says first, before what is damaged. */
  readonly opening?: (random: SeededRandom) => Uint8Array
  /** A valid payload, or with this chance one near it. */
  frame(random: SeededRandom, damage: number): Uint8Array
  /** Opcode of the door's valid frames. */
  readonly opcode: number
  /** What is wrong with a text that the server sent. */
  answer(text: string): string[]
  /** Most bytes that it may be told, where it is let in. */
  readonly mostTold?: number
}

/** Upgrades as it should, then sends damaged payloads in good frames and good payloads in damaged frames. */
export async function attackFrames(
  arena: Arena,
  random: SeededRandom,
  way: WebSocketWay,
): Promise<string[]> {
  const peer = await rawPeer(arena.port, stranger(random))
  const request = upgradeRequest(way.path, way.subprotocol)
  const isDamaged = random.chance(0.1)
  // Some visitors are nearly polite: they get further, to what only those see who were let in.
  const damage = random.pick([0, 0.1, 0.6])
  const broken = random.pick([0, 0, 0.1, 0.4])
  // Half of them do not wait for answers; half a request has none.
  const waits = !isDamaged && random.chance(0.7)
  peer.write(Buffer.from(isDamaged ? mangleText(random, request) : request))
  if (waits) await peer.answered()
  if (way.opening !== undefined && random.chance(0.95)) {
    peer.write(clientFrame(way.opening(random)))
    if (waits) await settle()
  }
  for (let count = random.int(1, 8); count > 0; count--) {
    const payload = way.frame(random, damage)
    const frame = random.chance(broken)
      ? brokenFrame(random, payload)
      : clientFrame(payload, { opcode: way.opcode })
    // In pieces, as the network may bring them.
    const cut = random.chance(0.3) ? random.int(0, frame.length) : frame.length
    peer.write(frame.subarray(0, cut))
    peer.write(frame.subarray(cut))
    if (waits && random.chance(0.3)) await settle()
  }
  if (waits) await settle()
  if (random.chance(0.1)) {
    peer.reset()
    return []
  }
  const late = await leave(peer, way.mostTold)
  return [...late, ...judgeAnswers(peer.heard(), way.answer)]
}

/** Turns in which both sides of this process take in what is there; a commit to disk takes some. */
const TURNS = 12

export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Anything that looks like HTTP, to any path. */
export async function attackHttp(
  arena: Arena,
  random: SeededRandom,
  requests: readonly string[],
  damage = 1,
): Promise<string[]> {
  const peer = await rawPeer(arena.port, stranger(random))
  for (let count = random.int(1, 3); count > 0; count--) {
    const request = random.pick(requests)
    const damaged = !random.chance(damage)
      ? Buffer.from(request, 'latin1')
      : random.chance(0.5)
        ? Buffer.from(mangleText(random, request), 'latin1')
        : mangleBytes(random, Buffer.from(request, 'latin1'))
    peer.write(damaged)
  }
  if (random.chance(0.1)) {
    peer.reset()
    return []
  }
  const late = await leave(peer)
  return [...late, ...judgeAnswers(peer.heard(), () => [])]
}
