/**
 * The three nodes as computers of their own: a network namespace each, with one cable to PostgreSQL and Redis and
 * another to the people. Whoever makes this runs in a namespace too, with the people and both servers.
 * Everybody dials 127.0.0.1 as ever, and nftables leads that to the other computer, so that nothing that is
 * tested knows of it.
 */
import { addLan, createWorld, type Lan, nft, type Plug, write } from '../namespaces/world.ts'

export interface NodeNetworks {
  readonly namespaces: readonly string[]
  /** Pulls cables of a node: nothing arrives any more, and nobody is told. */
  pull(index: number, ...cables: readonly Cable[]): void
  mend(index: number): void
  dispose(): Promise<void>
}
export type Cable = 'stores' | 'people'

const WARD_LAST = 254
const WARD_ON_STORES = `10.77.1.${WARD_LAST}`

/** `ward`: the namespace this process runs in. The ports are those of 127.0.0.1, for nodes and for people. */
export function createNodeNetworks(options: {
  readonly ward: string
  /** One node for each. */
  readonly nodePorts: readonly number[]
  readonly servicePorts: readonly number[]
}): NodeNetworks {
  const { ward, nodePorts, servicePorts } = options
  const world = createWorld()
  try {
    const lans: Record<Cable, Lan> = { stores: addLan(world, 0, 1), people: addLan(world, 0, 2) }
    const nodes = nodePorts.map((port, index) => {
      const namespace = world.addNamespace()
      const plugs: Record<Cable, Plug> = {
        stores: lans.stores.plug(namespace, 'stores', index + 1),
        people: lans.people.plug(namespace, 'people', index + 1),
      }
      setRules(namespace, [
        ...servicePorts.map((each) => lead(each, WARD_ON_STORES)),
        arrive(port, 'people'),
      ])
      return { namespace, plugs, wayIn: lead(port, plugs.people.ipv4) }
    })
    for (const cable of ['stores', 'people'] as const) lans[cable].plug(ward, cable, WARD_LAST)
    setRules(ward, [
      ...servicePorts.map((each) => arrive(each, 'stores')),
      ...nodes.map(({ wayIn }) => wayIn),
    ])
    return {
      namespaces: nodes.map(({ namespace }) => namespace),
      pull(index, ...cables) {
        for (const cable of cables) nodes[index]?.plugs[cable].setPortUp(false)
      },
      mend(index) {
        for (const plug of Object.values(nodes[index]?.plugs ?? {})) plug.setPortUp(true)
      },
      dispose: () => world.dispose(),
    }
  } catch (error) {
    void world.dispose()
    throw error
  }
}

/** One call for all of it: each takes a process of its own. */
function setRules(namespace: string, rules: readonly string[]): void {
  write(namespace, '/proc/sys/net/ipv4/conf/all/route_localnet', '1')
  const chains = [
    ['out', 'output', -100],
    ['arrive', 'prerouting', -100],
    ['leave', 'postrouting', 100],
    ['arrived', 'input', 100],
  ].map(
    ([chain, hook, priority]) =>
      `add chain ip soak ${chain} { type nat hook ${hook} priority ${priority}; }`,
  )
  const all = [
    'add table ip soak',
    ...chains,
    // 127.0.0.1 is nobody's address on a cable.
    'add rule ip soak leave oifname { "stores", "people" } masquerade',
    // And PostgreSQL lets in only who comes from 127.0.0.1.
    'add rule ip soak arrived iifname { "stores", "people" } snat to 127.0.0.1',
    ...rules,
  ]
  nft(namespace, all.join('\n'))
}

function lead(port: number, to: string): string {
  return `add rule ip soak out ip daddr 127.0.0.1 tcp dport ${port} dnat to ${to}:${port}`
}

function arrive(port: number, cable: Cable): string {
  return `add rule ip soak arrive iifname "${cable}" tcp dport ${port} dnat to 127.0.0.1:${port}`
}
