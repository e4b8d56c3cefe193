/**
 * A computer of the tests: announces or browses with the real sockets of the namespace it runs in. Reads
 * commands and writes what it found, both as lines of JSON.
 */
import { networkInterfaces } from 'node:os'
import { createInterface } from 'node:readline'
import type { ActiveAnnouncement, HostedSession } from '../announce.ts'
import { createDiscovery } from '../discovery.ts'
import { planLinks } from '../links.ts'

export type StationCommand =
  | { readonly kind: 'announce'; readonly session: HostedSession }
  | { readonly kind: 'update'; readonly session: HostedSession }
  | { readonly kind: 'goodbye' }
  | { readonly kind: 'browse' }

const ttlSeconds = Number(process.argv[2] ?? '30')
const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const discovery = createDiscovery({
  interfaces: networkInterfaces,
  clock: {
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  },
  random: Math.random,
  addresses: (port) =>
    planLinks(networkInterfaces())
      .flatMap(({ entries }) => entries.map(({ address }) => address))
      .filter((address) => !/^fe80/i.test(address))
      .map((address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)),
  ttlSeconds,
  onTrouble: (link, code) => tell({ trouble: link, code }),
})
let announcement: ActiveAnnouncement | null = null

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line) as StationCommand
  switch (command.kind) {
    case 'announce':
      announcement = discovery.announce(command.session)
      return
    case 'update':
      announcement?.update(command.session)
      return
    case 'goodbye':
      void announcement?.stop()
      return
    case 'browse':
      discovery.browse((found) => tell({ found }))
      return
  }
})
// A test that is gone closes its end of the pipe.
process.stdin.on('end', () => process.exit(0))
tell({ ready: true })
