import type { Duplex } from 'node:stream'

/** Told on the connection itself, with the status, for whoever counts refusals. */
export const REFUSED = 'landline:refused'

/**
 * Answers a request to upgrade with a refusal and lets go of its connection. Node gives up such a socket with
 * the event, so nobody else hears its errors, and nobody else ends it when the peer does not.
 */
export function refuseUpgrade(raw: Duplex, status: string): void {
  raw.on('error', () => raw.destroy())
  raw.once('finish', () => raw.destroy())
  raw.emit(REFUSED, status)
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
