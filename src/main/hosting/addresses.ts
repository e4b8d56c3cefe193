import type { NetworkInterfaceInfo } from 'node:os'

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** An invite carries at most 16; a screen shows fewer without scrolling. */
const MAX_ADDRESSES = 8
/** Networks between programs of this computer: others can rarely come in there. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|bridge|cni|flannel|podman|lxc|awdl|llw)/i

/**
 * Under which addresses others on the network may reach this computer, the most promising first: IPv4 of
 * real interfaces, then IPv6, then virtual networks, then self-assigned IPv4 (a cable without DHCP).
 * IPv6 link-local ones are left out: they need an interface name that differs on every computer.
 */
export function lanAddresses(interfaces: Interfaces): string[] {
  const ranked: { address: string; rank: number }[] = []
  for (const [name, entries] of Object.entries(interfaces)) {
    for (const entry of entries ?? []) {
      const rank = entry.internal ? null : rankOf(name, entry)
      if (rank !== null) ranked.push({ address: entry.address, rank })
    }
  }
  const sorted = ranked.toSorted((a, b) => a.rank - b.rank).map(({ address }) => address)
  return [...new Set(sorted)].slice(0, MAX_ADDRESSES)
}

function rankOf(name: string, { family, address }: NetworkInterfaceInfo): number | null {
  const selfAssigned = family === 'IPv4' && address.startsWith('169.254.')
  if (family === 'IPv6' && /^fe[89ab]/i.test(address)) return null
  if (selfAssigned) return 3
  if (VIRTUAL.test(name)) return 2
  return family === 'IPv4' ? 0 : 1
}

/** `host:port` as invites write it. */
export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** All interfaces of the computer: both families where it has both. */
export function listenAddress(interfaces: Interfaces): '::' | '0.0.0.0' {
  const entries = Object.values(interfaces).flatMap((list) => list ?? [])
  return entries.some((entry) => entry.family === 'IPv6') ? '::' : '0.0.0.0'
}

/** Changes when the computer joins, leaves or changes a network. Empty without any. */
export function networkFingerprint(interfaces: Interfaces): string {
  return Object.entries(interfaces)
    .flatMap(([name, entries]) =>
      (entries ?? [])
        .filter((entry) => !entry.internal && !/^fe[89ab]/i.test(entry.address))
        .map((entry) => `${name} ${entry.address}`),
    )
    .toSorted()
    .join('\n')
}
