import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { checkClock, checkSkew, durationWords } from './clock.ts'
import { checkDisk } from './disk.ts'
import { checkInterfaces } from './interfaces.ts'
import { checkKeychain } from './keychain.ts'
import { checkProxy } from './proxy.ts'
import { checkVersions } from './versions.ts'

function at(address: string, internal = false): NetworkInterfaceInfo[] {
  const common = { address, netmask: '255.255.255.0', mac: '', internal, cidr: null }
  return [
    address.includes(':')
      ? { ...common, family: 'IPv6', scopeid: 0 }
      : { ...common, family: 'IPv4' },
  ]
}
const lo = at('127.0.0.1', true)

describe('the network of this computer', () => {
  it.each([
    ['a cable', { lo, eth0: at('192.168.1.5') }, 'ok', 'eth0 192.168.1.5'],
    ['nothing at all', { lo }, 'failed', 'can only reach itself'],
    ['no address from the router', { lo, eth0: at('169.254.7.7') }, 'warning', 'gave itself one'],
    ['only its own IPv6', { lo, eth0: at('fe80::1') }, 'failed', 'no address that others'],
    ['a VPN beside it', { eth0: at('10.0.0.5'), wg0: at('10.9.0.2') }, 'warning', 'VPN'],
    ['a VPN alone', { lo, tun0: at('10.9.0.2') }, 'warning', 'Only a VPN'],
    ['containers alone', { lo, docker0: at('172.17.0.1') }, 'failed', 'virtual'],
    ['macOS’s idle tunnels', { en0: at('10.0.0.5'), utun3: at('fe80::2') }, 'ok', 'en0'],
  ] as const)('%s', (_what, interfaces, state, words) => {
    const finding = checkInterfaces(interfaces)
    expect(finding.state).toBe(state)
    expect(finding.detail).toContain(words)
    expect(finding.fix !== null).toBe(state !== 'ok')
  })
})

describe('the rest of this computer', () => {
  it('a clock before this program existed is wrong; one that agrees with the host is not', () => {
    expect(checkClock(Date.UTC(1970, 0, 1)).state).toBe('failed')
    expect(checkClock(Date.UTC(2026, 10, 22)).state).toBe('ok')
    const now = Date.UTC(2026, 10, 22)
    expect(checkSkew(now, now + 299_000).state).toBe('ok')
    expect(checkSkew(now, now + 12 * 60_000).detail).toContain('12 minutes behind')
    expect(checkSkew(now, now - 3 * 86_400_000)).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('3 days ahead'),
    })
    expect(durationWords(5 * 3_600_000)).toBe('5 hours')
  })

  it('a disk is full before nothing at all is left', () => {
    expect(checkDisk(1_000_000).state).toBe('failed')
    expect(checkDisk(300_000_000).state).toBe('warning')
    expect(checkDisk(9_000_000_000)).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('8.4 GB'),
    })
    expect(checkDisk(null).state).toBe('warning')
  })

  it('the fallback runtime of development and an old Node are told', () => {
    const versions = { app: '0.1.0', protocol: 2, node: '24.1.0', system: 'linux x64' }
    expect(checkVersions(versions).state).toBe('ok')
    expect(checkVersions({ ...versions, electron: '45.4.1' }).state).toBe('ok')
    expect(checkVersions({ ...versions, electron: '33.4.11', node: '20.18.3' })).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('fallback'),
    })
    expect(checkVersions({ ...versions, node: '20.9.0' }).state).toBe('failed')
    expect(checkVersions({ ...versions, node: '18.20.0' }).state).toBe('failed')
  })

  it('without a keychain the fix names the one of the system', () => {
    expect(checkKeychain(true, 'linux').state).toBe('ok')
    expect(checkKeychain(false, 'linux').fix).toContain('KWallet')
    expect(checkKeychain(false, 'win32').fix).not.toContain('KWallet')
  })

  it('a proxy is named by its variable, never by its value', () => {
    expect(checkProxy({ PATH: '/bin', HTTP_PROXY: '' }).state).toBe('ok')
    const finding = checkProxy({ https_proxy: 'http://me:pw@proxy:3128' })
    expect(finding).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('HTTPS_PROXY'),
    })
    expect(JSON.stringify(finding)).not.toContain('pw')
  })
})
