import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy whose line is cut when a test says so. */
export interface CutLine {
  readonly port: number
  /** Breaks everything that is connected, without a goodbye. */
  cut(): void
  /** While shut, nobody gets through: new connections are broken at once. */
  shut: boolean
  /** How many connections were ever made. */
  readonly connections: number
  close(): Promise<void>
}

export async function cutLine(target: number): Promise<CutLine> {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    line.connections++
    if (line.shut) return void client.resetAndDestroy()
    const far = connect(target, '127.0.0.1')
    for (const socket of [client, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    client.pipe(far)
    far.pipe(client)
    client.on('close', () => far.destroy())
    far.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const line = {
    port: (server.address() as AddressInfo).port,
    shut: false,
    connections: 0,
    cut() {
      for (const socket of open) socket.resetAndDestroy()
    },
    async close() {
      line.cut()
      server.close()
      await once(server, 'close')
    },
  }
  return line
}
