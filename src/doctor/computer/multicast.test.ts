import { describe, expect, it } from 'vitest'
import type { Link, Network } from '../../discovery/network.ts'
import { SERVICE } from '../../discovery/names.ts'
import { memoryLan } from '../../discovery/testing/memory-network.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { checkMulticast } from './multicast.ts'

async function examine(
  network: Network,
  clock: ReturnType<typeof manualClock>,
  troubles: { link: string; code: string }[] = [],
) {
  const ports = { network, clock, token: 'token', troubles: () => troubles }
  const finding = checkMulticast(ports, new AbortController().signal)
  await clock.advance(3_000)
  expect(clock.pendingTimers()).toBe(0)
  return finding
}

/** The cable carries nothing of what is said on it. */
function deaf(network: Network, cables: readonly string[]): Network {
  const mute = (link: Link): Link =>
    cables.includes(link.key) ? { ...link, send: () => {} } : link
  return { ...network, links: () => network.links().map(mute) }
}

describe('finding sessions by multicast', () => {
  it('works where the own question comes back, and counts who answers it', async () => {
    const clock = manualClock()
    const lan = memoryLan(clock)
    const other = lan.computer({ eth0: '10.0.0.2' })
    other.listen({
      packet(packet, link, from) {
        if (packet.kind !== 'query' || from === '10.0.0.2') return
        link.send({
          kind: 'response',
          records: [{ type: 'PTR', name: SERVICE, ttl: 1, data: 'x' }],
        })
      },
      linksChanged() {},
    })
    const mine = lan.computer({ eth0: '10.0.0.1' })
    expect(await examine(mine, clock)).toMatchObject({
      state: 'ok',
      detail: 'Works on eth0. 1 other device answered.',
    })
    expect(mine.listenerCount).toBe(0)
  })

  it('an empty network is no fault', async () => {
    const clock = manualClock()
    const mine = memoryLan(clock).computer({ eth0: '10.0.0.1' })
    expect((await examine(mine, clock)).state).toBe('ok')
  })

  it('a firewall in the way is named with the port to allow', async () => {
    const clock = manualClock()
    const mine = memoryLan(clock).computer({ eth0: '10.0.0.1', wlan0: '10.0.1.1' })
    expect(await examine(deaf(mine, ['eth0', 'wlan0']), clock)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('eth0, wlan0'),
      fix: expect.stringContaining('UDP port 5353'),
    })
    expect(await examine(deaf(mine, ['wlan0']), clock)).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('Works on eth0, but not on wlan0.'),
    })
  })

  it('a link that cannot be opened is named with the system’s code', async () => {
    const clock = manualClock()
    const lan = memoryLan(clock)
    const troubles = [{ link: 'eth0/IPv6', code: 'EADDRINUSE' }]
    expect(await examine(lan.computer({ eth0: '10.0.0.1' }), clock, troubles)).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('eth0/IPv6 (EADDRINUSE)'),
    })
    expect((await examine(lan.computer({}), clock)).detail).toContain('There is no network')
  })
})
