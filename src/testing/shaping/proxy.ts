/**
 * A TCP proxy whose lines are as bad as a test wants. It stands in for `tc netem`, which not every kernel has:
 * delay, jitter, stalls and bandwidth are made in user space, so TCP itself notices none of it. Loss of packets
 * that TCP has to mend is made by nftables where a test needs it (see ../namespaces/).
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createLine, type Line, type LineClock, type LineQuality } from './line.ts'

export interface ShapingProxy {
  readonly port: number
  connectionCount(): number
  /** To both directions of every connection, those that come later as well. */
  setQuality(quality: LineQuality): void
  /** `silent`: nothing arrives any more, and nobody is told. New connections are taken, and hear nothing. */
  cut(): void
  mend(): void
  /** Breaks every connection with a reset. */
  breakAll(): void
  dispose(): Promise<void>
}

export interface ShapingOptions {
  /** Address to listen on. */
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly target: { readonly host: string; readonly port: number }
  readonly quality: LineQuality
  readonly clock: LineClock
  readonly random: () => number
}

/** More than this on its way stops the sender, as a TCP window does. */
const WINDOW_BYTES = 262_144

interface Pair {
  readonly sockets: readonly Socket[]
  readonly lines: readonly Line[]
}

export async function startShapingProxy(options: ShapingOptions): Promise<ShapingProxy> {
  const { target, clock, random } = options
  let { quality } = options
  let isCut = false
  const pairs = new Set<Pair>()

  function shape(from: Socket, to: Socket): Line {
    const line = createLine(quality, {
      clock,
      random,
      deliver(bytes) {
        if (!to.destroyed) to.write(bytes)
        if (from.isPaused() && line.bytesUnderWay() < WINDOW_BYTES / 2) from.resume()
      },
      ended: () => to.end(),
    })
    line.setCut(isCut)
    from.on('data', (bytes) => {
      line.send(bytes as Buffer)
      if (line.bytesUnderWay() > WINDOW_BYTES) from.pause()
    })
    from.on('end', () => line.end())
    return line
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const host = connect({ ...target, allowHalfOpen: true })
    const pair: Pair = {
      sockets: [client, host],
      lines: [shape(client, host), shape(host, client)],
    }
    pairs.add(pair)
    for (const socket of pair.sockets) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      // A break is told at once; only what is said passes the line.
      socket.on('close', (hadError) => {
        if (!hadError && pair.sockets.some((one) => !one.destroyed)) return
        for (const one of pair.sockets) one.destroy()
        for (const line of pair.lines) line.dispose()
        pairs.delete(pair)
      })
    }
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')

  const everyLine = (change: (line: Line) => void): void => {
    for (const { lines } of pairs) for (const line of lines) change(line)
  }
  return {
    port: (server.address() as AddressInfo).port,
    connectionCount: () => pairs.size,
    setQuality(next) {
      quality = next
      everyLine((line) => line.setQuality(next))
    },
    cut() {
      isCut = true
      everyLine((line) => line.setCut(true))
    },
    mend() {
      isCut = false
      everyLine((line) => line.setCut(false))
    },
    breakAll() {
      for (const { sockets } of pairs) for (const socket of sockets) socket.resetAndDestroy()
    },
    async dispose() {
      const closed = once(server, 'close')
      server.close()
      for (const { sockets } of pairs) for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
