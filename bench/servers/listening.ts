import type { Server } from 'node:net'

/** As long as ours, so that nobody waits for a retransmission when everybody comes at once. */
const BACKLOG = 4_096

/** Listens, and says where as our server does. */
export function listening(server: Server): void {
  server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG }, () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    process.stdout.write(
      `${JSON.stringify({ event: 'listening', url: `ws://127.0.0.1:${port}/` })}\n`,
    )
  })
}
