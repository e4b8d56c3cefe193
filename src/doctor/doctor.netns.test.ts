import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSubnet, namespaceSupport } from '../testing/namespaces/subnet.ts'
import type { Subnet } from '../testing/namespaces/subnet.ts'
import type { NamespaceHost } from '../testing/namespaces/world.ts'
import type { Check, DoctorReport } from './report.ts'

const support = namespaceSupport()
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ THE DOCTOR ON REAL NETWORKS IS NOT TESTED HERE: ${support.why}\n\n`)
}
const entry = fileURLToPath(new URL('cli.ts', import.meta.url))

async function examine(host: NamespaceHost, ...args: string[]) {
  const child = host.node(entry, '--json', ...args)
  let out = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text))
  const code = await new Promise((done) => child.once('close', done))
  const report = JSON.parse(out) as DoctorReport
  const find = (id: string): Check | undefined =>
    report.groups.flatMap(({ checks }) => checks).find((one) => one.id === id)
  return { code, find }
}

describe.skipIf(support.kind === 'no')('the doctor on real networks', () => {
  let subnet: Subnet
  beforeAll(() => {
    subnet = createSubnet(2)
  })
  afterAll(() => subnet.dispose())
  const host = (index: number): NamespaceHost => {
    const one = subnet.hosts[index]
    if (one === undefined) throw new Error(`no computer ${index}`)
    return one
  }

  it('names a firewall that drops multicast, a host that is not there, and a network that is gone', async () => {
    host(1).dropUdp(5353)
    const [well, blocked] = await Promise.all([
      examine(host(0), '--target', '10.77.1.99:47800'),
      examine(host(1), '--target', `${host(0).ipv4}:47800`),
    ])
    expect(well.find('multicast')?.state).toBe('ok')
    expect(well.find('interfaces')?.detail).toContain(host(0).ipv4)
    expect(well.find('reaching.0.route')?.detail).toContain('on the network of lan0')
    expect(well.find('reaching.0.connect')).toMatchObject({ state: 'failed' })

    expect(blocked.code).toBe(1)
    expect(blocked.find('multicast')).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('Allow UDP port 5353') as unknown,
    })
    expect(blocked.find('firewall')).toMatchObject({
      state: 'failed',
      detail: 'The firewall (nftables) drops UDP 5353 in, UDP 5353 out.',
    })
    expect(blocked.find('reaching.0.connect')?.detail).toContain('nothing listens on that port')

    host(1).setUp(false)
    const { find } = await examine(host(1), '--target', `${host(0).ipv4}:47800`)
    expect(find('multicast')?.state).toBe('failed')
    expect(find('reaching.0.connect')?.detail).toContain('There is no way to')
  }, 20_000)
})
