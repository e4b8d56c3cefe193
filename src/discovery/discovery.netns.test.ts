import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sessionIdSchema } from '../protocol/ids.ts'
import { createSubnet, namespaceSupport } from '../testing/namespaces/subnet.ts'
import type { Subnet } from '../testing/namespaces/subnet.ts'
import { talkTo } from '../testing/namespaces/talk.ts'
import type { Talk } from '../testing/namespaces/talk.ts'
import type { NamespaceHost } from '../testing/namespaces/world.ts'
import type { HostedSession } from './announce.ts'
import type { FoundSession } from './found-cache.ts'
import type { StationCommand } from './testing/station.ts'

const support = namespaceSupport()
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ DISCOVERY ON REAL NETWORKS IS NOT TESTED HERE: ${support.why}\n\n`)
}

const station = fileURLToPath(new URL('testing/station.ts', import.meta.url))
/** Short, so that the end of a killed host is seen in a test's time. */
const TTL_SECONDS = 4
const LIMIT_MS = 40_000

const session = (n: number, more: Partial<HostedSession> = {}): HostedSession => ({
  sessionId: sessionIdSchema.parse(`0190a000-0000-7000-8000-00000000000${n}`),
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

describe.skipIf(support.kind === 'no')('on real networks of three computers', () => {
  let subnet: Subnet
  beforeEach(() => {
    subnet = createSubnet(3)
  })
  afterEach(() => subnet.dispose())

  const host = (n: number): NamespaceHost => {
    const one = subnet.hosts[n]
    if (one === undefined) throw new Error(`no computer ${n}`)
    return one
  }
  async function start(n: number): Promise<Talk & { tell(command: StationCommand): void }> {
    const talk = talkTo(host(n).node(station, String(TTL_SECONDS)))
    await talk.hear(20_000, (line) => (line as { ready?: true }).ready)
    return { ...talk, tell: talk.send }
  }
  /** Waits until the list is as wanted, and gives it. */
  const seen = (talk: Talk, withinMs: number, wanted: (names: string[]) => boolean) =>
    talk.hear(withinMs, (line) => {
      const { found } = line as { found?: readonly FoundSession[] }
      return found !== undefined && wanted(found.map(({ name }) => name)) ? found : undefined
    })

  it(
    'each discovers the others, over both families, and shows changes live',
    { timeout: LIMIT_MS },
    async () => {
      const computers = await Promise.all([start(0), start(1), start(2)])
      for (const [n, one] of computers.entries()) {
        one.tell({ kind: 'browse' })
        one.tell({ kind: 'announce', session: session(n + 1) })
      }
      for (const one of computers) {
        const found = await seen(one, 5_000, (names) => names.length === 3)
        expect(found.map(({ name }) => name)).toEqual(['Session 1', 'Session 2', 'Session 3'])
        for (const [n, { addresses }] of found.entries()) {
          expect(addresses).toEqual([`${host(n).ipv4}:47800`, `[${host(n).ipv6}]:47800`])
        }
      }
      computers[0].tell({ kind: 'update', session: session(1, { people: 7, name: 'Ward 7' }) })
      const changed = await seen(computers[2], 3_000, (names) => names.includes('Ward 7'))
      expect(changed.find(({ name }) => name === 'Ward 7')?.people).toBe(7)

      const stoppedAt = performance.now()
      computers[1].tell({ kind: 'goodbye' })
      await seen(computers[0], 3_000, (names) => !names.includes('Session 2'))
      await seen(computers[2], 3_000, (names) => !names.includes('Session 2'))
      expect(performance.now() - stoppedAt).toBeLessThan(3_000)

      computers[0].kill()
      await seen(computers[2], TTL_SECONDS * 1_000 + 2_000, (names) => names.length === 1)
    },
  )

  it('one that comes later finds what is there at once', { timeout: LIMIT_MS }, async () => {
    const [first, second] = await Promise.all([start(0), start(1)])
    first.tell({ kind: 'announce', session: session(1) })
    first.tell({ kind: 'browse' })
    await seen(first, 5_000, (names) => names.length === 1)
    second.tell({ kind: 'browse' })
    await seen(second, 1_500, (names) => names.length === 1)
  })

  it(
    'a firewall that drops multicast DNS leaves the list empty; without it the session comes',
    { timeout: LIMIT_MS },
    async () => {
      const [first, second, third] = await Promise.all([start(0), start(1), start(2)])
      host(1).dropUdp(5353)
      for (const one of [second, third]) one.tell({ kind: 'browse' })
      first.tell({ kind: 'announce', session: session(1) })
      await seen(third, 5_000, (names) => names.length === 1)
      // All its repetitions are over.
      await expect(seen(second, 4_000, (names) => names.length > 0)).rejects.toThrow('not heard')
      host(1).allowAll()
      await seen(second, TTL_SECONDS * 2_000, (names) => names.length === 1)
    },
  )

  it('an address that changes on either side is followed', { timeout: LIMIT_MS }, async () => {
    const [first, second] = await Promise.all([start(0), start(1)])
    second.tell({ kind: 'browse' })
    first.tell({ kind: 'announce', session: session(1) })
    await seen(second, 5_000, (names) => names.length === 1)
    host(0).readdress('10.77.1.77')
    await second.hear(
      8_000,
      (line) => JSON.stringify(line).includes('10.77.1.77:47800') || undefined,
    )
    host(1).readdress('10.77.1.88')
    first.tell({ kind: 'update', session: session(1, { people: 5 }) })
    await second.hear(8_000, (line) => JSON.stringify(line).includes('"people":5') || undefined)
  })

  it(
    'a network cable that was pulled and is put back brings the session back',
    { timeout: LIMIT_MS },
    async () => {
      const [first, second] = await Promise.all([start(0), start(1)])
      second.tell({ kind: 'browse' })
      first.tell({ kind: 'announce', session: session(1) })
      await seen(second, 5_000, (names) => names.length === 1)
      host(1).setUp(false)
      await seen(second, TTL_SECONDS * 1_000 + 2_000, (names) => names.length === 0)
      host(1).setUp(true)
      await seen(second, 8_000, (names) => names.length === 1)
    },
  )
})
