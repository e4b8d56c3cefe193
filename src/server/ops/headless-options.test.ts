import { describe, expect, it } from 'vitest'
import { reachableAddresses } from './addresses.ts'
import { isLoopback, isToBeAnnounced, parseHeadlessOptions } from './headless-options.ts'

function faults(args: string[], environment: Record<string, string> = {}): readonly string[] {
  const parsed = parseHeadlessOptions(args, environment)
  return parsed.kind === 'faults' ? parsed.faults : []
}

describe('the flags of the headless server', () => {
  it('have defaults that are safe: loopback, and a secret', () => {
    expect(parseHeadlessOptions([], {})).toMatchObject({
      options: {
        port: 47_800,
        host: '127.0.0.1',
        dataDir: './landline-data',
        secret: { kind: 'kept' },
      },
    })
  })

  it('report every violation at once, each naming its flag', () => {
    const all = faults(['--port', '1.5', '--max-connections', '0', '--name', 'a\nb', '--data', ''])
    expect(all).toHaveLength(4)
    for (const flag of ['--port', '--max-connections', '--name', '--data']) {
      expect(all.some((fault) => fault.startsWith(flag))).toBe(true)
    }
  })

  it.each(['0.0.0.0', '::', '192.168.1.4', 'example.org', '127.0.0.1.example.org'])(
    'refuse --open on %s',
    (host) => expect(faults(['--open', '--host', host])[0]).toContain('loopback'),
  )

  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('accept --open on %s', (host) => {
    expect(isLoopback(host)).toBe(true)
    expect(faults(['--open', '--host', host])).toEqual([])
  })

  it('[T2] encrypt wherever another computer can listen', () => {
    const tls = (...args: string[]) => {
      const parsed = parseHeadlessOptions(args, {})
      return parsed.kind === 'options' ? parsed.options.tls : parsed.faults
    }
    for (const host of ['0.0.0.0', '::', '192.168.1.4', 'example.org']) {
      expect(tls('--host', host)).toEqual({ kind: 'host-key' })
    }
    expect(tls()).toEqual({ kind: 'none' })
    expect(tls('--tls')).toEqual({ kind: 'host-key' })
    const files = { kind: 'files', keyFile: 'k', certificateFile: 'c' }
    expect(tls('--tls-key', 'k', '--tls-cert', 'c')).toEqual(files)
    expect(tls('--tls-key', 'k')).toEqual([expect.stringContaining('--tls-cert')])
  })

  it('announce a server that others can reach and know by its key, unless --announce says otherwise', () => {
    const announced = (...args: string[]) => {
      const parsed = parseHeadlessOptions(args, {})
      return parsed.kind === 'options' && isToBeAnnounced(parsed.options)
    }
    expect(announced()).toBe(false)
    expect(announced('--host', '0.0.0.0')).toBe(true)
    expect(announced('--host', '0.0.0.0', '--tls-key', 'k', '--tls-cert', 'c')).toBe(false)
    expect(announced('--host', '0.0.0.0', '--announce=false')).toBe(false)
    expect(announced('--announce')).toBe(true)
  })

  it('refuse two sources of the secret', () => {
    expect(faults(['--open'], { LANDLINE_SECRET: 'x' })).toHaveLength(1)
    expect(faults(['--secret-file', 'f'], { LANDLINE_SECRET: 'x' })).toHaveLength(1)
    expect(faults([], { LANDLINE_SECRET: '' })).toHaveLength(1)
  })
})

describe('addresses for an invite', () => {
  const base = { netmask: '', mac: '', cidr: null }
  const interfaces = {
    lo: [{ ...base, address: '127.0.0.1', family: 'IPv4' as const, internal: true }],
    eth0: [
      { ...base, address: 'fe80::1', family: 'IPv6' as const, internal: false, scopeid: 2 },
      { ...base, address: 'fd00::7', family: 'IPv6' as const, internal: false, scopeid: 0 },
      { ...base, address: '10.1.2.3', family: 'IPv4' as const, internal: false },
    ],
  }

  it('are those others can reach, IPv4 first, and only what is listened on', () => {
    expect(reachableAddresses('::', 1, interfaces)).toEqual(['10.1.2.3:1', '[fd00::7]:1'])
    expect(reachableAddresses('0.0.0.0', 1, interfaces)).toEqual(['10.1.2.3:1'])
    expect(reachableAddresses('127.0.0.1', 1, interfaces)).toEqual(['127.0.0.1:1'])
    expect(reachableAddresses('::1', 1, interfaces)).toEqual(['[::1]:1'])
    expect(reachableAddresses('0.0.0.0', 1, { lo: interfaces.lo })).toEqual(['127.0.0.1:1'])
  })
})
