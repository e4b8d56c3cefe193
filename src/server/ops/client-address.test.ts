import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { createClientAddress } from './client-address.ts'

const request = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress } as Socket,
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
})

it('X-Forwarded-For is believed of named proxies only, up to the first stranger from the right', () => {
  const plain = createClientAddress([])
  expect(plain(request('::ffff:10.0.0.9', '1.2.3.4'))).toBe('10.0.0.9')
  const address = createClientAddress(['10.0.0.0/8', 'fd00::1'])
  expect(address(request('10.0.0.9', '6.6.6.6, 1.2.3.4, 10.0.0.8'))).toBe('1.2.3.4')
  expect(address(request('fd00::1', '2001:db8::7'))).toBe('2001:db8::7')
  expect(address(request('192.168.0.1', '1.2.3.4'))).toBe('192.168.0.1')
  expect(address(request('10.0.0.9'))).toBe('10.0.0.9')
  expect(address(request('10.0.0.9', '1.2.3.4, <script>'))).toBe('10.0.0.9')
})

it.each([
  ['1.2.3.4:5678', '1.2.3.4'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['::ffff:c0a8:1', '192.168.0.1'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['2001:db8::1', '2001:db8::1'],
])('finds the address in what a proxy writes: %s', (written, address) => {
  expect(createClientAddress(['10.0.0.0/8'])(request('10.0.0.9', written))).toBe(address)
})
