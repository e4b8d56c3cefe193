import { HttpTransportType } from '@microsoft/signalr'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CutLine, cutLine } from '../testing/cut-line.ts'
import {
  type DoorKit,
  doorKit,
  PROTOCOLS,
  signalrClient,
  type SignalrClient,
} from '../testing/door-kit.ts'

describe.each(PROTOCOLS)('a SignalR client whose line is cut, $name', ({ protocol }) => {
  let kit: DoorKit
  let line: CutLine
  let bea: SignalrClient
  const clients: SignalrClient[] = []

  beforeEach(async () => {
    kit = await doorKit()
    line = await cutLine(kit.server.port)
    bea = signalrClient(`${kit.hubUrl}?user=Bea`)
    clients.push(bea)
    await bea.connection.start()
  })
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(({ connection }) => connection.stop()))
    await line.close()
    await kit.stop()
  })

  async function join(build: 'withStatefulReconnect' | 'withAutomaticReconnect') {
    const ada = signalrClient(`http://127.0.0.1:${line.port}/hubs/chat?user=Ada`, {
      protocol: protocol(),
      build: (builder) =>
        build === 'withStatefulReconnect'
          ? builder.withStatefulReconnect()
          : builder.withAutomaticReconnect([0, 0, 0]),
    })
    clients.push(ada)
    await ada.connection.start()
    return ada
  }

  it('resumes with stateful reconnect: nothing is lost and nothing comes twice, either way', async () => {
    const ada = await join('withStatefulReconnect')
    let reconnects = 0
    ada.connection.onreconnecting(() => void reconnects++)
    const { connectionId } = ada.connection
    expect(await bea.next('UserConnected')).toBe('Ada')
    for (let round = 0; round < 5; round++) {
      const sent = Array.from({ length: 10 }, (_, index) => [
        ada.invoke('SendMessage', `from Ada ${round}.${index}`),
        bea.invoke('SendMessage', `from Bea ${round}.${index}`),
      ]).flat()
      // In the middle of everything.
      if (round % 2 === 0) await sent[3]
      line.cut()
      sent.push(ada.invoke('SendMessage', `while cut ${round}`))
      await Promise.all(sent)
    }
    const total = 5 * 21
    const heard: string[][] = []
    for (const client of [ada, bea]) {
      const texts: string[] = []
      for (let index = 0; index < total; index++) {
        texts.push(String((await client.next('ReceiveMessage'))['message']))
      }
      heard.push(texts)
    }
    expect(new Set(heard[0]).size).toBe(total)
    // Both in the order of the room (D19).
    expect(heard[0]).toEqual(heard[1])
    expect(line.connections).toBeGreaterThan(5)
    expect(ada.connection.connectionId).toBe(connectionId)
    expect({ reconnects, gone: bea.all('UserDisconnected') }).toEqual({ reconnects: 0, gone: [] })
  })

  it('[D11] reconnects automatically, is the same member, and is in its groups at once', async () => {
    const ada = await join('withAutomaticReconnect')
    await ada.invoke('JoinGroup', 'survey')
    await bea.invoke('JoinGroup', 'survey')
    const back = new Promise((resolve) => ada.connection.onreconnected(resolve))
    line.cut()
    await back
    await bea.invoke('SendToGroup', 'survey', 'after the cut')
    expect(await ada.next('ReceiveGroupMessage')).toMatchObject({ message: 'after the cut' })
    expect(ada.all('Welcome')).toHaveLength(2)
    // [D17] A blip is no news of people.
    expect(bea.all('UserDisconnected')).toEqual([])
  })

  it('begins anew with automatic reconnect when the server no longer knows what to resume', async () => {
    const ada = signalrClient(`http://127.0.0.1:${line.port}/hubs/chat?user=Ada`, {
      protocol: protocol(),
      build: (builder) => builder.withStatefulReconnect().withAutomaticReconnect([0, 0, 0, 0, 0]),
    })
    clients.push(ada)
    await ada.connection.start()
    const before = ada.connection.connectionId
    const back = new Promise((resolve) => ada.connection.onreconnected(resolve))
    // Broken once more while resuming: the client gives the old connection up.
    ada.connection.onreconnecting(() => void (line.shut = false))
    line.shut = true
    line.cut()
    await back
    expect(ada.connection.connectionId).not.toBe(before)
    await ada.invoke('SendMessage', 'here again')
    expect(await bea.next('ReceiveMessage')).toMatchObject({ message: 'here again' })
  })

  it('[D16] is told to come back when the server restarts', async () => {
    const ada = signalrClient(`${kit.hubUrl}?user=Ada`, {
      protocol: protocol(),
      http: { transport: HttpTransportType.WebSockets },
      build: (builder) => builder.withAutomaticReconnect([60_000]),
    })
    clients.push(ada)
    await ada.connection.start()
    const reason = new Promise<Error | undefined>((resolve) =>
      ada.connection.onreconnecting(resolve),
    )
    await kit.server.stop()
    expect((await reason)?.message).toMatch(/restarting/)
  })
})
