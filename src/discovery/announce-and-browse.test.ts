import { describe, expect, it } from 'vitest'
import { sessionIdSchema } from '../protocol/ids.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { announce } from './announce.ts'
import type { HostedSession } from './announce.ts'
import { browse } from './browse.ts'
import type { FoundSession } from './found-cache.ts'
import { SERVICE } from './names.ts'
import type { DnsPacket } from './network.ts'
import { memoryLan } from './testing/memory-network.ts'
import type { MemoryComputer } from './testing/memory-network.ts'

const id = (n: number) =>
  sessionIdSchema.parse(`0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`)
const session = (n: number, more: Partial<HostedSession> = {}): HostedSession => ({
  sessionId: id(n),
  name: `Session ${n}`,
  host: `computer ${n}`,
  protocolVersion: 1,
  people: 1,
  passphrase: false,
  open: false,
  selectors: [],
  port: 47_800,
  ...more,
})

function stage() {
  const clock = manualClock()
  const lan = memoryLan(clock)
  return {
    clock,
    lan,
    host(computer: MemoryComputer, hosted: HostedSession, token = `token${hosted.sessionId}`) {
      const addresses = (port: number): string[] =>
        computer.links().flatMap((link) => link.addresses.map((address) => `${address}:${port}`))
      return announce(
        { network: computer, clock, random: () => 0.5, token: token.slice(-12), addresses },
        hosted,
      )
    },
    look(computer: MemoryComputer) {
      const lists: (readonly FoundSession[])[] = []
      const browsing = browse({
        network: computer,
        clock,
        random: () => 0.5,
        onChange: (list) => void lists.push(list),
      })
      return { browsing, lists, names: () => browsing.list().map(({ name }) => name) }
    },
    questions: (from: string) =>
      lan.sent.filter((one) => one.from === from && one.packet.kind === 'query').length,
    answers: (from: string) =>
      lan.sent.filter((one) => one.from === from && one.packet.kind === 'response').length,
  }
}

describe('announcing and browsing', () => {
  it('shows a session to those who look before and to those who come later', async () => {
    const { clock, lan, host, look } = stage()
    const early = look(lan.computer({ lan: '10.0.0.2' }))
    host(lan.computer({ lan: '10.0.0.1' }), session(1, { people: 3, passphrase: true }))
    await clock.advance(50)
    expect(early.browsing.list()).toMatchObject([
      {
        ...{ sessionId: id(1), name: 'Session 1', host: 'computer 1', protocolVersion: 1 },
        ...{ people: 3, passphrase: true, addresses: ['10.0.0.1:47800'] },
      },
    ])
    await clock.advance(60_000)
    const late = look(lan.computer({ lan: '10.0.0.3' }))
    await clock.advance(200)
    expect(late.names()).toEqual(['Session 1'])
    expect(early.lists).toHaveLength(1)
  })

  it('lists a session once that is heard on several interfaces', async () => {
    const { clock, lan, host, look } = stage()
    const both = look(lan.computer({ wifi: '10.0.0.2', cable: '10.1.0.2' }))
    host(lan.computer({ wifi: '10.0.0.1', cable: '10.1.0.1' }), session(1))
    await clock.advance(5_000)
    expect(both.browsing.list()).toHaveLength(1)
    expect(both.browsing.list()[0]?.addresses).toEqual(['10.0.0.1:47800', '10.1.0.1:47800'])
    expect(both.lists).toHaveLength(1)
  })

  it('puts first what is in a network both are in', async () => {
    const { clock, lan, host, look } = stage()
    const cabled = look(lan.computer({ cable: '10.1.0.2' }))
    host(lan.computer({ wifi: '10.0.0.1', cable: '10.1.0.1' }), session(1))
    await clock.advance(50)
    expect(cabled.browsing.list()[0]?.addresses).toEqual(['10.1.0.1:47800', '10.0.0.1:47800'])
  })

  it('tells only addresses of the very link in address records', async () => {
    const { clock, lan, host } = stage()
    host(lan.computer({ wifi: '10.0.0.1', cable: '10.1.0.1' }), session(1))
    await clock.advance(50)
    for (const { packet, from } of lan.sent) {
      if (packet.kind !== 'response') continue
      const told = packet.records.filter(({ type }) => type === 'A')
      expect(told.map(({ data }) => data)).toEqual([from])
    }
    expect(lan.sent).toHaveLength(2)
  })

  it('leaves the list within a second and a bit of the goodbye', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    const announcement = host(lan.computer({ lan: '10.0.0.1' }), session(1))
    await clock.advance(5_000)
    const stopped = announcement.stop()
    await clock.advance(1_200)
    await stopped
    expect(seen.names()).toEqual([])
    await clock.advance(120_000)
    expect(seen.names()).toEqual([])
  })

  it('believes a host that contradicts a goodbye said in its name', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    host(lan.computer({ lan: '10.0.0.1' }), session(1), 'abc')
    await clock.advance(5_000)
    const spoof = lan.computer({ lan: '10.0.0.66' })
    const data = `Session 1 (abc).${SERVICE}`
    spoof
      .links()[0]
      ?.send({ kind: 'response', records: [{ type: 'PTR', name: SERVICE, ttl: 0, data }] })
    await clock.advance(3_000)
    expect(seen.names()).toEqual(['Session 1'])
    expect(seen.lists).toHaveLength(1)
  })

  it('forgets a host that died when its time is over, having asked for it before', async () => {
    const { clock, lan, host, look, questions } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    const computer = lan.computer({ lan: '10.0.0.1' })
    host(computer, session(1))
    await clock.advance(5_000)
    const asked = questions('10.0.0.2')
    computer.move({})
    await clock.advance(24_000)
    expect(seen.names()).toEqual(['Session 1'])
    await clock.advance(10_000)
    expect(seen.names()).toEqual([])
    expect(questions('10.0.0.2') - asked).toBeGreaterThanOrEqual(3)
  })

  it('keeps a living host for hours with few questions', async () => {
    const { clock, lan, host, look, questions, answers } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    host(lan.computer({ lan: '10.0.0.1' }), session(1))
    await clock.advance(3_600_000)
    expect(seen.lists).toHaveLength(1)
    expect(questions('10.0.0.2')).toBeLessThan(3_600 / 20)
    expect(answers('10.0.0.1')).toBeLessThan(3_600 / 20)
  })

  it('asks alone on an empty network less and less often', async () => {
    const { clock, lan, look, questions } = stage()
    look(lan.computer({ lan: '10.0.0.2' }))
    await clock.advance(3_600_000)
    expect(questions('10.0.0.2')).toBeLessThanOrEqual(13)
  })

  it('says it when the number of people changes, at most once a second', async () => {
    const { clock, lan, host, look, answers } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    const announcement = host(lan.computer({ lan: '10.0.0.1' }), session(1))
    await clock.advance(10_000)
    const before = answers('10.0.0.1')
    for (let people = 2; people <= 41; people++) {
      announcement.update(session(1, { people }))
      await clock.advance(50)
    }
    await clock.advance(1_000)
    expect(seen.browsing.list()[0]?.people).toBe(41)
    expect(answers('10.0.0.1') - before).toBeLessThanOrEqual(4)
  })

  it('follows a host to other addresses and to other cables', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2', cable: '10.1.0.2' }))
    const computer = lan.computer({ lan: '10.0.0.1' })
    host(computer, session(1))
    await clock.advance(5_000)
    computer.move({ lan: '10.0.0.99' })
    await clock.advance(1_100)
    expect(seen.browsing.list()[0]?.addresses).toEqual(['10.0.0.99:47800'])
    computer.move({ cable: '10.1.0.99' })
    await clock.advance(1_100)
    expect(seen.browsing.list()[0]?.addresses).toEqual(['10.1.0.99:47800'])
  })

  it('forgets what it heard on a cable that was pulled, and asks on the new one', async () => {
    const { clock, lan, host, look } = stage()
    const computer = lan.computer({ lan: '10.0.0.2' })
    const seen = look(computer)
    host(lan.computer({ lan: '10.0.0.1' }), session(1))
    host(lan.computer({ cable: '10.1.0.1' }), session(2))
    await clock.advance(5_000)
    expect(seen.names()).toEqual(['Session 1'])
    computer.move({ cable: '10.1.0.2' })
    await clock.advance(300)
    expect(seen.names()).toEqual(['Session 2'])
  })

  it('announces nothing without an address, and starts when there is one', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    const computer = lan.computer({})
    host(computer, session(1))
    await clock.advance(5_000)
    computer.move({ lan: '10.0.0.1' })
    await clock.advance(100)
    expect(seen.names()).toEqual(['Session 1'])
  })

  it('is not told again what it says it knows', async () => {
    const { clock, lan, host, look, answers } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    host(lan.computer({ lan: '10.0.0.1' }), session(1))
    await clock.advance(5_000)
    const before = answers('10.0.0.1')
    seen.browsing.askNow()
    await clock.advance(500)
    expect(answers('10.0.0.1')).toBe(before)
  })

  it('shows both hosts of one session as two offers of one entry', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    host(lan.computer({ lan: '10.0.0.1' }), session(1), 'first')
    await clock.advance(2_000)
    host(lan.computer({ lan: '10.0.0.9' }), session(1, { host: 'stand-by' }), 'second')
    await clock.advance(2_000)
    expect(seen.browsing.list()).toMatchObject([
      { host: 'stand-by', addresses: ['10.0.0.9:47800', '10.0.0.1:47800'] },
    ])
    expect(seen.browsing.list()[0]?.offers).toHaveLength(2)
  })

  it('ends without leaving anything behind', async () => {
    const { clock, lan, host, look } = stage()
    const computer = lan.computer({ lan: '10.0.0.2' })
    const seen = look(computer)
    const announcement = host(computer, session(1))
    await clock.advance(5_000)
    seen.browsing.stop()
    const stopped = announcement.stop()
    await clock.advance(1_000)
    await stopped
    expect(clock.pendingTimers()).toBe(0)
    expect(computer.listenerCount).toBe(0)
  })
})

describe('hostile networks', () => {
  const flood = (from: number, count: number): DnsPacket[] =>
    Array.from({ length: count }, (_, n) => {
      const instance = `evil ${from} ${n}.${SERVICE}`
      const strings = [
        'txtvers=1',
        `id=${id(from * 1_000 + n)}`,
        'v=1',
        'name=a trap',
        'a0=10.0.0.66:1',
      ]
      return {
        kind: 'response',
        records: [
          { type: 'PTR', name: SERVICE, ttl: 4_000_000_000, data: instance },
          { type: 'TXT', name: instance, ttl: 1, data: strings.map((text) => Buffer.from(text)) },
        ],
      }
    })

  it('one computer cannot hide the others by announcing thousands', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    const evil = lan.computer({ lan: '10.0.0.66' })
    for (const packet of flood(1, 5_000)) evil.links()[0]?.send(packet)
    await clock.advance(10)
    expect(seen.browsing.list()).toHaveLength(40)
    host(lan.computer({ lan: '10.0.0.1' }), session(1))
    await clock.advance(50)
    expect(seen.names()).toContain('Session 1')
    // However long a life it claimed.
    await clock.advance(121_000)
    expect(seen.names()).toEqual(['Session 1'])
  })

  it('keeps at most 200 sessions, whoever announces them', async () => {
    const { clock, lan, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    for (let from = 1; from <= 20; from++) {
      const evil = lan.computer({ lan: `10.0.1.${from}` })
      for (const packet of flood(from, 50)) evil.links()[0]?.send(packet)
    }
    await clock.advance(10)
    expect(seen.browsing.list()).toHaveLength(200)
  })

  it('does not take in names that would damage its own questions', async () => {
    const { clock, lan, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    const evil = lan.computer({ lan: '10.0.0.66' })
    for (const label of ['\uFFFD'.repeat(63), 'x'.repeat(64), '']) {
      const data = `${label}.${SERVICE}`
      evil.links()[0]?.send({
        kind: 'response',
        records: [
          { type: 'PTR', name: SERVICE, ttl: 100, data },
          { type: 'PTR', name: SERVICE, ttl: 100, data: 'other._http._tcp.local' },
        ],
      })
    }
    await clock.advance(50_000)
    const known = lan.sent.flatMap(({ packet }) => (packet.kind === 'query' ? packet.known : []))
    expect(known).toEqual([])
    expect(seen.browsing.list()).toEqual([])
  })

  it('keeps the good words of a host when damaged ones follow', async () => {
    const { clock, lan, host, look } = stage()
    const seen = look(lan.computer({ lan: '10.0.0.2' }))
    host(lan.computer({ lan: '10.0.0.1' }), session(1), 'abc')
    await clock.advance(100)
    const evil = lan.computer({ lan: '10.0.0.66' })
    const name = `Session 1 (abc).${SERVICE}`
    evil.links()[0]?.send({
      kind: 'response',
      records: [{ type: 'TXT', name, ttl: 9, data: [Buffer.from([255, 255])] }],
    })
    await clock.advance(100)
    expect(seen.names()).toEqual(['Session 1'])
  })
})
