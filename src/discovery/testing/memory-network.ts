import type { DiscoveryClock, DnsPacket, Link, Network, NetworkListener } from '../network.ts'

/** Computers on cables the test plugs in and out. Packets take a millisecond; what was sent is noted. */
export interface MemoryLan {
  /** A computer on the named cables, by its address on each. */
  computer(addresses: Readonly<Record<string, string>>): MemoryComputer
  readonly sent: { readonly cable: string; readonly from: string; readonly packet: DnsPacket }[]
}

export interface MemoryComputer extends Network {
  /** Leaves all cables and joins these. */
  move(addresses: Readonly<Record<string, string>>): void
  readonly listenerCount: number
}

const DELAY_MS = 1

export function memoryLan(clock: DiscoveryClock): MemoryLan {
  const sent: MemoryLan['sent'] = []
  const deliveries = new Set<(cable: string, packet: DnsPacket, from: string) => void>()

  return {
    sent,
    computer(addresses) {
      const listeners = new Set<NetworkListener>()
      let links = new Map<string, Link>()

      function plug(next: Readonly<Record<string, string>>): void {
        links = new Map(
          Object.entries(next).map(([cable, address]) => [
            cable,
            {
              key: cable,
              addresses: [address],
              send(packet) {
                sent.push({ cable, from: address, packet })
                clock.after(DELAY_MS, () => {
                  for (const deliver of deliveries) deliver(cable, packet, address)
                })
              },
            },
          ]),
        )
      }
      plug(addresses)
      deliveries.add((cable, packet, from) => {
        const link = links.get(cable)
        if (link === undefined) return
        for (const listener of [...listeners]) listener.packet(packet, link, from)
      })
      return {
        links: () => [...links.values()],
        listen(listener) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        move(next) {
          plug(next)
          for (const listener of [...listeners]) listener.linksChanged([...links.values()])
        },
        get listenerCount() {
          return listeners.size
        },
      }
    },
  }
}
