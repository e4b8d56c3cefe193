/** Everything that reads what strangers wrote, and what must hold of it whatever it reads. */
import { decode as decodeDns, encode as encodeDns, type Packet } from 'dns-packet'
import { decodeText, encodeText } from '../../discovery/announcement.ts'
import { createFoundCache, MAX_FOUND_SESSIONS } from '../../discovery/found-cache.ts'
import { instanceName, SERVICE } from '../../discovery/names.ts'
import { fromWire, responseToWire } from '../../discovery/packets.ts'
import { commandSchemas } from '../../ipc/contract.ts'
import {
  decodeHost,
  decodeJoiner,
  hostMessageSchema,
  joinerMessageSchema,
} from '../../pairing/messages.ts'
import { probeAnswerSchema, readProbeAnswer } from '../../pairing/probe-answer.ts'
import { clientMessageSchema } from '../../protocol/client-messages.ts'
import { formatCode, parseCode, splitSelectors } from '../../protocol/code.ts'
import { decodeClientMessage, decodeServerMessage, encode } from '../../protocol/codec.ts'
import { sessionIdSchema } from '../../protocol/ids.ts'
import { createInvite, MAX_INVITE_LENGTH, parseInvite } from '../../protocol/invite.ts'
import { serverMessageSchema } from '../../protocol/server-messages.ts'
import { fromEmbeddedSchema, toEmbeddedSchema } from '../../server/embedded-messages.ts'
import { parseHeadlessOptions } from '../../server/ops/headless-options.ts'
import { z } from 'zod'
import type { SeededRandom } from '../seeded-random.ts'
import { mangleJson } from './mangle-json.ts'
import { mangleBytes, mangleText } from './mangle.ts'
import { sample, shapesOf } from './samples.ts'

export type ParserInput = string | Uint8Array

export interface Parser {
  readonly name: string
  /** The same random numbers make the same input. */
  make(random: SeededRandom): ParserInput
  /** Reads it. Returns what is wrong, nothing when all is well; a throw is wrong as well. */
  judge(input: ParserInput): string[]
}

const SESSION = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const LINKS = [
  createInvite({
    sessionId: SESSION,
    name: 'Ward 3',
    addresses: ['10.0.0.1:47800', '[fe80::1]:47800', 'ward.local:47800'],
    secret: 's'.repeat(43),
    fingerprint: 'A'.repeat(43),
  }),
  createInvite({ sessionId: SESSION, name: 'x & y', addresses: ['127.0.0.1:1'], tls: true }),
]
const ANNOUNCED = encodeText({
  sessionId: SESSION,
  ...{ name: 'Ward 3', host: 'ward-desktop', protocolVersion: 2, people: 3, passphrase: true },
  ...{ open: false, selectors: ['7K'] },
  addresses: ['10.0.0.1:47800', '[fd77::1]:47800'],
  fingerprint: 'A'.repeat(43),
})
const PACKET = encodeDns({
  type: 'response',
  ...(responseToWire({
    kind: 'response',
    records: [
      { type: 'PTR', name: SERVICE, ttl: 120, data: instanceName('Ward 3', 'abcd') },
      { type: 'TXT', name: instanceName('Ward 3', 'abcd'), ttl: 120, data: [...ANNOUNCED] },
      { type: 'A', name: 'ward.local', ttl: 120, data: '10.0.0.1' },
    ],
  }) as Partial<Packet>),
})
const QUERY = encodeDns({ type: 'query', questions: [{ type: 'PTR', name: SERVICE }] })
const FLAGS = [
  ['--port', '0', '--host', '127.0.0.1', '--data', 'd', '--name', 'Ward', '--open'],
  ['--secret-file', 's', '--tls-key', 'k', '--tls-cert', 'c', '--max-connections', '10'],
  ['--config', 'landline.yaml', '--print-options', '--messages-per-minute', '60'],
]
const FILES = ['port: 47800\nhost: 0.0.0.0\n', '{"port":0,"name":"Ward"}', 'a: &a [*a]\n? [x]\n']

const text = (
  name: string,
  make: (random: SeededRandom) => string,
  judge: (input: string) => string[],
): Parser => ({ name, make, judge: (input) => judge(input.toString()) })
const bytes = (
  name: string,
  seeds: readonly Uint8Array[],
  judge: (input: Uint8Array) => string[],
): Parser => ({
  name,
  make: (random) => mangleBytes(random, random.pick(seeds)),
  judge: (input) => judge(Buffer.from(input)),
})
const json = (
  name: string,
  schemas: readonly z.ZodType[],
  judge: (input: string) => string[],
): Parser => {
  const shapes = schemas.flatMap(shapesOf)
  function make(random: SeededRandom): string {
    const shape = random.pick(shapes)
    return mangleJson(random, sample(random, shape), [sample(random, random.pick(shapes))])
  }
  return text(name, make, judge)
}
/** Options come from the person who runs the server: endless ones are no attack. */
const short = (words: string): string => words.slice(0, 120)
const unless = (holds: boolean, wrong: string): string[] => (holds ? [] : [wrong])
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const COMMANDS = Object.entries(commandSchemas).map(([name, args]) =>
  z.object({ name: z.literal(name), args }),
)

export const parsers: readonly Parser[] = [
  json('frames-to-server', [clientMessageSchema], (frame) => {
    const read = decodeClientMessage(frame)
    if (read.kind === 'fault') return unless(read.message.length <= 1_000, 'an endless complaint')
    const again = decodeClientMessage(encode(read.message))
    return unless(same(again, read), 'what was read does not survive being written')
  }),
  json('frames-to-client', [serverMessageSchema], (frame) => {
    const read = decodeServerMessage(frame)
    if (read.kind === 'fault') return unless(read.message.length <= 1_000, 'an endless complaint')
    const again = decodeServerMessage(encode(read.message))
    return unless(same(again, read), 'what was read does not survive being written')
  }),
  text(
    'invite',
    (random) => mangleText(random, random.pick(LINKS)),
    (link) => {
      const read = parseInvite(link)
      if (read.kind === 'fault') return unless(read.message.length < 300, 'an endless complaint')
      const written = createInvite(read.invite)
      if (written.length > 2 * MAX_INVITE_LENGTH) return ['the link grew']
      return unless(same(parseInvite(written), read), 'the link does not survive being written')
    },
  ),
  text(
    'code',
    (random) => mangleText(random, '7KQ2-M4XD'),
    (typed) => {
      splitSelectors(typed)
      const read = parseCode(typed)
      if (read.kind === 'fault') return unless(read.message.length < 300, 'an endless complaint')
      return unless(same(parseCode(formatCode(read.code)), read), 'the code changes when shown')
    },
  ),
  bytes('announcement', [joinStrings(ANNOUNCED)], (input) => {
    const read = decodeText(splitStrings(input))
    if (read === undefined) return []
    const again = decodeText(encodeText(read))
    return unless(same(again, read), 'the announcement does not survive being written')
  }),
  bytes('dns-packet', [PACKET, QUERY], (input) => {
    let wire: Packet
    try {
      wire = decodeDns(Buffer.from(input))
    } catch {
      // The library refuses it, and tells so as a warning.
      return []
    }
    const packet = fromWire(wire)
    if (packet?.kind !== 'response') return []
    const cache = createFoundCache()
    for (const from of ['10.0.0.7', 'fe80::7']) cache.take(packet.records, 'eth0', from, 0)
    const found = cache.list()
    cache.expire(1e9, new Set(['eth0']))
    const isBounded = found.length <= MAX_FOUND_SESSIONS
    return [
      ...unless(isBounded, 'more sessions than may be kept'),
      ...unless(cache.list().length === 0, 'a session that never leaves'),
    ]
  }),
  json('pairing-frames', [joinerMessageSchema, hostMessageSchema], (frame) => {
    decodeJoiner(frame)
    decodeHost(frame)
    return []
  }),
  json('probe-answer', [probeAnswerSchema], (answer) => {
    const read = readProbeAnswer(answer)
    if (read === null) return []
    return unless(same(readProbeAnswer(JSON.stringify(read)), read), 'the answer changes')
  }),
  json('embedded', [toEmbeddedSchema, fromEmbeddedSchema], (message) => {
    const value = readJson(message)
    toEmbeddedSchema.safeParse(value)
    fromEmbeddedSchema.safeParse(value)
    return []
  }),
  json('ipc', COMMANDS, (call) => {
    const value = readJson(call)
    const { name, args } = (typeof value === 'object' && value !== null ? value : {}) as {
      name?: string
      args?: unknown
    }
    if (!Object.hasOwn(commandSchemas, name ?? '')) return []
    const rules: z.ZodType = commandSchemas[name as keyof typeof commandSchemas]
    const read = rules.safeParse(args)
    if (!read.success) return []
    return unless(same(rules.safeParse(read.data), read), 'arguments change when read twice')
  }),
  text(
    'options',
    (random) =>
      JSON.stringify({
        args: random
          .pick(FLAGS)
          .map((one) => (random.chance(0.3) ? short(mangleText(random, one)) : one)),
        environment: {
          [short(mangleText(random, 'LANDLINE_PORT'))]: short(mangleText(random, '47800')),
        },
        file: mangleText(random, random.pick(FILES)),
      }),
    (input) => {
      const { args, environment, file } = JSON.parse(input) as {
        args: string[]
        environment: Record<string, string>
        file: string
      }
      const read = parseHeadlessOptions(args, environment, () => file)
      if (read.kind === 'options') return []
      return unless(read.faults.length > 0, 'refused without a word')
    },
  ),
]

function readJson(input: string): unknown {
  try {
    return JSON.parse(input)
  } catch {
    return undefined
  }
}

/** As a TXT record has them: each with its length before it. */
function joinStrings(strings: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(strings.flatMap((one) => [Uint8Array.of(one.length), one]))
}

function splitStrings(input: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = []
  for (let at = 0; at < input.length;) {
    const length = input[at] ?? 0
    strings.push(input.subarray(at + 1, at + 1 + length))
    at += 1 + length
  }
  return strings
}
