/**
 * What counts as one peer: an IPv4 address, or the /64 of an IPv6 address, of which one computer can have as
 * many addresses as it likes. Link-local neighbours share one /64 and stay apart.
 */
export function addressGroup(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d)/i, '')
  if (!plain.includes(':') || /^fe[89ab]/i.test(plain)) return plain
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return `${groups.slice(0, 4).join(':')}::/64`
}
