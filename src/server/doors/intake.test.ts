import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { clientFrame, Opcode } from '../../testing/fuzz/web-socket-bytes.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { countingMeter } from '../ops/counting-meter.ts'
import { createIntake } from './intake.ts'

const MEBIBYTE = 1_048_576

function intakeKit() {
  const clock = manualClock()
  const meter = countingMeter()
  const log = { info() {}, warn() {} }
  const intake = createIntake({ clock, meter, log }, { maxFrameBytes: MEBIBYTE })
  function line(isAdmitted: boolean) {
    const raw = new PassThrough()
    const fate = { code: 0, isPaused: false, isCut: false }
    const webSocket = Object.assign(new EventEmitter(), {
      pause: () => void (fate.isPaused = true),
      terminate() {
        fate.isCut = true
        webSocket.emit('close')
      },
    })
    intake.watch({
      ...{ raw, address: '10.0.0.1', isAdmitted: () => isAdmitted },
      webSocket: webSocket as unknown as WebSocket,
      close: (code) => void (fate.code = code),
    })
    return {
      fate,
      say: (bytes: Uint8Array) => void raw.emit('data', bytes),
      gone: () => void webSocket.emit('close'),
    }
  }
  return { clock, meter, intake, line }
}

/** The beginning of a message that goes on. */
const begun = (bytes: number) => clientFrame(Buffer.alloc(bytes), { flags: 0 })
const more = (bytes: number) => clientFrame(Buffer.alloc(bytes), { flags: 0, opcode: Opcode.more })

it('takes little of a stranger, and cuts those who do not answer the close', async () => {
  const { clock, meter, intake, line } = intakeKit()
  const stranger = line(false)
  stranger.say(clientFrame(Buffer.alloc(60_000)))
  stranger.say(begun(60_000))
  expect(stranger.fate.code).toBe(0)
  expect(intake.heldBytes()).toBe(60_008)
  stranger.say(more(6_000))
  expect(stranger.fate).toEqual({ code: 1009, isPaused: true, isCut: false })
  expect(intake.heldBytes()).toBe(0)
  expect(meter.get('frames-unfinished')).toBe(1)
  await clock.advance(1_000)
  expect(stranger.fate.isCut).toBe(true)
  // What a header announces is enough.
  const announcing = line(false)
  announcing.say(clientFrame(Buffer.alloc(10), { claimed: 100_000 }))
  expect(announcing.fate.code).toBe(1009)
  const known = line(true)
  known.say(begun(1_000_000))
  expect(known.fate.code).toBe(0)
})

it('is not filled by fragments of one byte, each of which keeps the piece it came in', () => {
  const { line } = intakeKit()
  const member = line(true)
  const pings = Array.from({ length: 500 }, () =>
    clientFrame(Buffer.alloc(120), { opcode: Opcode.ping }),
  )
  member.say(begun(1))
  for (let piece = 0; piece < 34; piece++) member.say(Buffer.concat([more(1), ...pings]))
  expect(member.fate.code).toBe(0)
  member.say(Buffer.concat([more(1), ...pings]))
  expect(member.fate.code).toBe(1009)
})

it('takes a compressed fragment for as large as it may have become', () => {
  const { intake, line } = intakeKit()
  const bomb = clientFrame(Buffer.alloc(1_000), { flags: 0x40 })
  line(true).say(bomb)
  expect(intake.heldBytes()).toBe(MEBIBYTE)
  const stranger = line(false)
  stranger.say(bomb)
  expect(stranger.fate.code).toBe(1009)
})

it('makes room when all together hold too much: strangers first, then the largest', () => {
  const { intake, line } = intakeKit()
  const members = Array.from({ length: 60 }, () => line(true))
  const large = members.slice(0, 30)
  for (const one of members) one.say(begun(large.includes(one) ? MEBIBYTE : 900_000))
  const strangers = Array.from({ length: 100 }, () => line(false))
  for (const one of strangers) one.say(begun(60_000))
  expect([...members, ...strangers].every(({ fate }) => fate.code === 0)).toBe(true)
  for (const one of large) one.say(more(100_000))
  expect(strangers.every(({ fate }) => fate.code === 1013)).toBe(true)
  expect(large.some(({ fate }) => fate.code === 1013)).toBe(true)
  expect(members.slice(30).every(({ fate }) => fate.code === 0)).toBe(true)
  expect(intake.heldBytes()).toBeLessThan(64 * MEBIBYTE)
  for (const one of members) one.gone()
  expect(intake.heldBytes()).toBe(0)
})

it('waits for a slow message as long as it gets on, and for no other', async () => {
  const { clock, line } = intakeKit()
  const [slow, stuck, chatty] = [line(true), line(true), line(true)]
  for (const one of [slow, stuck]) one.say(begun(1_000))
  for (let passed = 0; passed < 10; passed++) {
    // Several messages, each begun before it is looked at and ended after it.
    chatty.say(begun(10))
    slow.say(more(20_000))
    await clock.advance(30_000)
    chatty.say(clientFrame(Buffer.alloc(10), { opcode: Opcode.more }))
  }
  expect([slow, stuck, chatty].map(({ fate }) => fate.code)).toEqual([0, 4408, 0])
  expect(stuck.fate.isCut).toBe(true)
  await clock.advance(60_000)
  expect([slow, chatty].map(({ fate }) => fate.code)).toEqual([4408, 0])
})

it('ends', () => {
  const { clock, intake } = intakeKit()
  intake.stop()
  expect(clock.pendingTimers()).toBe(0)
})
