import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ManualClock, manualClock } from '../manual-clock.ts'
import { perfectLine } from './line.ts'
import { startShapingProxy } from './proxy.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
})

/** An echo behind a proxy under a manual clock. */
async function echoBehind(delayMs: number) {
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  cleanUp.push(() => void echo.close())
  const clock = manualClock()
  const proxy = await startShapingProxy({
    host: '127.0.0.1',
    port: 0,
    target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port },
    quality: { ...perfectLine, delayMs },
    clock,
    random: () => 0.5,
  })
  cleanUp.push(() => proxy.dispose())
  const client = connect(proxy.port, '127.0.0.1')
  client.on('error', () => {})
  cleanUp.push(() => client.destroy())
  await once(client, 'connect')
  return { clock, proxy, client }
}

/** Time moves only where something is on its way, in whichever turn the sockets bring it. */
async function readWhileMoving(client: Socket, clock: ManualClock, length: number) {
  let heard = ''
  const before = clock.monotonic()
  client.on('data', (bytes) => (heard += bytes.toString()))
  while (heard.length < length) {
    if (clock.pendingTimers() > 0) await clock.advance(10)
    await new Promise((resolve) => setImmediate(resolve))
  }
  client.removeAllListeners('data')
  return { heard, took: clock.monotonic() - before }
}

describe('the shaping proxy', () => {
  it('carries both ways, each with its delay', async () => {
    const { clock, client } = await echoBehind(200)
    client.write('hello')
    expect(await readWhileMoving(client, clock, 5)).toEqual({ heard: 'hello', took: 400 })
  })

  it('carries more than its window', async () => {
    const { clock, client } = await echoBehind(20)
    const words = 'x'.repeat(2_000_000)
    client.write(words)
    expect((await readWhileMoving(client, clock, words.length)).heard).toBe(words)
  })

  it('holds what is said while it is cut, and keeps the connection', async () => {
    const { clock, proxy, client } = await echoBehind(0)
    proxy.cut()
    client.write('over the gap')
    await clock.advance(60_000)
    proxy.mend()
    expect((await readWhileMoving(client, clock, 12)).heard).toBe('over the gap')
  })

  it('breaks and ends connections as it was told, and forgets them', async () => {
    const { clock, proxy, client } = await echoBehind(0)
    client.write('x')
    await readWhileMoving(client, clock, 1)
    expect(proxy.connectionCount()).toBe(1)
    const closed = new Promise((resolve) => client.once('close', resolve))
    proxy.breakAll()
    expect(await closed).toBe(true)
    expect(proxy.connectionCount()).toBe(0)
  })
})
