import type { ChildProcess } from 'node:child_process'
import { addLan, createWorld, ip, type NamespaceHost, nft, type Plug, write } from './world.ts'

/** Subnets of their own, 10.77.1.0/24 and on, with a router between them: multicast stays within each. */
export interface RoutedSubnets {
  readonly subnets: readonly (readonly NamespaceHost[])[]
  readonly router: Router
  /** Ends every process that was started in them, and takes the networks away. */
  dispose(): Promise<void>
}

export interface Router {
  /** Pulls the router's cable into this subnet, or puts it back. Nobody's own link changes. */
  setPlugged(subnet: number, plugged: boolean): void
  /** Drops every so manieth TCP packet to and from this subnet, for each way: TCP has to mend it. */
  loseTcp(subnet: number, each: number): void
  /** How many it dropped so far. */
  lostPackets(): number
  /** Leads the IPv4 connections to this port, wherever they go, to another port of the router itself. */
  lead(port: number, into: number): void
  /** Runs a Node program on it, with pipes for all three streams. */
  node(...args: string[]): ChildProcess
}

export function createRoutedSubnets(...hostCounts: readonly number[]): RoutedSubnets {
  const world = createWorld()
  try {
    const lans = hostCounts.map((count, index) => addLan(world, count, index + 1))
    const router = world.addNamespace()
    for (const setting of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding']) {
      write(router, `/proc/sys/net/${setting}`, '1')
    }
    const plugs = lans.map((lan, index): Plug => {
      const plug = lan.plug(router, `way${index}`, ROUTER_LAST)
      for (const { namespace } of lan.hosts) {
        ip('-n', namespace, 'route', 'add', 'default', 'via', plug.ipv4)
        ip('-n', namespace, '-6', 'route', 'add', 'default', 'via', plug.ipv6)
      }
      return plug
    })
    return {
      subnets: lans.map(({ hosts }) => hosts),
      router: {
        setPlugged: (subnet, plugged) => plugs[subnet]?.setPortUp(plugged),
        loseTcp(subnet, each) {
          nft(router, 'add table inet loss')
          for (const [hook, way] of [
            ['prerouting', 'iifname'],
            ['postrouting', 'oifname'],
          ]) {
            const chain = `{ type filter hook ${hook} priority 0; policy accept; }`
            nft(router, `add chain inet loss ${hook} ${chain}`)
            const rule = `${way} way${subnet} meta l4proto tcp numgen inc mod ${each} 0 counter drop`
            nft(router, `add rule inet loss ${hook} ${rule}`)
          }
        },
        lostPackets() {
          const counts = [...nft(router, 'list table inet loss').matchAll(/counter packets (\d+)/g)]
          return counts.reduce((sum, [, count]) => sum + Number(count), 0)
        },
        lead(port, into) {
          nft(router, 'add table ip lead')
          nft(router, 'add chain ip lead way { type nat hook prerouting priority -100; }')
          nft(router, `add rule ip lead way tcp dport ${port} redirect to :${into}`)
        },
        node: (...args) => world.node(router, args),
      },
      dispose: () => world.dispose(),
    }
  } catch (error) {
    void world.dispose()
    throw error
  }
}

const ROUTER_LAST = 254
