import type { NetworkInterfaceInfo } from 'node:os'
import type { Interfaces } from '../../discovery/links.ts'
import { failed, ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'

/** Networks between programs of this computer, such as containers and virtual machines. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|bridge|cni|flannel|podman|lxc|awdl|llw|anpi|ap\d)/i
const VPN =
  /^(tun|tap|utun|ppp|wg|ipsec|tailscale|zt|nordlynx|proton|mullvad|gpd|cscotun|vpn|Tailscale|NordLynx|WireGuard|OpenVPN)/i

export type InterfaceKind = 'network' | 'vpn' | 'virtual'

export function kindOfInterface(name: string): InterfaceKind {
  if (VPN.test(name)) return 'vpn'
  return VIRTUAL.test(name) ? 'virtual' : 'network'
}

/** Given by the computer to itself, because nobody on the network gave it one. */
export function isSelfAssigned({ address }: Pick<NetworkInterfaceInfo, 'address'>): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address)
}

/** Whether this computer is on a network on which others could meet it. */
export function checkInterfaces(interfaces: Interfaces): Finding {
  const all = Object.entries(interfaces).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter(({ internal }) => !internal)
      .map((entry) => ({ name, entry, kind: kindOfInterface(name), self: isSelfAssigned(entry) })),
  )
  const given = all.filter(({ self }) => !self)
  const real = given.filter(({ kind }) => kind === 'network')
  // macOS keeps some of these with nothing but an address they gave themselves: they lead nowhere.
  const vpns = [...new Set(given.filter(({ kind }) => kind === 'vpn').map(({ name }) => name))]
  const shown = real.map(({ name, entry }) => `${name} ${entry.address}`).join(', ')

  if (real.length > 0 && vpns.length === 0) return ok(`This computer is on: ${shown}.`)
  if (real.length > 0) {
    return warning(
      `This computer is on: ${shown}. A VPN is connected too (${vpns.join(', ')}).`,
      'If others cannot find or reach this computer, disconnect the VPN, or allow access to the local network in its settings.',
    )
  }
  if (vpns.length > 0) {
    return warning(
      `Only a VPN is connected (${vpns.join(', ')}): people beside you cannot reach this computer.`,
      'Connect to the Wi-Fi or cable network that the others use.',
    )
  }
  if (all.some(({ kind, self, entry }) => kind === 'network' && self && entry.family === 'IPv4')) {
    return warning(
      'The network gave this computer no address; it gave itself one, which only computers on the same cable or Wi-Fi in the same state can reach.',
      'Turn the network off and on again, and see whether the router hands out addresses (DHCP).',
    )
  }
  if (given.length > 0) {
    return failed(
      'There are only virtual networks, between programs of this computer.',
      'Connect to the Wi-Fi or cable network that the others use.',
    )
  }
  return failed(
    all.length === 0
      ? 'This computer is on no network: it can only reach itself.'
      : 'This computer has no address that others could reach.',
    'Connect a network cable or join a Wi-Fi network.',
  )
}
