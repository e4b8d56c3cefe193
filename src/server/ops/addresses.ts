import type { NetworkInterfaceInfo } from 'node:os'
import { isLoopback } from './headless-options.ts'

/** Where others can reach a server that listens on `host`, as `host:port`; the likeliest first. */
export function reachableAddresses(
  host: string,
  port: number,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [withPort(host, port)]
  const found = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    // Link-local addresses need a zone that means nothing on another machine.
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .filter(({ family }) => family === 'IPv4' || host === '::')
    .toSorted((a, b) => (a.family === b.family ? 0 : a.family === 'IPv4' ? -1 : 1))
    .map(({ address }) => withPort(address, port))
  return found.length > 0 ? found : [withPort(isLoopback(host) ? host : '127.0.0.1', port)]
}

function withPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
