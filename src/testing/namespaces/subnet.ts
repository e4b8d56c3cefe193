import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'

/**
 * Computers of their own on one machine: network namespaces joined by a bridge that lives in a namespace too.
 * Nothing of it touches the machine's own network. Needs Linux, root, iproute2 and nftables.
 */
export interface Subnet {
  readonly hosts: readonly NamespaceHost[]
  /** Ends every process that was started in it, and takes the networks away. */
  dispose(): Promise<void>
}

export interface NamespaceHost {
  readonly namespace: string
  readonly ipv4: string
  readonly ipv6: string
  /** Runs a Node program there, with pipes for all three streams. */
  node(...args: string[]): ChildProcess
  /** Drops UDP to and from this port, both families, until it is allowed again. */
  dropUdp(port: number): void
  allowAll(): void
  /** Takes the IPv4 address away and gives another one. */
  readdress(ipv4: string): void
  /** Pulls the network cable, or puts it back. */
  setUp(up: boolean): void
}

export type NamespaceSupport =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly why: string }

const INTERFACE = 'lan0'

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
  removeOrphans()
  const name = uniqueName()
  const made: string[] = []
  const children = new Set<ChildProcess>()

  function addNamespace(namespace: string): void {
    ip('netns', 'add', namespace)
    made.push(namespace)
    // Without this, an IPv6 address may not be used for the first seconds.
    inside(namespace, 'sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad')
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
  }
  function removeAll(): void {
    for (const namespace of made.splice(0)) ip('netns', 'del', namespace)
  }
  function addHost(index: number): NamespaceHost {
    const namespace = `${name}-${index}`
    const port = `port${index}`
    addNamespace(namespace)
    const veth = ['type', 'veth', 'peer', 'name', INTERFACE, 'netns', namespace]
    ip('-n', name, 'link', 'add', port, ...veth)
    ip('-n', name, 'link', 'set', port, 'master', 'switch', 'up')
    const ipv4 = `10.77.${third}.${index + 1}`
    const ipv6 = `fd77::${third}:${index + 1}`
    ip('-n', namespace, 'address', 'add', `${ipv4}/24`, 'dev', INTERFACE)
    ip('-n', namespace, 'address', 'add', `${ipv6}/64`, 'dev', INTERFACE, 'nodad')
    ip('-n', namespace, 'link', 'set', INTERFACE, 'up')
    return hostIn(namespace, ipv4, ipv6, children)
  }

  try {
    addNamespace(name)
    ip('-n', name, 'link', 'add', 'switch', 'type', 'bridge')
    ip('-n', name, 'link', 'set', 'switch', 'up')
    const hosts = Array.from({ length: hostCount }, (_, index) => addHost(index))
    return {
      hosts,
      async dispose() {
        await Promise.all([...children].map(ended))
        removeAll()
      },
    }
  } catch (error) {
    removeAll()
    throw error
  }
}

function hostIn(
  namespace: string,
  firstIpv4: string,
  ipv6: string,
  children: Set<ChildProcess>,
): NamespaceHost {
  let ipv4 = firstIpv4
  const nft = (...words: string[]): void => inside(namespace, 'nft', words.join(' '))
  return {
    namespace,
    get ipv4() {
      return ipv4
    },
    ipv6,
    node(...args) {
      const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, ...args])
      children.add(child)
      return child
    },
    dropUdp(port) {
      nft('add table inet tests')
      for (const hook of ['input', 'output']) {
        nft(`add chain inet tests ${hook} { type filter hook ${hook} priority 0; policy accept; }`)
        nft(`add rule inet tests ${hook} udp dport ${port} drop`)
      }
    },
    allowAll: () => nft('flush ruleset'),
    readdress(next) {
      ip('-n', namespace, 'address', 'del', `${ipv4}/24`, 'dev', INTERFACE)
      ip('-n', namespace, 'address', 'add', `${next}/24`, 'dev', INTERFACE)
      ipv4 = next
    },
    setUp: (up) => ip('-n', namespace, 'link', 'set', INTERFACE, up ? 'up' : 'down'),
  }
}

/** `ip netns exec` becomes the program, so that the child's id is the program's. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function inside(namespace: string, ...command: string[]): void {
  execFileSync('ip', ['netns', 'exec', namespace, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

function uniqueName(): string {
  return `landline-${process.pid}-${randomBytes(3).toString('hex')}`
}

/** A test run that was killed could not clean up; the next one does. */
function removeOrphans(): void {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
  for (const [name, pid] of names.matchAll(/^landline-(\d+)-[0-9a-f]{6}(?:-\d+)?/gm)) {
    if (!existsSync(`/proc/${pid}`)) ip('netns', 'del', name)
  }
}
