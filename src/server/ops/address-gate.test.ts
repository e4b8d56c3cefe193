import { expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.ts'
import { createAddressGate } from './address-gate.ts'
import { liveSettings } from './options/live-settings.ts'
import { settingsSchema } from './options/settings.ts'

function gateWith(rateLimit: object, maxConnections = 100) {
  const clock = manualClock()
  const live = liveSettings(settingsSchema.parse({ rateLimit, maxConnections }))
  return { clock, live, gate: createAddressGate(live, clock) }
}

it('an address opens as many connections as it may have at a time, and another address is not in its way', () => {
  const { gate } = gateWith({ connectionsPerAddress: 2 })
  const first = gate.open('10.0.0.1')
  gate.open('10.0.0.1')
  expect(gate.open('10.0.0.1')).toEqual({ refused: 'too-many-of-address' })
  expect(gate.open('10.0.0.2')).toHaveProperty('release')
  if ('release' in first) {
    first.release()
    first.release()
  }
  expect(gate.open('10.0.0.1')).toHaveProperty('release')
  expect(gate.open('10.0.0.1')).toHaveProperty('refused')
  expect(gate.connections).toBe(3)
})

it('all addresses of one /64 are one peer, in whichever way they are counted', () => {
  const { gate } = gateWith({ connectionsPerAddress: 2, wrongCredentialsPerMinute: 2 })
  const address = (host: number): string => `2001:db8:1:1::${host.toString(16)}`
  const opened = Array.from({ length: 500 }, (_, host) => gate.open(address(host)))
  expect(opened.filter((place) => 'release' in place)).toHaveLength(2)
  expect(gate.open('2001:db8:1:2::1')).toHaveProperty('release')
  for (let host = 0; host < 2; host++) gate.wrongCredential(address(host))
  expect(gate.isThrottled(address(77))).toBe(true)
  expect(gate.isThrottled('2001:db8:1:2::1')).toBe(false)
  const sockets = Array.from({ length: 500 }, (_, host) => gate.connect(address(host)))
  expect(sockets.filter((place) => 'release' in place)).toHaveLength(2 + 64)
})

it('an address has only so many sockets that have said nothing, as many as may become connections and some more', () => {
  const { gate, live } = gateWith({}, 5)
  const sockets = Array.from({ length: 400 }, () => gate.connect('10.0.0.1'))
  expect(sockets.filter((place) => 'release' in place)).toHaveLength(5 + 64)
  expect(sockets.at(-1)).toEqual({ refused: 'too-many-sockets' })
  expect(gate.connect('10.0.0.2')).toHaveProperty('release')
  for (let count = 0; count < 400; count++) {
    expect(gate.connect('127.0.0.1')).toHaveProperty('release')
  }
  for (const place of sockets) if ('release' in place) place.release()
  live.replace(settingsSchema.parse({ maxConnections: 100, rateLimit: { enabled: false } }))
  const again = Array.from({ length: 400 }, () => gate.connect('10.0.0.1'))
  expect(again.filter((place) => 'release' in place)).toHaveLength(100 + 64)
})

it('an address opens connections only so fast; loopback as it likes; all of them up to the total', async () => {
  const { gate, clock, live } = gateWith({ opensPerAddressPerMinute: 60 })
  for (let i = 0; i < 60; i++) {
    const opened = gate.open('fd00::1')
    if ('release' in opened) opened.release()
  }
  expect(gate.open('fd00::1')).toEqual({ refused: 'too-fast' })
  await clock.advance(1_000)
  expect(gate.open('fd00::1')).toHaveProperty('release')
  for (let i = 0; i < 99; i++) expect(gate.open('127.0.0.1')).toHaveProperty('release')
  expect(gate.open('127.0.0.1')).toEqual({ refused: 'too-many-connections' })
  live.replace(settingsSchema.parse({ maxConnections: 101 }))
  expect(gate.open('127.0.0.1')).toHaveProperty('release')
})

it('[I12] who shows too many wrong credentials is not heard for a while, from loopback neither', async () => {
  const { gate, clock } = gateWith({ wrongCredentialsPerMinute: 3 })
  for (const address of ['10.0.0.1', '127.0.0.1']) {
    for (let i = 0; i < 3; i++) {
      expect(gate.isThrottled(address)).toBe(false)
      gate.wrongCredential(address)
    }
    expect(gate.isThrottled(address)).toBe(true)
    // Others behind the same address show none, or are asked for one by the hub.
    expect(gate.open(address)).toHaveProperty('release')
  }
  expect(gate.isThrottled('10.0.0.2')).toBe(false)
  await clock.advance(20_001)
  expect(gate.isThrottled('10.0.0.1')).toBe(false)
})

it('many addresses cost neither memory nor time', () => {
  const { gate } = gateWith({}, 1)
  for (let i = 0; i < 120_000; i++) {
    const opened = gate.open(`2001:db8:${i >> 8}:${i & 0xff}::1`)
    if ('release' in opened) opened.release()
  }
  expect(gate.connections).toBe(0)
})
