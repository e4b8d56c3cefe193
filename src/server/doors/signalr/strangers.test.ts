/** The SignalR door as those meet it who do not use the official client, or mean no good. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { seededRandom } from '../../../testing/seeded-random.ts'
import { type DoorKit, doorKit, tokenFor } from '../testing/door-kit.ts'
import { type PlainClient, plainClient } from '../testing/plain-client.ts'

const END = '\u001e'
const PAGE = 'https://chat.example.org'

describe('strangers at the SignalR door', () => {
  let kit: DoorKit
  let wsUrl: string
  const clients: PlainClient[] = []

  beforeAll(async () => {
    kit = await doorKit({ door: { allowedOrigins: [PAGE], maxFrameBytes: 262_144 } })
    wsUrl = kit.hubUrl.replace('http', 'ws')
  })
  afterAll(async () => {
    for (const { webSocket } of clients) webSocket.terminate()
    await kit.stop()
  })

  const negotiate = (query: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${kit.hubUrl}/negotiate${query}`, { method: 'POST', ...init })
  async function dial(query: string, headers: Record<string, string> = {}): Promise<PlainClient> {
    const client = await plainClient(`${wsUrl}${query}`, undefined, { headers })
    clients.push(client)
    return client
  }
  async function enter(query = '?user=Ada'): Promise<PlainClient> {
    const client = await dial(query)
    client.say(`{"protocol":"json","version":1}${END}`)
    await until(client, '"Welcome"')
    return client
  }
  /** Reads on until a frame says so. */
  async function until(client: PlainClient, words: string): Promise<string> {
    for (;;) {
      const frame = await client.next()
      const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
      if (text.includes(words)) return text
    }
  }

  it('negotiates in versions 0 and 1, and offers to resume only to those who ask', async () => {
    const transports = [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }]
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
    const zero = await (await negotiate('?user=Ada')).json()
    expect(zero).toEqual({ negotiateVersion: 0, connectionId: id, availableTransports: transports })
    const query = '?user=Ada&negotiateVersion=7&useStatefulReconnect=true'
    const one = (await (await negotiate(query)).json()) as Record<string, unknown>
    expect(one).toEqual({
      ...{ negotiateVersion: 1, connectionId: id, connectionToken: id, useStatefulReconnect: true },
      availableTransports: transports,
    })
    expect(one['connectionToken']).not.toBe(one['connectionId'])
  })

  it('lets pages of allowed origins negotiate, and no others', async () => {
    const asked = { Origin: PAGE, 'Access-Control-Request-Headers': 'x-requested-with' }
    const preflight = await negotiate('', { method: 'OPTIONS', headers: asked })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      ...[204, PAGE],
    ])
    const allowed = await negotiate('?user=Ada', { headers: { Origin: PAGE } })
    expect([allowed.status, allowed.headers.get('access-control-allow-credentials')]).toEqual([
      ...[200, 'true'],
    ])
    const foreign = { Origin: 'https://evil.example.org' }
    expect((await negotiate('?user=Ada', { headers: foreign })).status).toBe(403)
    await expect(dial('?user=Ada', foreign)).rejects.toThrow(/403/)
    await dial('?user=Ada', { Origin: PAGE })
  })

  it('answers requests that are something else', async () => {
    expect((await negotiate('', { method: 'GET' })).status).toBe(405)
    expect((await fetch(kit.hubUrl)).status).toBe(426)
    expect((await fetch(`${kit.hubUrl}/elsewhere`)).status).toBe(404)
    const challenged = await negotiate('?access_token=wrong')
    expect([challenged.status, challenged.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await negotiate(`?user=${encodeURIComponent('two\nlines')}`)).status).toBe(400)
  })

  it('gives a connection to the one who negotiated it, and only once', async () => {
    await expect(dial(`?user=Ada&id=${randomUUID()}`)).rejects.toThrow(/404/)
    const answer = await (await negotiate('?user=Ada&negotiateVersion=1')).json()
    const { connectionToken } = answer as { connectionToken: string }
    await expect(dial(`?user=Bea&id=${connectionToken}`)).rejects.toThrow(/403/)
    const token = await tokenFor('u-1')
    await expect(dial(`?id=${connectionToken}&access_token=${token}`)).rejects.toThrow(/403/)
    const ada = await enter(`?user=Ada&id=${connectionToken}`)
    await expect(dial(`?user=Ada&id=${connectionToken}`)).rejects.toThrow(/409/)
    ada.webSocket.terminate()
    await ada.closed
  })

  it('takes a connection that was negotiated at another node, unless it could be resumed there', async () => {
    const token = async (more: string): Promise<string> => {
      const answer = await (await negotiate(`?user=Ada&negotiateVersion=1${more}`)).json()
      return (answer as { connectionToken: string }).connectionToken
    }
    const other = await doorKit()
    const there = `${other.hubUrl.replace('http', 'ws')}?user=Ada&id=`
    const client = await plainClient(there + (await token('')))
    client.say(`{"protocol":"json","version":1}${END}`)
    await until(client, '"Welcome"')
    await expect(plainClient(there + (await token('&useStatefulReconnect=true')))).rejects.toThrow(
      /404/,
    )
    client.webSocket.terminate()
    await other.stop()
  })

  it('takes sixteen connections of one person', async () => {
    const many = await Promise.all(Array.from({ length: 16 }, () => dial('?user=Many')))
    await expect(dial('?user=Many')).rejects.toThrow(/429/)
    many[0]!.webSocket.terminate()
    await many[0]!.closed
    await expect.poll(() => dial('?user=Many').then(() => 'in')).toBe('in')
  })

  it.each(['/hubs/chat', '/ws'])('keeps no place for who asks for %s wrongly', async (path) => {
    const query = '?user=Clumsy'
    for (let index = 0; index < 16; index++) {
      // Without the key that a WebSocket needs.
      const headers = { Connection: 'Upgrade', Upgrade: 'websocket' }
      const asked = request(`${kit.server.httpUrl}${path}${query}`, { headers }).end()
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      expect(answer.statusCode).toBe(400)
      answer.resume()
      await once(answer, 'close')
    }
    const url = `${kit.server.httpUrl.replace('http', 'ws')}${path}${query}`
    const come = (): Promise<string> =>
      plainClient(url).then((client) => (clients.push(client), 'in'))
    await expect.poll(come).toBe('in')
  })

  it('closes on malformed input, saying why, and goes on for everybody else', async () => {
    const other = await enter('?user=Other')
    for (const [bytes, words] of [
      [`{"type":1}${END}`, 'not of the protocol'],
      [`nonsense${END}`, 'not JSON'],
      [Buffer.from([0xff, 0xfe, RECORD]), 'not JSON'],
      [`{"type":1,"target":"SendMessage","arguments":["${'x'.repeat(131_072)}`, 'at most 131072'],
    ] as const) {
      const vandal = await enter('?user=Vandal')
      vandal.say(bytes as string)
      expect(await until(vandal, '"type":7')).toContain(words)
      expect((await vandal.closed).code).toBe(4400)
    }
    const large = await enter('?user=Large')
    large.say(Buffer.alloc(262_145))
    expect((await large.closed).code).toBe(1009)
    const packed = await dial('?user=Packed')
    packed.say(`{"protocol":"messagepack","version":1}${END}`)
    expect(await packed.next()).toEqual(Buffer.from(`{}${END}`))
    packed.say(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]))
    expect((await packed.closed).code).toBe(4400)
    other.say(`{"type":1,"invocationId":"1","target":"GetOnlineUsers","arguments":[]}${END}`)
    expect(await until(other, '"type":3')).toContain('Other')
  })

  it('refuses a handshake it does not know, in the words of the protocol', async () => {
    const client = await dial('?user=Ada')
    client.say(`{"protocol":"xml","version":1}${END}`)
    expect(await client.next()).toBe(`{"error":"The protocol 'xml' is not supported."}${END}`)
    expect((await client.closed).code).toBe(4400)
  })

  it('survives whatever calls come, well-formed or not', async () => {
    const random = seededRandom(7)
    const names = [
      'SendMessage',
      'JoinGroup',
      'StreamHistory',
      'Typing',
      'SendPrivateMessage',
      '__proto__',
    ]
    const values = [
      null,
      true,
      -1,
      1e308,
      '',
      'Ada',
      '\ud800',
      'x'.repeat(500),
      [],
      [[1]],
      {},
      { a: 1 },
    ]
    for (let round = 0; round < 10; round++) {
      const client = await enter(`?user=Fuzz-${round}`)
      for (let call = 0; call < 100; call++) {
        const message = {
          type: random.pick([1, 1, 1, 2, 3, 4, 5, 6, 8, 77]),
          ...(random.chance(0.7) ? { invocationId: String(random.int(0, 20)) } : {}),
          ...(random.chance(0.95) ? { target: random.pick(names) } : {}),
          arguments: Array.from({ length: random.int(0, 3) }, () => random.pick(values)),
          sequenceId: random.int(-1, 5),
        }
        if (client.webSocket.readyState === WebSocket.OPEN) {
          client.say(JSON.stringify(message) + END)
        }
      }
      client.webSocket.terminate()
    }
    await enter('?user=After')
  })
})

const RECORD = 0x1e
