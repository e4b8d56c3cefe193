/** The guide's own test cases (G8), against the real server with echo on. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DoorKit, doorKit } from '../testing/door-kit.ts'
import { plainClient } from '../testing/plain-client.ts'

describe('the test cases of the guide', () => {
  let kit: DoorKit
  beforeAll(async () => {
    kit = await doorKit({ doors: { plain: true, plainDoor: { echo: true } } })
  })
  afterAll(() => kit.stop())
  const connect = () => plainClient(kit.server.url)

  it('can establish a connection', async () => {
    const { webSocket } = await connect()
    expect(webSocket.readyState).toBe(webSocket.OPEN)
    webSocket.close(1000, 'Test completed')
    await once(webSocket, 'close')
  })

  it('can send and receive a text message', async () => {
    const client = await connect()
    const text = JSON.stringify({ type: 'test', content: 'Hello, WebSocket!' })
    client.say(text)
    expect(await client.next()).toBe(`Echo: ${text}`)
    // Larger than any single read of a socket: it is put together.
    const long = 'long '.repeat(20_000)
    client.say(long)
    expect(await client.next()).toBe(`Echo: ${long}`)
    client.webSocket.terminate()
  })

  it('handles binary messages', async () => {
    const client = await connect()
    client.say(Buffer.from('Binary test data'))
    expect(await client.next()).toEqual(Buffer.from('Binary test data'))
    client.webSocket.terminate()
  })

  it('handles five concurrent connections', async () => {
    await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const client = await connect()
        client.say(`Message from connection ${index}`)
        expect(await client.next()).toBe(`Echo: Message from connection ${index}`)
        client.webSocket.terminate()
      }),
    )
  })

  it.each([10, 100, 1_000])('handles a batch of %i messages', async (count) => {
    const client = await connect()
    for (let index = 0; index < count; index++) client.say(`Message ${index}`)
    for (let index = 0; index < count; index++) {
      expect(await client.next()).toBe(`Echo: Message ${index}`)
    }
    client.webSocket.terminate()
  })

  it('handles the close of a connection', async () => {
    const client = await connect()
    client.webSocket.close(1000, 'Intentional close')
    expect(await client.closed).toEqual({ code: 1000, reason: 'Intentional close' })
  })
})
