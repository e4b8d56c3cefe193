import { createSocket } from 'node:dgram'
import openMulticastDns from 'multicast-dns'
import type { MulticastDNS } from 'multicast-dns'
import { fingerprintOf, isOnLink, planLinks } from './links.ts'
import type { Interfaces, LinkPlan } from './links.ts'
import type { DiscoveryClock, Link, Network, NetworkListener } from './network.ts'
import { fromWire, queryToWire, responseToWire } from './packets.ts'

export interface MulticastNetworkOptions {
  readonly interfaces: () => Interfaces
  readonly clock: DiscoveryClock
  /** Told once for each link that cannot be used, with the system's code. */
  readonly onTrouble: (link: string, code: string) => void
}

const PORT = 5353
const GROUP = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' }
/** Interfaces tell nobody when they change, on any system, through Node. */
export const INTERFACE_POLL_MS = 2_000

interface OpenLink {
  readonly fingerprint: string
  readonly link: Link
  ready: boolean
  close(): void
}

/**
 * Multicast DNS on every interface and family, each with a socket of its own: a socket that joined the group
 * on all interfaces still sends on one only, and that one is rarely the one people meant.
 */
export function multicastNetwork(options: MulticastNetworkOptions): Network {
  const { clock } = options
  const listeners = new Set<NetworkListener>()
  const open = new Map<string, OpenLink>()
  let cancelPoll: (() => void) | null = null

  const links = (): Link[] =>
    [...open.values()].filter(({ ready }) => ready).map(({ link }) => link)

  function tellLinks(added: readonly Link[]): void {
    for (const listener of [...listeners]) listener.linksChanged(added)
  }

  function follow(): void {
    const plans = new Map(planLinks(options.interfaces()).map((plan) => [plan.key, plan]))
    let lost = false
    for (const [key, one] of open) {
      const plan = plans.get(key)
      if (plan !== undefined && fingerprintOf(plan) === one.fingerprint) continue
      one.close()
      open.delete(key)
      lost = true
    }
    for (const [key, plan] of plans) if (!open.has(key)) open.set(key, start(plan))
    if (lost) tellLinks([])
    cancelPoll = clock.after(INTERFACE_POLL_MS, follow)
  }

  function start(plan: LinkPlan): OpenLink {
    const mdns = openSocket(plan)
    let closed = false
    const link: Link = {
      key: plan.key,
      addresses: plan.entries.map(({ address }) => address),
      send(packet) {
        // An interface that went down a moment ago refuses; the next poll notices that.
        if (closed) return
        if (packet.kind === 'query') mdns.query(queryToWire(packet), () => {})
        else mdns.respond(responseToWire(packet), () => {})
      },
    }
    const one: OpenLink = {
      fingerprint: fingerprintOf(plan),
      link,
      ready: false,
      close() {
        closed = true
        one.ready = false
        mdns.destroy()
      },
    }
    // Damaged packets and links without multicast are part of every network.
    mdns.on('warning', () => {})
    mdns.on('error', (error: NodeJS.ErrnoException) => {
      if (closed) return
      one.ready = false
      options.onTrouble(plan.key, error.code ?? 'unknown')
    })
    mdns.on('ready', () => {
      if (closed) return
      one.ready = true
      tellLinks([link])
    })
    mdns.on('packet', (wire, source) => {
      if (closed || source.port !== PORT || !isOnLink(plan, source.address)) return
      const packet = fromWire(wire)
      if (packet === undefined) return
      const from = source.address.split('%')[0] ?? ''
      for (const listener of [...listeners]) listener.packet(packet, link, from)
    })
    return one
  }

  return {
    links,
    listen(listener) {
      listeners.add(listener)
      if (listeners.size === 1) follow()
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return
        cancelPoll?.()
        cancelPoll = null
        for (const one of open.values()) one.close()
        open.clear()
      }
    },
  }
}

function openSocket(plan: LinkPlan): MulticastDNS {
  const [entry] = plan.entries
  if (plan.family === 'IPv4') {
    return openMulticastDns({
      type: 'udp4',
      ip: GROUP.IPv4,
      ...(entry === undefined ? {} : { interface: entry.address }),
      // Bound to the interface's address, Linux would deliver no multicast to it.
      bind: '0.0.0.0',
      socket: createSocket({ type: 'udp4', reuseAddr: true }),
    })
  }
  const zone =
    process.platform === 'win32' && entry?.family === 'IPv6'
      ? String(entry.scopeid)
      : plan.interfaceName
  return openMulticastDns({
    type: 'udp6',
    ip: GROUP.IPv6,
    interface: `::%${zone}`,
    bind: '::',
    socket: createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true }),
  })
}
