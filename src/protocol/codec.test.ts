import { describe, expect, it } from 'vitest'
import { decodeClientMessage, decodeServerMessage, encode } from './codec.ts'
import type { ClientMessage } from './client-messages.ts'
import { MAX_TEXT_LENGTH } from './limits.ts'
import type { MessageId, RoomId } from './ids.ts'
import { seededRandom } from '../testing/seeded-random.ts'

const random = seededRandom(1)
const room = random.uuid() as RoomId
const id = random.uuid() as MessageId

const post = (text: string): ClientMessage => ({
  type: 'submit',
  id,
  room,
  operation: { kind: 'post', text },
})

describe('decoding a frame', () => {
  it('gives back what was encoded', () => {
    const message = post('Grüße 👋\n\u0000 "quoted"')
    expect(decodeClientMessage(encode(message))).toEqual({ kind: 'message', message })
  })

  it('says that a frame is not JSON', () => {
    expect(decodeClientMessage('{"type":')).toMatchObject({ kind: 'fault', code: 'malformed' })
  })

  it.each(['null', '[]', '7', '"hello"', '{}', '{"type":null}', '{"type":{"a":1}}'])(
    'refuses %s, which is JSON but no message',
    (frame) => {
      expect(decodeClientMessage(frame)).toMatchObject({ kind: 'fault', code: 'malformed' })
    },
  )

  it('names a type it does not know, and the reference the answer must carry', () => {
    expect(decodeClientMessage('{"type":"teleport","ref":4}')).toMatchObject({
      code: 'unknown-type',
      type: 'teleport',
      ref: 4,
    })
    expect(decodeServerMessage('{"type":"submit"}')).toMatchObject({ code: 'unknown-type' })
  })

  it('does not take the name of an object property for a type', () => {
    expect(decodeClientMessage('{"type":"__proto__"}')).toMatchObject({ code: 'unknown-type' })
    expect(decodeClientMessage('{"type":"constructor"}')).toMatchObject({ code: 'unknown-type' })
  })

  it('[D5] tells a text over its limit from a malformed frame and carries the id of the write', () => {
    expect(decodeClientMessage(encode(post('x'.repeat(MAX_TEXT_LENGTH))))).toMatchObject({
      kind: 'message',
    })
    expect(decodeClientMessage(encode(post('x'.repeat(MAX_TEXT_LENGTH + 1))))).toMatchObject({
      code: 'too-large',
      id,
      room,
    })
  })

  it('refuses text that cannot be stored without loss, and empty text', () => {
    expect(decodeClientMessage(encode(post('a\uD800b')))).toMatchObject({ code: 'malformed', id })
    expect(decodeClientMessage(encode(post('a\uDC00b')))).toMatchObject({ code: 'malformed', id })
    expect(decodeClientMessage(encode(post(' \n\t ')))).toMatchObject({ code: 'malformed', id })
  })

  it('bounds what it says of a frame, whatever was in it', () => {
    const bad = JSON.stringify({
      type: 'sync',
      cursors: Array.from({ length: 1_000 }, () => 'x'.repeat(50)),
    })
    const fault = decodeClientMessage(bad)
    expect(fault.kind).toBe('fault')
    expect(JSON.stringify(fault).length).toBeLessThan(2_000)
    const longType = decodeClientMessage(JSON.stringify({ type: 't'.repeat(100_000) }))
    expect(JSON.stringify(longType).length).toBeLessThan(2_000)
  })

  it('never throws on 2,000 frames of seeded noise', () => {
    const noise = seededRandom(42)
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"type"',
      ':',
      ',',
      '"submit"',
      '"hello"',
      'null',
      '1e999',
      '"\\ud800"',
      '-0',
    ]
    for (let n = 0; n < 2_000; n++) {
      const frame = Array.from({ length: noise.int(0, 12) }, () => noise.pick(pieces)).join('')
      expect(decodeClientMessage(frame).kind).toBe('fault')
    }
  })
})
