import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { lanAddresses, listenAddress, networkFingerprint, withPort } from './addresses.ts'

function entry(address: string, internal = false): NetworkInterfaceInfo {
  const shared = { address, netmask: '', mac: '00:00:00:00:00:00', internal, cidr: null }
  return address.includes(':')
    ? { ...shared, family: 'IPv6', scopeid: 0 }
    : { ...shared, family: 'IPv4' }
}
const laptop = {
  lo: [entry('127.0.0.1', true), entry('::1', true)],
  docker0: [entry('172.17.0.1')],
  eth9: [entry('169.254.7.7')],
  wlan0: [entry('fe80::1'), entry('fd00::5'), entry('192.168.4.23')],
  gone: undefined,
}

describe('addresses of this computer', () => {
  it('names the ones others can reach, the most promising first', () => {
    expect(lanAddresses(laptop)).toEqual(['192.168.4.23', 'fd00::5', '172.17.0.1', '169.254.7.7'])
  })
  it('never names loopback or link-local IPv6, and no more than a screen shows', () => {
    expect(lanAddresses({ lo: laptop.lo, eth0: [entry('FE80::1')] })).toEqual([])
    const many = Array.from({ length: 20 }, (_, index) => entry(`10.0.0.${index}`))
    expect(lanAddresses({ eth0: [...many, entry('10.0.0.1')] })).toHaveLength(8)
  })
  it('puts IPv6 in brackets', () => {
    expect(withPort('192.168.4.23', 47_800)).toBe('192.168.4.23:47800')
    expect(withPort('fd00::5', 47_800)).toBe('[fd00::5]:47800')
  })
  it('listens on both families where the computer has both', () => {
    expect(listenAddress(laptop)).toBe('::')
    expect(listenAddress({ eth0: [entry('10.0.0.1')] })).toBe('0.0.0.0')
  })
  it('[D13] notices another network, and that there is none', () => {
    const moved = { ...laptop, wlan0: [entry('10.1.1.1')] }
    expect(networkFingerprint(moved)).not.toBe(networkFingerprint(laptop))
    expect(networkFingerprint({ ...laptop, wlan0: laptop.wlan0.toReversed() })).toBe(
      networkFingerprint(laptop),
    )
    expect(networkFingerprint({ lo: laptop.lo })).toBe('')
  })
})
