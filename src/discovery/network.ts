/** The records DNS-SD is made of. Names are as the wire has them, without escapes. */
export type DnsRecord =
  | { readonly type: 'PTR'; readonly name: string; readonly ttl: number; readonly data: string }
  | {
      readonly type: 'SRV'
      readonly name: string
      readonly ttl: number
      readonly data: { readonly port: number; readonly target: string }
    }
  | {
      readonly type: 'TXT'
      readonly name: string
      readonly ttl: number
      readonly data: readonly Uint8Array[]
    }
  | {
      readonly type: 'A' | 'AAAA'
      readonly name: string
      readonly ttl: number
      readonly data: string
    }

export interface DnsQuestion {
  readonly name: string
  readonly type: DnsRecord['type'] | 'ANY'
}

export type DnsPacket =
  | {
      readonly kind: 'query'
      readonly questions: readonly DnsQuestion[]
      /** What the asker knows already and need not be told (RFC 6762, 7.1). */
      readonly known: readonly DnsRecord[]
    }
  | { readonly kind: 'response'; readonly records: readonly DnsRecord[] }

/** One address family of one network interface. */
export interface Link {
  /** `eth0/IPv4`: the same while the interface keeps its address. */
  readonly key: string
  /** This computer's addresses on it. */
  readonly addresses: readonly string[]
  /** To everyone on it. Never throws: what the network does not take is lost. */
  send(packet: DnsPacket): void
}

export interface NetworkListener {
  /** `from` is an address on this very link; packets from elsewhere are dropped before. */
  packet(packet: DnsPacket, link: Link, from: string): void
  /** Interfaces or addresses changed; `added` can be spoken on from now on. */
  linksChanged(added: readonly Link[]): void
}

/** All the links of this computer, at which multicast DNS is spoken. */
export interface Network {
  links(): readonly Link[]
  /** Returns how to stop listening. The first listener opens the sockets, the last one's end closes them. */
  listen(listener: NetworkListener): () => void
}

export interface DiscoveryClock {
  /** Milliseconds that never go back. */
  monotonic(): number
  /** Runs once after `ms`; returns how to cancel. */
  after(ms: number, run: () => void): () => void
}
