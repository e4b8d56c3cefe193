import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import type { HostTrust } from './host-trust.ts'
import { targetOf } from './secure-connection.ts'
import { dialWebSocket } from './web-socket.ts'

let server: WebSocketServer
let url: string

async function listen(options: ConstructorParameters<typeof WebSocketServer>[0] = {}) {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  await once(server, 'listening')
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`
}

beforeEach(() => listen())
afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

/** Dials and records what is told; `next` resolves with the next thing that is. */
function dial(to = url, trust: HostTrust = { kind: 'none' }) {
  const told: string[] = []
  const waiting: ((what: string) => void)[] = []
  const tell = (what: string): void => {
    const first = waiting.shift()
    if (first === undefined) told.push(what)
    else first(what)
  }
  const listener = {
    opened: () => tell('opened'),
    frame: (text: string) => tell(`frame ${text}`),
    heard: () => tell('heard'),
    closed: (code: number, detail: string) => tell(`closed ${code} ${detail}`),
    distrusted: (why: string) => tell(`distrusted ${why}`),
  }
  const socket = dialWebSocket(to, listener, trust)
  const next = (): Promise<string> => {
    const first = told.shift()
    return first === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(first)
  }
  return { socket, next, told }
}

async function accepted(): Promise<WebSocket> {
  const [socket] = (await once(server, 'connection')) as [WebSocket]
  return socket
}

describe('a real socket', () => {
  it('opens with the subprotocol and carries frames both ways', async () => {
    const { socket, next } = dial()
    const peer = await accepted()
    expect(peer.protocol).toBe(SUBPROTOCOL)
    expect(await next()).toBe('opened')
    const received = once(peer, 'message')
    socket.send('up')
    expect(String((await received)[0])).toBe('up')
    peer.send('döwn')
    expect(await next()).toBe('frame döwn')
    socket.drop()
  })

  it('[D13] reports that a ping was heard', async () => {
    const { socket, next } = dial()
    const peer = await accepted()
    expect(await next()).toBe('opened')
    peer.ping()
    expect(await next()).toBe('heard')
    socket.drop()
  })

  it('reports the close code, once', async () => {
    const { next, told } = dial()
    const peer = await accepted()
    expect(await next()).toBe('opened')
    peer.close(4408, 'slow')
    expect(await next()).toBe('closed 4408 slow')
    expect(told).toEqual([])
  })

  it('reports that nobody listens', async () => {
    server.close()
    await once(server, 'close')
    expect(await dial().next()).toBe('closed 1006 ECONNREFUSED')
  })

  it('does not take a server that speaks something else', async () => {
    server.close()
    await listen({ handleProtocols: () => false })
    expect(await dial().next()).toMatch(/^closed 1006 .*subprotocol/i)
  })

  it('refuses binary frames', async () => {
    const { next } = dial()
    const peer = await accepted()
    expect(await next()).toBe('opened')
    peer.send(Buffer.from([1, 2, 3]))
    expect((await once(peer, 'close'))[0]).toBe(4400)
  })

  it.each(['close', 'drop'] as const)('says nothing after %s', async (how) => {
    const { socket, next, told } = dial()
    const peer = await accepted()
    expect(await next()).toBe('opened')
    const closed = once(peer, 'close')
    if (how === 'close') socket.close(1000, 'bye')
    else socket.drop()
    expect((await closed)[0]).toBe(how === 'close' ? 1000 : 1006)
    expect(told).toEqual([])
  })

  it('[T2] says nothing at all to another computer without encryption', async () => {
    const { next, told } = dial('ws://192.0.2.1:47800/ws')
    expect(told).toEqual([])
    expect(await next()).toBe('distrusted unencrypted')
    const dropped = dial('ws://[2001:db8::1]:47800/ws')
    dropped.socket.drop()
    expect(await dial('ws://host.example:47800/ws').next()).toBe('distrusted unencrypted')
    expect(dropped.told).toEqual([])
  })

  it('finds host and port in every address an invite may name', () => {
    expect(targetOf('wss://[fd00::1:2]:47800/ws')).toEqual({ host: 'fd00::1:2', port: 47_800 })
    expect(targetOf('wss://chat.example.org:443/ws')).toEqual({
      host: 'chat.example.org',
      port: 443,
    })
    expect(targetOf('ws://127.0.0.1:80/ws')).toEqual({ host: '127.0.0.1', port: 80 })
  })

  it('can be dropped while it is still opening', async () => {
    const { socket, told } = dial()
    socket.drop()
    const { next } = dial()
    expect(await next()).toBe('opened')
    expect(told).toEqual([])
  })
})
