/** The bricks of `subnet.ts` and `routed-subnets.ts`: network namespaces, and computers on a switch. */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'

/** All the namespaces and processes of one test. */
export interface World {
  /** A new one, with nothing in it but loopback. */
  addNamespace(): string
  /** Runs a Node program there, with pipes for all three streams. */
  node(namespace: string, args: readonly string[]): ChildProcess
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

/** A switch with computers on it, in one /24 and one /64. */
export interface Lan {
  readonly hosts: readonly NamespaceHost[]
  /** Plugs one more interface of a namespace into the switch. */
  plug(namespace: string, device: string, last: number): Plug
}

export interface Plug {
  readonly ipv4: string
  readonly ipv6: string
  /** The switch's end of the cable: pulled there, the other end keeps its addresses and routes. */
  setPortUp(up: boolean): void
}

const INTERFACE = 'lan0'

export function createWorld(): World {
  removeOrphans()
  const name = uniqueName()
  const made: string[] = []
  const children = new Set<ChildProcess>()

  function removeAll(): void {
    for (const namespace of made.splice(0)) ip('netns', 'del', namespace)
  }
  return {
    addNamespace() {
      const namespace = `${name}-${made.length}`
      ip('netns', 'add', namespace)
      made.push(namespace)
      // Without this, an IPv6 address may not be used for the first seconds.
      write(namespace, '/proc/sys/net/ipv6/conf/default/accept_dad', '0')
      ip('-n', namespace, 'link', 'set', 'lo', 'up')
      return namespace
    },
    node(namespace, args) {
      const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, ...args])
      children.add(child)
      return child
    },
    async dispose() {
      await Promise.all([...children].map(ended))
      removeAll()
    },
  }
}

/** `third`: the third number of the IPv4 addresses, so that several subnets do not look alike. */
export function addLan(world: World, hostCount: number, third: number): Lan {
  const ports = world.addNamespace()
  ip('-n', ports, 'link', 'add', 'switch', 'type', 'bridge')
  ip('-n', ports, 'link', 'set', 'switch', 'up')

  function plug(namespace: string, device: string, last: number): Plug {
    const port = `port${last}`
    ip('-n', ports, 'link', 'add', port, 'type', 'veth', 'peer', 'name', device, 'netns', namespace)
    ip('-n', ports, 'link', 'set', port, 'master', 'switch', 'up')
    const ipv4 = `10.77.${third}.${last}`
    const ipv6 = `fd77:0:0:${third}::${last}`
    ip('-n', namespace, 'address', 'add', `${ipv4}/24`, 'dev', device)
    ip('-n', namespace, 'address', 'add', `${ipv6}/64`, 'dev', device, 'nodad')
    ip('-n', namespace, 'link', 'set', device, 'up')
    return {
      ipv4,
      ipv6,
      setPortUp: (up) => ip('-n', ports, 'link', 'set', port, up ? 'up' : 'down'),
    }
  }
  const hosts = Array.from({ length: hostCount }, (_, index) => {
    const namespace = world.addNamespace()
    const { ipv4, ipv6 } = plug(namespace, INTERFACE, index + 1)
    return hostIn(world, namespace, ipv4, ipv6)
  })
  return { hosts, plug }
}

function hostIn(world: World, namespace: string, firstIpv4: string, ipv6: string): NamespaceHost {
  let ipv4 = firstIpv4
  return {
    namespace,
    get ipv4() {
      return ipv4
    },
    ipv6,
    node: (...args) => world.node(namespace, args),
    dropUdp(port) {
      nft(namespace, 'add table inet tests')
      for (const hook of ['input', 'output']) {
        nft(
          namespace,
          `add chain inet tests ${hook} { type filter hook ${hook} priority 0; policy accept; }`,
        )
        nft(namespace, `add rule inet tests ${hook} udp dport ${port} drop`)
      }
    },
    allowAll: () => void nft(namespace, 'flush ruleset'),
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

export function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Returns what it lists. */
export function nft(namespace: string, rule: string): string {
  return inside(namespace, 'nft', rule)
}

/** Into a kernel setting of the namespace. */
export function write(namespace: string, setting: string, value: string): void {
  inside(namespace, 'sh', '-c', `echo ${value} > ${setting}`)
}

function inside(namespace: string, ...command: string[]): string {
  return execFileSync('ip', ['netns', 'exec', namespace, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
}

export function uniqueName(): string {
  return `landline-${process.pid}-${randomBytes(3).toString('hex')}`
}

/** A test run that was killed could not clean up; the next one does. */
function removeOrphans(): void {
  // It complains where others are being taken away at this moment.
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore']
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8', stdio })
  for (const [name, pid] of names.matchAll(/^landline-(\d+)-[0-9a-f]{6}(?:-\d+)?/gm)) {
    if (!existsSync(`/proc/${pid}`)) ip('netns', 'del', name)
  }
}
