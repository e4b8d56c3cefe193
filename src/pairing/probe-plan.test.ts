import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type Interfaces, planProbe } from './probe-plan.ts'

const v4 = (
  address: string,
  netmask = '255.255.255.0',
  internal = false,
): NetworkInterfaceInfo => ({
  address,
  netmask,
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal,
  cidr: null,
})
const v6: NetworkInterfaceInfo = {
  address: 'fe80::1',
  netmask: 'ffff:ffff:ffff:ffff::',
  family: 'IPv6',
  mac: '00:00:00:00:00:00',
  internal: false,
  cidr: null,
  scopeid: 2,
}
const why = (interfaces: Interfaces): string[] =>
  planProbe(interfaces).skipped.map((skipped) => skipped.why)

describe('which addresses are asked', () => {
  it('the neighbours of this computer, nearest first, without itself', () => {
    const { own, networks, skipped } = planProbe({
      lo: [v4('127.0.0.1', '255.0.0.0', true)],
      wlan0: [v4('192.168.1.7'), v6],
    })
    expect(own).toEqual(['127.0.0.1', '192.168.1.7'])
    expect(skipped).toEqual([])
    expect(networks).toHaveLength(1)
    const [wlan] = networks
    expect(wlan).toMatchObject({ interfaceName: 'wlan0', cidr: '192.168.1.0/24', isVirtual: false })
    expect(wlan?.addresses).toHaveLength(253)
    expect(wlan?.addresses.slice(0, 4)).toEqual([
      '192.168.1.6',
      '192.168.1.8',
      '192.168.1.5',
      '192.168.1.9',
    ])
    for (const odd of ['192.168.1.0', '192.168.1.255', '192.168.1.7']) {
      expect(wlan?.addresses).not.toContain(odd)
    }
  })

  it('[T10] of a large network the 256 around its own, of a small one all', () => {
    const large = planProbe({ eth0: [v4('10.20.30.40', '255.0.0.0')] }).networks[0]
    expect(large?.cidr).toBe('10.20.30.0/24')
    const small = planProbe({ eth0: [v4('10.0.0.6', '255.255.255.252')] }).networks[0]
    expect(small).toMatchObject({ cidr: '10.0.0.4/30', addresses: ['10.0.0.5'] })
    const pair = planProbe({ eth0: [v4('10.0.0.6', '255.255.255.254')] }).networks[0]
    expect(pair?.addresses).toEqual(['10.0.0.7'])
  })

  it('virtual interfaces come last, and after four networks it is enough', () => {
    const { networks, skipped } = planProbe({
      docker0: [v4('172.17.0.1', '255.255.0.0')],
      tun0: [v4('10.8.0.2')],
      eth0: [v4('192.168.0.2')],
      wlan0: [v4('192.168.1.2')],
      eth1: [v4('192.168.2.2')],
    })
    expect(networks.map(({ interfaceName }) => interfaceName)).toEqual([
      'eth0',
      'wlan0',
      'eth1',
      'docker0',
    ])
    expect(networks.flatMap(({ addresses }) => addresses).length).toBeLessThanOrEqual(1_024)
    expect(skipped).toEqual([{ interfaceName: 'tun0', address: '10.8.0.2', why: 'too-many' }])
  })

  it('[T10] strangers are not, nor is one network twice', () => {
    expect(why({ eth0: [v4('203.0.113.5')] })).toEqual(['public'])
    expect(why({ eth0: [v4('172.32.0.1')], eth1: [v4('100.128.0.1')] })).toEqual([
      'public',
      'public',
    ])
    expect(why({ eth0: [v4('172.31.0.1')], eth1: [v4('100.64.0.1')] })).toEqual([])
    expect(why({ tun0: [v4('10.8.0.2', '255.255.255.255')] })).toEqual(['no-neighbours'])
    expect(why({ eth0: [v4('10.0.0.2')], wlan0: [v4('10.0.0.3')] })).toEqual(['same'])
    const none = planProbe({ lo: [v4('127.0.0.1', '255.0.0.0', true)], odd: undefined, eth0: [v6] })
    expect(none).toEqual({ own: ['127.0.0.1'], networks: [], skipped: [] })
  })
})
