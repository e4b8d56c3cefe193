import type { AddressInfo, Server } from 'node:net'
import { HOST_PORTS } from '../pairing/probe-answer.ts'

/** Everyone reconnects at once after a restart; Node's 511 would make many wait for a retransmission. */
const LISTEN_BACKLOG = 4_096

export interface ListenOptions {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  /** Take another port when `port` is in use: one that people look at, or else any that is free. */
  readonly fallbackPort?: boolean
}

export type Listening =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'failed'
      readonly code: 'port-in-use' | 'cannot-listen'
      readonly message: string
    }

export async function listen(http: Server, options: ListenOptions): Promise<Listening> {
  const { host, port } = options
  const others = options.fallbackPort === true && port !== 0 ? [...HOST_PORTS, 0] : []
  for (const candidate of [port, ...others]) {
    const tried = await tryListen(http, host, candidate)
    if (typeof tried === 'number') return { kind: 'listening', port: tried }
    if (tried.code !== 'EADDRINUSE') {
      const message = `Cannot listen on ${host}, port ${candidate}: ${tried.message}`
      return { kind: 'failed', code: 'cannot-listen', message }
    }
  }
  return { kind: 'failed', code: 'port-in-use', message: `Port ${port} on ${host} is in use.` }
}

function tryListen(
  http: Server,
  host: string,
  port: number,
): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const failed = (fault: NodeJS.ErrnoException): void => resolve(fault)
    http.once('error', failed)
    http.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
      http.off('error', failed)
      resolve((http.address() as AddressInfo).port)
    })
  })
}
