import { BlockList, isIP } from 'node:net'

/** Everything that is not the public internet (IANA special-purpose registries), IPv4 inside IPv6 included. */
const RANGES_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Only 2000::/3 is given out; of that, what leads elsewhere. */
const RANGES_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const blocked = new BlockList()
for (const range of RANGES_4) add(range, 'ipv4')
for (const range of RANGES_6) add(range, 'ipv6')
const given = new BlockList()
given.addSubnet('2000::', 3, 'ipv6')

function add(range: string, family: 'ipv4' | 'ipv6'): void {
  const [net = '', prefix = ''] = range.split('/')
  blocked.addSubnet(net, Number(prefix), family)
}

/** Whether a server that lets anybody name an address must not connect to it. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return blocked.check(address, 'ipv4')
  if (family !== 6) return true
  const bare = address.split('%', 1)[0] ?? ''
  return !given.check(bare, 'ipv6') || blocked.check(bare, 'ipv6')
}
