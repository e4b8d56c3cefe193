/**
 * Which addresses may be asked whether a session is hosted there: the neighbours of this computer in its own
 * private networks, 256 addresses at a time at most. Nobody else's computers are knocked at.
 */
import type { NetworkInterfaceInfo } from 'node:os'

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

export interface ProbeNetwork {
  readonly interfaceName: string
  /** Such as `192.168.1.0/24`, after cutting. */
  readonly cidr: string
  readonly isVirtual: boolean
  /** Nearest to this computer's own first. */
  readonly addresses: readonly string[]
}

export interface SkippedNetwork {
  readonly interfaceName: string
  readonly address: string
  readonly why:
    | 'public' // neighbours there are strangers
    | 'no-neighbours' // a point-to-point line, as VPNs have
    | 'same' // another interface is in the same network
    | 'too-many'
}

export interface ProbePlan {
  /** This computer's own addresses: another copy may host here. */
  readonly own: readonly string[]
  readonly networks: readonly ProbeNetwork[]
  readonly skipped: readonly SkippedNetwork[]
}

export const MAX_NETWORKS = 4
export const MAX_ADDRESSES = 1_024
const SMALLEST_PREFIX = 24
/** Networks between programs of this computer, and VPNs: colleagues are seldom there, so they come last. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|bridge|cni|flannel|podman|lxc|tun|tap|utun|wg|ppp|ipsec|tailscale|zt|nordlynx|awdl|llw)/i

export function planProbe(interfaces: Interfaces): ProbePlan {
  const entries = Object.entries(interfaces)
    .flatMap(([interfaceName, all]) =>
      (all ?? []).map((entry) => ({
        interfaceName,
        entry,
        isVirtual: VIRTUAL.test(interfaceName),
      })),
    )
    .filter(({ entry }) => entry.family === 'IPv4' && !entry.internal)
    .toSorted((a, b) => Number(a.isVirtual) - Number(b.isVirtual))
  const own = [...new Set(['127.0.0.1', ...entries.map(({ entry }) => entry.address)])]
  const networks: ProbeNetwork[] = []
  const skipped: SkippedNetwork[] = []
  let room = MAX_ADDRESSES

  for (const { interfaceName, entry, isVirtual } of entries) {
    const skip = (why: SkippedNetwork['why']): void => {
      skipped.push({ interfaceName, address: entry.address, why })
    }
    const address = numberOf(entry.address)
    const mask = numberOf(entry.netmask)
    if (address === null || mask === null) continue
    const prefix = Math.max(SMALLEST_PREFIX, prefixOf(mask))
    const size = 2 ** (32 - prefix)
    const first = address - (address % size)
    const cidr = `${textOf(first)}/${prefix}`
    if (!isPrivate(address)) skip('public')
    else if (prefix > 31) skip('no-neighbours')
    else if (networks.some((network) => network.cidr === cidr)) skip('same')
    else if (networks.length >= MAX_NETWORKS || room <= 0) skip('too-many')
    else {
      const addresses = neighbours(first, size, address)
        .map(textOf)
        .filter((neighbour) => !own.includes(neighbour))
        .slice(0, room)
      room -= addresses.length
      networks.push({ interfaceName, cidr, isVirtual, addresses })
    }
  }
  return { own, networks, skipped }
}

/** Without the network's own number and its broadcast address, which no computer has. */
function neighbours(first: number, size: number, address: number): number[] {
  const isPair = size === 2
  return Array.from({ length: size }, (_, index) => first + index)
    .filter((other) => isPair || (other !== first && other !== first + size - 1))
    .toSorted((a, b) => Math.abs(a - address) - Math.abs(b - address))
}

/** RFC 1918, carrier-grade (RFC 6598), and link-local. */
function isPrivate(address: number): boolean {
  const a = address >>> 24
  const b = (address >>> 16) & 0xff
  return (
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  )
}

function prefixOf(mask: number): number {
  return Math.clz32(~mask)
}

function numberOf(address: string): number | null {
  const parts = address.split('.').map(Number)
  const isAddress = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : null
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.')
}
