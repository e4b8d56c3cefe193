import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { ServerMessage } from '../../../protocol/server-messages.ts'
import { createOutgoing } from './outgoing.ts'
import { createTextFrames, textFrame } from './text-frames.ts'

describe('frames', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
    'have the header of RFC 6455 for %i bytes',
    (length) => {
      const frame = textFrame('x'.repeat(length))
      expect(frame[0]).toBe(0x81)
      const [header, stated] =
        length < 126
          ? [2, frame[1]]
          : length < 65_536
            ? [4, frame.readUInt16BE(2)]
            : [10, Number(frame.readBigUInt64BE(2))]
      expect(stated).toBe(length)
      expect(frame.length).toBe(header + length)
    },
  )

  it('count bytes, not characters', () => {
    const frame = textFrame('船'.repeat(50))
    expect(frame.readUInt16BE(2)).toBe(150)
    expect(frame.subarray(4).toString()).toBe('船'.repeat(50))
  })

  it('are built once for each message, however many sockets it goes to', () => {
    const frameOf = createTextFrames()
    const message: ServerMessage = { type: 'synced' }
    const other: ServerMessage = { type: 'pong', nonce: 1 }
    const frame = frameOf(message)
    frameOf(other)
    expect(frameOf(message)).toBe(frame)
    expect(frameOf({ type: 'synced' })).not.toBe(frame)
  })
})

describe('outgoing', () => {
  it('joins all frames of a turn into one write, and those of a broadcast once', () => {
    const outgoing = createOutgoing({ sent() {}, isPatient: false })
    const written: unknown[][] = [[], []]
    const sockets = written.map((list) => {
      const socket = new PassThrough()
      socket.write = ((data: unknown) => list.push(data) > 0) as typeof socket.write
      return socket
    })
    const frames = ['a', 'b'].map((text) => textFrame(text))
    for (const socket of sockets) outgoing.write(socket, [...frames])
    expect(written.map((list) => list.length)).toEqual([1, 1])
    expect(written[0]?.[0]).toEqual(Buffer.concat(frames))
    expect(written[1]?.[0]).toBe(written[0]?.[0])
  })

  it('hands large frames over in one go without a copy, since many who catch up are sent the same', () => {
    const outgoing = createOutgoing({ sent() {}, isPatient: false })
    const handed: Buffer[][] = []
    const socket = new Writable({
      decodeStrings: false,
      write: () => expect.unreachable('they were to go together'),
      writev(chunks, done) {
        handed.push(chunks.map(({ chunk }) => chunk as Buffer))
        done()
      },
    })
    const [small, large] = [textFrame('a'), textFrame('b'.repeat(20_000))] as const
    outgoing.write(socket, [small, large])
    expect(handed).toEqual([[small, large]])
    expect(handed[0]?.[1]).toBe(large)
  })

  it('tells of the frames of a turn at once', async () => {
    const told: number[] = []
    const outgoing = createOutgoing({ sent: (frames) => told.push(frames), isPatient: false })
    const [a, b] = [textFrame('a'), textFrame('b')]
    for (const frames of [a, [a, b]]) {
      const socket = new PassThrough()
      outgoing.schedule(() => outgoing.write(socket, frames), false)
    }
    expect(told).toEqual([])
    await new Promise<void>((resolve) => process.nextTick(resolve))
    expect(told).toEqual([3])
  })

  it('of one node of several answers at once, tells other nodes, then everybody', async () => {
    const order: string[] = []
    const outgoing = createOutgoing({ sent() {}, isPatient: true })
    // As the client of Redis does.
    setImmediate(() => order.push('other nodes'))
    outgoing.schedule(() => order.push('everybody'), true)
    setImmediate(() => order.push('the next batch'))
    outgoing.schedule(() => order.push('the writer'), false)
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(order).toEqual(['the writer', 'other nodes', 'everybody', 'the next batch'])
  })

  it('of a server by itself writes to everybody at once', async () => {
    const order: string[] = []
    const outgoing = createOutgoing({ sent() {}, isPatient: false })
    setImmediate(() => order.push('the next batch'))
    for (const goesToMany of [true, false])
      outgoing.schedule(() => order.push('written'), goesToMany)
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(order).toEqual(['written', 'written', 'the next batch'])
  })
})
