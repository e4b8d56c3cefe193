/** A peer that writes any bytes to a server's port and notes what comes back, without believing anything. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { readServer } from './web-socket-bytes.ts'

export interface RawPeer {
  write(bytes: Uint8Array): void
  /** All that was said so far; stops growing at `MOST_BYTES`. */
  heard(): Buffer
  heardBytes(): number
  /** Resolves when the server answered with something, or closed. */
  answered(): Promise<void>
  /** Resolves when the server sent so many text frames, or closed. */
  heardTexts(count: number): Promise<void>
  /** Says the end, then waits until the server lets go. False when it did not within `withinMs`. */
  finish(withinMs: number): Promise<boolean>
  /** Breaks the connection with a reset. */
  reset(): void
}

/** No answer of a server to a stranger is longer than a few frames. */
const MOST_BYTES = 4_194_304

/** Other systems have one loopback address only. */
const HAS_MANY_ADDRESSES = process.platform === 'linux'

/** `from`: one of the addresses of this computer, so that limits for each address are met by strangers alone. */
export async function rawPeer(port: number, from: string): Promise<RawPeer> {
  const socket: Socket = connect({
    ...{ port, host: '127.0.0.1', allowHalfOpen: true },
    ...(HAS_MANY_ADDRESSES ? { localAddress: from } : {}),
  })
  const chunks: Buffer[] = []
  let size = 0
  // Part of every fuzzing: resets, and writes to those who closed.
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    if (size < MOST_BYTES) chunks.push(bytes as Buffer)
    size += bytes.length
  })
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    // The server said its end: nothing more comes, and this side is done as well.
    socket.once('end', () => socket.end())
  })
  await Promise.race([once(socket, 'connect'), over])
  return {
    write: (bytes) => void (socket.writable && socket.write(bytes)),
    heard: () => Buffer.concat(chunks),
    heardBytes: () => size,
    answered: () =>
      Promise.race([
        once(socket, 'data').then(
          () => {},
          () => {},
        ),
        over,
      ]),
    async heardTexts(count) {
      while (!socket.closed && readServer(Buffer.concat(chunks)).texts.length < count) {
        if (readServer(Buffer.concat(chunks)).closeCode !== null) return
        await Promise.race([once(socket, 'data').catch(() => {}), over])
      }
    },
    async finish(withinMs) {
      socket.end()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), withinMs)
      })
      const inTime = await Promise.race([over.then(() => true), late])
      clearTimeout(timer)
      socket.destroy()
      return inTime
    },
    reset: () => socket.resetAndDestroy(),
  }
}
