import { describe, expect, it } from 'vitest'
import { type FromClient, ProtocolFault, type ToClient } from './hub-message.ts'
import { createMessageBuffer } from './message-buffer.ts'

const item = (text: string): ToClient => ({ kind: 'item', id: '1', item: text })
const cancel: FromClient = { kind: 'cancel', id: '1' }

function make(limit = 100) {
  const written: string[] = []
  const buffer = createMessageBuffer({
    encode: (message) =>
      'item' in message
        ? String(message.item)
        : `${message.kind}${'sequence' in message ? ` ${message.sequence}` : ''}`,
    write: (data) => void written.push(String(data)),
    limit,
  })
  buffer.start()
  return { buffer, written, take: () => written.splice(0) }
}

describe('the buffer of a resumable connection', () => {
  it('keeps what was not acknowledged, and sends it again from there on', () => {
    const { buffer, take } = make()
    for (const text of ['a', 'b', 'c']) buffer.send(item(text))
    buffer.send({ kind: 'ping' })
    expect(take()).toEqual(['a', 'b', 'c', 'ping'])
    buffer.isNew({ kind: 'ack', sequence: 2 })
    buffer.disconnected()
    buffer.send(item('d'))
    buffer.send({ kind: 'ping' })
    expect(take()).toEqual([])
    buffer.resume()
    expect(take()).toEqual(['sequence 3', 'c', 'd'])
    buffer.isNew({ kind: 'sequence', sequence: 1 })
    buffer.isNew({ kind: 'ack', sequence: 4 })
    buffer.disconnected()
    buffer.resume()
    expect(take()).toEqual(['sequence 5'])
  })

  it('passes over what it has received before, and waits for the sequence after a cut', () => {
    const { buffer } = make()
    expect([1, 2, 3].map(() => buffer.isNew(cancel))).toEqual([true, true, true])
    expect(buffer.isNew({ kind: 'ping' })).toBe(true)
    expect(buffer.unacknowledged()).toBe(3)
    expect(buffer.unacknowledged()).toBeUndefined()
    buffer.disconnected()
    buffer.resume()
    expect(buffer.isNew(cancel)).toBe(false)
    expect(buffer.unacknowledged()).toBeUndefined()
    expect(buffer.isNew({ kind: 'sequence', sequence: 2 })).toBe(true)
    expect([2, 3, 4].map(() => buffer.isNew(cancel))).toEqual([false, false, true])
    expect(buffer.unacknowledged()).toBe(4)
  })

  it('sends no more than its bound without an acknowledgement', () => {
    const { buffer, take } = make(10)
    for (let index = 0; index < 6; index++) buffer.send(item('1234'))
    // The one that reaches the bound still goes out.
    expect(take()).toHaveLength(3)
    expect(buffer.waitingBytes()).toBe(12)
    buffer.isNew({ kind: 'ack', sequence: 1 })
    expect(take()).toHaveLength(1)
    buffer.isNew({ kind: 'ack', sequence: 4 })
    expect(take()).toHaveLength(2)
    expect(buffer.waitingBytes()).toBe(0)
  })

  it('holds what it has until the client is ready to count', () => {
    const written: unknown[] = []
    const buffer = createMessageBuffer({
      ...{ encode: () => 'x', limit: 100, write: (data) => void written.push(data) },
    })
    buffer.send(item('early'))
    expect(written).toEqual([])
    buffer.start()
    expect(written).toEqual(['x'])
  })

  it('does not go on with a client that counts what never was', () => {
    const { buffer } = make()
    buffer.send(item('a'))
    expect(() => buffer.isNew({ kind: 'ack', sequence: 2 })).toThrow(ProtocolFault)
    buffer.disconnected()
    buffer.resume()
    expect(() => buffer.isNew({ kind: 'sequence', sequence: 7 })).toThrow(ProtocolFault)
  })
})
