import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'

/** Whether an address is one of the proxies that are named. */
export function createTrust(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList()
  for (const entry of trustedProxies) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(address) === 0) continue
    if (bits === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(bits), family)
  }
  return (address) =>
    isIP(address) > 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Who is at the other end of the line itself. */
export function directAddress({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string {
  return plain(remoteAddress ?? 'unknown')
}

/**
 * Where a request comes from. `X-Forwarded-For` is believed of the proxies that are named only, from the right,
 * since everything to the left of the first stranger was written by that stranger.
 */
export function createClientAddress(
  trustedProxies: readonly string[],
): (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string {
  const isTrusted = createTrust(trustedProxies)
  return (request) => {
    const direct = directAddress(request.socket)
    if (trustedProxies.length === 0 || !isTrusted(direct)) return direct
    const named = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
    for (const entry of named.toReversed()) {
      const address = plain(entry.trim())
      if (isIP(address) === 0) return direct
      if (!isTrusted(address)) return address
    }
    return direct
  }
}

/** Proxies write ports behind addresses, and brackets around those of IPv6, or neither. */
function plain(written: string): string {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(written)?.[1] ?? written.replace(/^([\d.]+):\d+$/, '$1')
  const hex = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(bare)
  if (hex === null) return bare.replace(/^::ffff:/i, '')
  const [high = 0, low = 0] = hex.slice(1).map((part) => parseInt(part, 16))
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}
