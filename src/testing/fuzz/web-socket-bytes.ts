/** RFC 6455 by hand: requests and frames as they should be, which the fuzzer then damages. */
import type { SeededRandom } from '../seeded-random.ts'
import { mangleBytes, noise } from './mangle.ts'

export function upgradeRequest(path: string, subprotocol: string | null, more = ''): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...(subprotocol === null ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    `${more}\r\n`,
  ].join('\r\n')
}

export const Opcode = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameOptions {
  readonly opcode?: number
  /** FIN and the reserved bits, as the upper half of the first byte. */
  readonly flags?: number
  readonly masked?: boolean
  /** What the header claims, when it is not the truth. */
  readonly claimed?: number
}

/** A frame as a client sends it. */
export function clientFrame(payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = Opcode.text, flags = 0x80, masked = true } = options
  const length = options.claimed ?? payload.length
  const mask = masked ? 0x80 : 0
  const size =
    length < 126
      ? [mask | length]
      : length < 65_536
        ? [mask | 126, length >> 8, length & 0xff]
        : [mask | 127, ...bigEndian(length)]
  const key = masked ? [1, 2, 3, 4] : []
  const body = masked ? payload.map((byte, index) => byte ^ ((index % 4) + 1)) : payload
  return Buffer.concat([Uint8Array.from([flags | opcode, ...size, ...key]), body])
}

function bigEndian(value: number): number[] {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return [...bytes]
}

/** Frames that break the WebSocket protocol in a way of their own, around this payload. */
export function brokenFrame(random: SeededRandom, payload: Uint8Array): Uint8Array {
  const ways: (() => Uint8Array)[] = [
    () => clientFrame(payload, { masked: false }),
    () => clientFrame(payload, { opcode: random.pick([3, 4, 7, 11, 15]) }),
    () => clientFrame(payload, { flags: random.pick([0xc0, 0xa0, 0x90, 0xf0, 0x10]) }),
    () => clientFrame(payload, { claimed: random.pick([0, 1, 2 ** 20 + 1, 2 ** 31, 2 ** 53 - 1]) }),
    () => clientFrame(payload, { opcode: Opcode.more }),
    () => clientFrame(payload, { flags: 0 }),
    () => Buffer.concat([clientFrame(payload, { flags: 0 }), clientFrame(payload)]),
    () => clientFrame(payload.subarray(0, 125), { opcode: Opcode.ping }),
    () => clientFrame(Buffer.alloc(random.int(126, 300)), { opcode: Opcode.ping }),
    () => clientFrame(payload.subarray(0, 20), { opcode: Opcode.ping, flags: 0 }),
    () => clientFrame(closePayload(random), { opcode: Opcode.close }),
    () => clientFrame(Uint8Array.from([0xff, 0xfe, 0x80, ...payload.subarray(0, 50)])),
    () => clientFrame(payload, { opcode: Opcode.binary }),
    () => mangleBytes(random, clientFrame(payload)),
    () => noise(random, random.int(1, 60)),
  ]
  return random.pick(ways)()
}

function closePayload(random: SeededRandom): Uint8Array {
  const code = random.pick([0, 999, 1000, 1004, 1005, 1006, 1015, 2999, 3000, 4999, 5000, 65_535])
  const reason = noise(random, random.int(0, 40))
  return random.pick([
    Uint8Array.of(),
    Uint8Array.of(3),
    Uint8Array.from([code >> 8, code & 0xff, ...reason]),
  ])
}

export interface ServerSaid {
  /** Null when there is none: it hung up, or never became a WebSocket. */
  readonly status: number | null
  readonly texts: readonly string[]
  readonly closeCode: number | null
  /** True when the bytes are no frames of a server. */
  readonly broken: boolean
}

/** What a server answered to an upgrade and after it. */
export function readServer(bytes: Buffer): ServerSaid {
  const end = bytes.indexOf('\r\n\r\n')
  const [, code] = /^HTTP\/1\.1 (\d{3}) /.exec(bytes.subarray(0, 64).toString('latin1')) ?? []
  const status = code === undefined ? null : Number(code)
  const texts: string[] = []
  let closeCode: number | null = null
  if (status !== 101 || end === -1) return { status, texts, closeCode, broken: false }
  let at = end + 4
  while (at + 2 <= bytes.length) {
    const [first = 0, second = 0] = bytes.subarray(at)
    at += 2
    let length = second & 0x7f
    if ((second & 0x80) !== 0 || (first & 0x70) !== 0)
      return { status, texts, closeCode, broken: true }
    const wide = length === 126 ? 2 : length === 127 ? 8 : 0
    if (at + wide > bytes.length) break
    if (wide === 2) length = bytes.readUInt16BE(at)
    if (wide === 8) length = Number(bytes.readBigUInt64BE(at))
    at += wide
    // Cut off by a reset.
    if (at + length > bytes.length) break
    const payload = bytes.subarray(at, at + length)
    at += length
    const opcode = first & 0x0f
    if (opcode === Opcode.text) texts.push(payload.toString())
    if (opcode === Opcode.close && length >= 2) closeCode = payload.readUInt16BE(0)
  }
  return { status, texts, closeCode, broken: false }
}
