import { addLan, createWorld, ip, type NamespaceHost, uniqueName } from './world.ts'

/**
 * Computers of their own on one machine: network namespaces joined by a bridge that lives in a namespace too.
 * Nothing of it touches the machine's own network. Needs Linux, root, iproute2 and nftables.
 */
export interface Subnet {
  readonly hosts: readonly NamespaceHost[]
  /** Ends every process that was started in it, and takes the networks away. */
  dispose(): Promise<void>
}

export type NamespaceSupport =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly why: string }

/** Whether this machine can make namespaces. Tools that are missing are a fault of the set-up, not a reason. */
export function namespaceSupport(): NamespaceSupport {
  if (process.platform !== 'linux') return { kind: 'no', why: 'only Linux has network namespaces' }
  if (process.getuid?.() !== 0) return { kind: 'no', why: 'only root may make network namespaces' }
  const name = uniqueName()
  try {
    ip('netns', 'add', name)
    ip('netns', 'del', name)
    return { kind: 'yes' }
  } catch (error) {
    const text = String((error as { stderr?: unknown }).stderr ?? error)
    if (!/not permitted|permission denied/i.test(text)) throw error
    return { kind: 'no', why: 'this container may not make network namespaces' }
  }
}

/** `third`: the third number of the IPv4 addresses, so that several subnets do not look alike. */
export function createSubnet(hostCount: number, third = 1): Subnet {
  const world = createWorld()
  try {
    const { hosts } = addLan(world, hostCount, third)
    return { hosts, dispose: () => world.dispose() }
  } catch (error) {
    void world.dispose()
    throw error
  }
}
