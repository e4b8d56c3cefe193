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
    const opened = gate.open(`2001:db8::${i.toString(16)}`)
    if ('release' in opened) opened.release()
  }
  expect(gate.connections).toBe(0)
})
