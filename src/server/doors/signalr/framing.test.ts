/** The bytes of the hub protocol: as its specification records them, as the official client writes and reads them. */
import { JsonHubProtocol, MessageType, NullLogger } from '@microsoft/signalr'
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../testing/seeded-random.ts'
import { readHandshake } from './handshake.ts'
import { type FromClient, type HubProtocol, ProtocolFault, type ToClient } from './hub-message.ts'
import { createJsonProtocol } from './json-protocol.ts'
import { createMessagePackProtocol, lengthPrefix } from './message-pack-protocol.ts'

const LIMIT = 4_096
const END = '\u001e'
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s|0x/g, ''), 'hex')
const framed = (body: Buffer): Buffer => Buffer.concat([lengthPrefix(body.length), body])
const call = (change: object = {}): FromClient => ({
  ...{ kind: 'invocation', id: 'xyz', target: 'method', arguments: [42], streamIds: [] },
  ...change,
})

const fromClient = [
  {
    what: 'an invocation',
    json: '{"type":1,"invocationId":"xyz","target":"method","arguments":[42]}',
    bytes: '96 01 80 a3 78 79 7a a6 6d 65 74 68 6f 64 91 2a 90',
    message: call(),
  },
  {
    what: 'a non-blocking invocation',
    json: '{"type":1,"target":"method","arguments":[42]}',
    bytes: '96 01 80 c0 a6 6d 65 74 68 6f 64 91 2a 90',
    message: call({ id: undefined }),
  },
  {
    what: 'an invocation without a list of streams',
    json: '{"type":1,"headers":{"Foo":"Bar"},"invocationId":"xyz","target":"method","arguments":[42]}',
    bytes: '95 01 81 a3 46 6f 6f a3 42 61 72 a3 78 79 7a a6 6d 65 74 68 6f 64 91 2a',
    message: call(),
  },
  {
    what: 'a stream invocation',
    json: '{"type":4,"invocationId":"xyz","target":"method","arguments":[42]}',
    bytes: '96 04 80 a3 78 79 7a a6 6d 65 74 68 6f 64 91 2a 90',
    message: call({ kind: 'stream-invocation' }),
  },
  {
    what: 'an upload',
    json: '{"type":2,"invocationId":"xyz","item":42}',
    bytes: '94 02 80 a3 78 79 7a 2a',
    message: { kind: 'upload' },
  },
  {
    what: 'a cancellation',
    json: '{"type":5,"invocationId":"xyz"}',
    bytes: '93 05 80 a3 78 79 7a',
    message: { kind: 'cancel', id: 'xyz' },
  },
  { what: 'a ping', json: '{"type":6}', bytes: '91 06', message: { kind: 'ping' } },
  { what: 'a close', json: '{"type":7}', bytes: '92 07 c0', message: { kind: 'close' } },
  {
    what: 'an acknowledgement',
    json: '{"type":8,"sequenceId":1394}',
    bytes: '92 08 cd 05 72',
    message: { kind: 'ack', sequence: 1_394 },
  },
  {
    what: 'a sequence',
    json: '{"type":9,"sequenceId":1234}',
    bytes: '92 09 cd 04 d2',
    message: { kind: 'sequence', sequence: 1_234 },
  },
  {
    what: 'a type of the future',
    json: '{"type":77,"new":true}',
    bytes: '92 4d c3',
    message: { kind: 'unknown' },
  },
]

const toClient: { what: string; message: ToClient; json: string; bytes: string }[] = [
  {
    what: 'an invocation',
    message: { kind: 'invocation', target: 'method', argument: 42 },
    json: '{"type":1,"target":"method","arguments":[42]}',
    bytes: '96 01 80 c0 a6 6d 65 74 68 6f 64 91 2a 90',
  },
  {
    what: 'a stream item',
    message: { kind: 'item', id: 'xyz', item: 42 },
    json: '{"type":2,"invocationId":"xyz","item":42}',
    bytes: '94 02 80 a3 78 79 7a 2a',
  },
  {
    what: 'a completion with an error',
    message: { kind: 'failed', id: 'xyz', error: 'Error' },
    json: '{"type":3,"invocationId":"xyz","error":"Error"}',
    bytes: '95 03 80 a3 78 79 7a 01 a5 45 72 72 6f 72',
  },
  {
    what: 'a completion without a result',
    message: { kind: 'done', id: 'xyz' },
    json: '{"type":3,"invocationId":"xyz"}',
    bytes: '94 03 80 a3 78 79 7a 02',
  },
  {
    what: 'a completion with a result',
    message: { kind: 'result', id: 'xyz', result: 42 },
    json: '{"type":3,"invocationId":"xyz","result":42}',
    bytes: '95 03 80 a3 78 79 7a 03 2a',
  },
  { what: 'a ping', message: { kind: 'ping' }, json: '{"type":6}', bytes: '91 06' },
  {
    what: 'a close',
    message: { kind: 'close', error: 'xyz', allowReconnect: true },
    json: '{"type":7,"error":"xyz","allowReconnect":true}',
    bytes: '93 07 a3 78 79 7a c3',
  },
  {
    what: 'an acknowledgement',
    message: { kind: 'ack', sequence: 1 },
    json: '{"type":8,"sequenceId":1}',
    bytes: '92 08 01',
  },
  {
    what: 'a sequence',
    message: { kind: 'sequence', sequence: 1 },
    json: '{"type":9,"sequenceId":1}',
    bytes: '92 09 01',
  },
]

describe('the recorded bytes of the hub protocol', () => {
  it.each(fromClient)('reads $what', ({ json, bytes, message }) => {
    expect(createJsonProtocol(LIMIT).decode(Buffer.from(json + END))).toEqual([message])
    expect(createMessagePackProtocol(LIMIT).decode(framed(hex(bytes)))).toEqual([message])
  })
  it.each(toClient)('writes $what', ({ message, json, bytes }) => {
    expect(createJsonProtocol(LIMIT).encode(message)).toBe(json + END)
    const packed = Buffer.from(createMessagePackProtocol(LIMIT).encode(message) as Uint8Array)
    expect(packed.toString('hex')).toBe(framed(hex(bytes)).toString('hex'))
  })
  it('writes lengths of one to five bytes', () => {
    const lengths = { 0: '00', 127: '7f', 128: '8001', 16_383: 'ff7f', 16_384: '808001' }
    for (const [length, bytes] of Object.entries(lengths)) {
      expect(lengthPrefix(Number(length)).toString('hex')).toBe(bytes)
    }
    expect(lengthPrefix(2_147_483_647).toString('hex')).toBe('ffffffff07')
  })
})

describe('the official client and this server', () => {
  const pairs = [
    { official: new JsonHubProtocol(), make: createJsonProtocol },
    { official: new MessagePackHubProtocol(), make: createMessagePackProtocol },
  ]
  it.each(pairs)('understand each other in $official.name', ({ official, make }) => {
    const ours = make(LIMIT)
    const written = official.writeMessage({
      ...{ type: MessageType.Invocation, target: 'SendMessage', invocationId: '7' },
      arguments: ['text', 1.5, null, { nested: [true] }],
    })
    expect(ours.decode(Buffer.from(written as string))).toEqual([
      call({ id: '7', target: 'SendMessage', arguments: ['text', 1.5, null, { nested: [true] }] }),
    ])
    for (const { message } of toClient) {
      const encoded = ours.encode(message)
      const data = typeof encoded === 'string' ? encoded : new Uint8Array(encoded).buffer
      expect(official.parseMessages(data as never, NullLogger.instance)).toHaveLength(1)
    }
  })
})

describe.each([
  { name: 'JSON', make: createJsonProtocol },
  { name: 'MessagePack', make: createMessagePackProtocol },
])('framing in $name', ({ name, make }) => {
  const ping = name === 'JSON' ? Buffer.from(`{"type":6}${END}`) : framed(hex('91 06'))
  const fault = (protocol: HubProtocol, data: Buffer) => (): unknown => protocol.decode(data)

  it('reads several messages of one frame, and one of several frames', () => {
    const protocol = make(LIMIT)
    expect(protocol.decode(Buffer.concat([ping, ping, ping.subarray(0, 1)]))).toHaveLength(2)
    expect(protocol.decode(ping.subarray(1, 2))).toEqual([])
    expect(protocol.decode(Buffer.concat([ping.subarray(2), ping]))).toHaveLength(2)
    expect(protocol.decode(Buffer.alloc(0))).toEqual([])
  })

  it('refuses a message that is too long before it has all arrived', () => {
    const long = name === 'JSON' ? Buffer.from(`"${'x'.repeat(LIMIT)}`) : lengthPrefix(LIMIT + 1)
    expect(fault(make(LIMIT), long)).toThrow(`at most ${LIMIT} bytes`)
    expect(make(LIMIT).decode(long.subarray(0, 1))).toEqual([])
  })

  it('refuses a message in more pieces than anybody sends', () => {
    const protocol = make(LIMIT)
    const open = name === 'JSON' ? Buffer.from('x') : Buffer.from([0])
    if (name !== 'JSON') protocol.decode(lengthPrefix(LIMIT))
    expect(() => {
      for (let piece = 0; piece < 100; piece++) protocol.decode(open)
    }).toThrow('too many pieces')
  })

  it('refuses what is not of the protocol', () => {
    const wrong =
      name === 'JSON'
        ? [
            '',
            'x',
            '[]',
            '7',
            'null',
            '{}',
            '{"type":"1"}',
            '{"type":1}',
            '{"type":4,"target":"x","arguments":[]}',
          ]
            .concat([
              '{"type":1,"target":"","arguments":[]}',
              '{"type":8}',
              '{"type":9,"sequenceId":-1}',
            ])
            .concat([`{"type":1,"target":"x","arguments":[${'1,'.repeat(40)}1]}`])
            .map((text) => Buffer.from(text + END))
        : [
            '',
            'c1',
            '90',
            '80',
            '06',
            '91 c0',
            '92 01 80',
            '92 08 c0',
            '92 08 ff',
            'dd 7f ff ff ff',
            'db 7f ff ff ff',
          ]
            .concat([
              '95 01 80 a1 78 a1 78 07',
              '96 04 80 c0 a1 78 90 90',
              'df 7f ff ff ff',
              '92 06 06 06',
            ])
            .map((bytes) => framed(hex(bytes)))
    for (const data of wrong) expect(fault(make(LIMIT), data)).toThrow(ProtocolFault)
  })

  it('throws nothing but its own fault, whatever comes', () => {
    const random = seededRandom(20_261_122)
    const seeds = fromClient.map(({ json, bytes }) =>
      name === 'JSON' ? Buffer.from(json + END) : framed(hex(bytes)),
    )
    let refused = 0
    for (let round = 0; round < 3_000; round++) {
      const protocol = make(LIMIT)
      const bytes = Buffer.concat([random.pick(seeds), random.pick(seeds)])
      for (let change = 0; change < 3; change++) {
        bytes[random.int(0, bytes.length - 1)] = random.int(0, 255)
      }
      try {
        protocol.decode(bytes)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ProtocolFault)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(500)
  })
})

describe('the handshake', () => {
  const read = (text: string) => readHandshake(Buffer.from(text), LIMIT)

  it('agrees to both protocols in both versions, and keeps what came along', () => {
    for (const protocol of ['json', 'messagepack']) {
      for (const version of [1, 2]) {
        const request = JSON.stringify({ protocol, version })
        expect(read(`${request}${END}rest`)).toMatchObject({
          ...{ kind: 'agreed', version, protocol: { name: protocol }, rest: Buffer.from('rest') },
        })
      }
    }
  })

  it('waits for its end, and refuses everything else in words', () => {
    expect(read('{"protocol":"json",').kind).toBe('incomplete')
    for (const [text, words] of [
      ['x', /not a handshake/],
      ['{"type":6}', /not a handshake/],
      ['{"protocol":"xml","version":1}', /'xml' is not supported/],
      ['{"protocol":"json","version":3}', /version 3 of the 'json' protocol/],
      ['{"protocol":"json","version":0}', /version 0/],
    ] as const) {
      expect(read(text + END)).toEqual({ kind: 'failed', error: expect.stringMatching(words) })
    }
    expect(read('x'.repeat(5_000)).kind).toBe('failed')
    expect(read('x'.repeat(5_000) + END).kind).toBe('failed')
  })
})
