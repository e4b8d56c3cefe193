import type { NetworkInterfaceInfo } from 'node:os'

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** One family of one interface, before sockets are opened on it. */
export interface LinkPlan {
  readonly key: string
  readonly interfaceName: string
  readonly family: 'IPv4' | 'IPv6'
  readonly entries: readonly NetworkInterfaceInfo[]
}

/** Container hosts have hundreds of interfaces; each costs a socket. */
export const MAX_LINKS = 32
/** Networks between programs of this computer come last when there are more than that. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|bridge|cni|flannel|podman|lxc|awdl|llw)/i

/**
 * Where multicast DNS can be spoken: every interface of this computer except loopback. VPN and virtual ones
 * count, since a session may well be there; on those that carry no multicast, nothing is heard.
 */
export function planLinks(interfaces: Interfaces): readonly LinkPlan[] {
  const plans: LinkPlan[] = []
  for (const [interfaceName, all] of Object.entries(interfaces)) {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const entries = (all ?? []).filter((entry) => entry.family === family && !entry.internal)
      if (entries.length > 0)
        plans.push({ key: `${interfaceName}/${family}`, interfaceName, family, entries })
    }
  }
  return plans
    .toSorted(
      (a, b) => Number(VIRTUAL.test(a.interfaceName)) - Number(VIRTUAL.test(b.interfaceName)),
    )
    .slice(0, MAX_LINKS)
}

/** Changes when the link has to be opened anew. */
export function fingerprintOf(plan: LinkPlan): string {
  return plan.entries
    .map(({ address, netmask }) => `${address} ${netmask}`)
    .toSorted()
    .join('\n')
}

/**
 * Whether a packet came from the link itself. Sockets also hear what was sent on other interfaces, and
 * packets from beyond the network must not put words into local hosts' mouths (RFC 6762, 11).
 */
export function isOnLink(plan: LinkPlan, from: string): boolean {
  const [address = '', zone] = from.split('%')
  if (plan.family === 'IPv6' && /^fe[89ab]/i.test(address)) {
    const zones = plan.entries.flatMap((entry) =>
      entry.family === 'IPv6' ? [String(entry.scopeid)] : [],
    )
    return zone === undefined || zone === plan.interfaceName || zones.includes(zone)
  }
  return plan.entries.some((entry) => isSameNetwork(entry, address))
}

function isSameNetwork(entry: NetworkInterfaceInfo, address: string): boolean {
  const own = bytesOf(entry.address)
  const mask = bytesOf(entry.netmask)
  const other = bytesOf(address)
  if (own === null || mask === null || other === null || own.length !== other.length) return false
  return own.every((byte, index) => {
    const bits = mask[index] ?? 255
    return (byte & bits) === ((other[index] ?? 0) & bits)
  })
}

/** 4 or 16 bytes; null for what is not an address. */
function bytesOf(address: string): number[] | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return address.split('.').map(Number)
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address)) return null
  const mapped = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const plain =
    mapped === null
      ? address
      : `${mapped[1]}${hex(Number(mapped[2]) * 256 + Number(mapped[3]))}:${hex(
          Number(mapped[4]) * 256 + Number(mapped[5]),
        )}`
  const [head = '', tail] = plain.split('::')
  const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const before = groupsOf(head)
  const after = tail === undefined ? [] : groupsOf(tail)
  const missing = 8 - before.length - after.length
  if (missing < 0 || (tail === undefined && missing !== 0)) return null
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [(value >> 8) & 0xff, value & 0xff]
  })
}

const hex = (value: number): string => value.toString(16)
