import type { Connection } from './connection.ts'

/** Those with the longest queues, so many that what waits for the others is not more than `maxBytes`. */
export function slowestReaders(
  connections: Iterable<Connection>,
  maxBytes: number,
): readonly Connection[] {
  const waiting = [...connections]
    .map((connection) => ({ connection, bytes: connection.socket.queuedBytes() }))
    .filter(({ bytes }) => bytes > 0)
  let sum = waiting.reduce((total, { bytes }) => total + bytes, 0)
  if (sum <= maxBytes) return []
  const slowest: Connection[] = []
  for (const { connection, bytes } of waiting.toSorted((a, b) => b.bytes - a.bytes)) {
    if (sum <= maxBytes) break
    slowest.push(connection)
    sum -= bytes
  }
  return slowest
}
