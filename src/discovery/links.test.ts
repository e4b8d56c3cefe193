import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { MAX_LINKS, fingerprintOf, isOnLink, planLinks } from './links.ts'

const v4 = (
  address: string,
  netmask = '255.255.255.0',
  internal = false,
): NetworkInterfaceInfo => ({
  ...{ address, netmask, family: 'IPv4', mac: '02:00:00:00:00:01', internal, cidr: null },
})
const v6 = (
  address: string,
  scopeid = 0,
  netmask = 'ffff:ffff:ffff:ffff::',
): NetworkInterfaceInfo => ({
  ...{ address, netmask, family: 'IPv6', mac: '02:00:00:00:00:01', internal: false, cidr: null },
  scopeid,
})
const keys = (interfaces: Parameters<typeof planLinks>[0]): string[] =>
  planLinks(interfaces).map(({ key }) => key)
function only(interfaces: Parameters<typeof planLinks>[0]) {
  const [plan] = planLinks(interfaces)
  if (plan === undefined) throw new Error('no link')
  return plan
}

describe('links', () => {
  it('are every family of every interface except loopback, VPN included', () => {
    expect(
      keys({
        lo: [v4('127.0.0.1', '255.0.0.0', true)],
        docker0: [v4('172.17.0.1')],
        eth0: [v4('10.0.0.5'), v6('fe80::5', 2), v6('fd00::5')],
        wg0: [v4('10.8.0.2')],
        gone: undefined,
      }),
    ).toEqual(['eth0/IPv4', 'eth0/IPv6', 'wg0/IPv4', 'docker0/IPv4'])
  })

  it('are not hundreds on a computer full of containers, and the real ones are among them', () => {
    const interfaces = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`veth${n}`, [v4(`172.18.${n % 256}.1`)]]),
    )
    const planned = keys({ ...interfaces, eth0: [v4('10.0.0.5')] })
    expect(planned).toHaveLength(MAX_LINKS)
    expect(planned[0]).toBe('eth0/IPv4')
  })

  it('are opened anew when an address or its network changes, not when their order does', () => {
    const one = fingerprintOf(only({ eth0: [v4('10.0.0.5'), v4('10.0.1.5')] }))
    expect(fingerprintOf(only({ eth0: [v4('10.0.1.5'), v4('10.0.0.5')] }))).toBe(one)
    expect(fingerprintOf(only({ eth0: [v4('10.0.0.6'), v4('10.0.1.5')] }))).not.toBe(one)
    expect(fingerprintOf(only({ eth0: [v4('10.0.0.5', '255.0.0.0'), v4('10.0.1.5')] }))).not.toBe(
      one,
    )
  })
})

describe('what came from the link itself', () => {
  it('is told by the network, for IPv4', () => {
    const plan = only({ eth0: [v4('10.0.0.5'), v4('192.168.7.1', '255.255.252.0')] })
    for (const near of ['10.0.0.1', '10.0.0.255', '192.168.4.9', '192.168.7.200']) {
      expect(isOnLink(plan, near)).toBe(true)
    }
    for (const far of ['10.0.1.1', '192.168.8.1', '8.8.8.8', 'fe80::1', '', 'x', '10.0.0']) {
      expect(isOnLink(plan, far)).toBe(false)
    }
  })

  it('is told by network and zone, for IPv6', () => {
    const plan = only({ eth0: [v6('fe80::5', 2), v6('fd00:0:0:1::5')] })
    for (const near of ['fe80::9%eth0', 'fe80::9%2', 'fd00:0:0:1::9', 'fd00::1:0:0:0:9']) {
      expect(isOnLink(plan, near)).toBe(true)
    }
    for (const far of [
      'fe80::9%wlan0',
      'fe80::9%3',
      'fd00:0:0:2::9',
      '2001:db8::1',
      '10.0.0.5',
      ':::',
    ]) {
      expect(isOnLink(plan, far)).toBe(false)
    }
  })
})
