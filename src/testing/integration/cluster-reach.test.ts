/** What reaches people at other nodes besides the rooms themselves, on a real PostgreSQL and a real Redis. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { pairWithCode } from '../../pairing/pair.ts'
import type { MessageId } from '../../protocol/ids.ts'
import { allDoorsClosed } from '../../server/doors/doors.ts'
import { type PlainClient, plainClient } from '../../server/doors/testing/plain-client.ts'
import type { RunningServer, ServerOptions } from '../../server/start-server.ts'
import { clusterKit, type ClusterKit, presenceOf, until } from '../cluster-kit.ts'
import { newId, type RawClient, rawClient, rawFurtherDevice, rawPerson } from '../raw-client.ts'
import { programSupport } from '../services/service-process.ts'

const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ REACHING OTHER NODES IS NOT TESTED HERE: ${support.why}\n\n`)
}

describe.skipIf(support.kind === 'no')('from node to node', () => {
  let kit: ClusterKit
  const clients: RawClient[] = []
  beforeAll(async () => {
    kit = await clusterKit()
  })
  afterEach(async () => {
    for (const { webSocket } of clients.splice(0)) webSocket.terminate()
    await kit.reset()
  })
  afterAll(() => kit.dispose())

  /** Nodes of a session that has a host, and the host, who is connected to the first of them. */
  async function hosted(
    count: number,
    more: Pick<ServerOptions, 'doors' | 'pairing'> = {},
  ): Promise<{ readonly nodes: RunningServer[]; readonly host: RawClient }> {
    const mara = rawPerson('Mara')
    const owner = {
      ...{ memberId: mara.member, deviceId: mara.device, name: mara.name },
      deviceKey: deviceKeyOf(mara.key).publicKey,
    }
    const nodes: RunningServer[] = []
    for (let n = 0; n < count; n++) {
      nodes.push(await kit.node({}, undefined, { ...more, owner: { owner } }))
    }
    return { nodes, host: await kit.join(nodes[0]!, mara) }
  }
  async function stranger(node: RunningServer, name: string): Promise<RawClient> {
    const client = await rawClient(node.url, rawPerson(name))
    clients.push(client)
    return client
  }

  it('[I7] who waits at one node is let in or sent away from another', async () => {
    const { nodes, host } = await hosted(3)
    host.tell({ type: 'change-session', ref: 1, change: { approval: true } })
    await host.next('carried-out', ({ ref }) => ref === 1)
    host.tell({ type: 'admin-watch', ref: 2, active: true })
    const names = (waiting: readonly { name: string }[]): string[] =>
      waiting.map(({ name }) => name).toSorted()
    const sam = await stranger(nodes[1]!, 'Sam')
    const eve = await stranger(nodes[2]!, 'Eve')
    await Promise.all([sam.prove('a secret of this test'), eve.prove('a secret of this test')])
    await Promise.all([sam.next('waiting'), eve.next('waiting')])
    await host.next('admin', ({ waiting }) => names(waiting).join() === 'Eve,Sam')
    host.tell({ type: 'approve', ref: 3, member: sam.person.member, accept: true })
    await sam.next('welcome')
    await host.next('carried-out', ({ ref }) => ref === 3)
    host.tell({ type: 'approve', ref: 4, member: eve.person.member, accept: false })
    expect((await eve.next('rejected')).code).toBe('declined')
    await host.next('admin', ({ waiting }) => waiting.length === 0)
  })

  it('players at different nodes hear each other, and those of one node while Redis is away', async () => {
    const doors = { ...allDoorsClosed, plain: true, game: true, names: true }
    const { nodes, host } = await hosted(1, { doors })
    host.tell({ type: 'change-session', ref: 1, change: { access: 'open' } })
    await host.next('carried-out')
    nodes.push(await kit.node({}, undefined, { doors }))
    const players: PlainClient[] = []
    async function play(node: RunningServer, playerId: string): Promise<PlainClient> {
      const headers = { Cookie: `sessionId=${playerId}-session` }
      const client = await plainClient(node.url, undefined, { headers })
      players.push(client)
      client.say({ type: 'register', playerId, platform: 'Linux', room: 'arena' })
      expect(await client.next()).toMatchObject({ type: 'registered' })
      return client
    }
    const ada = await play(nodes[0]!, 'ada')
    const dora = await play(nodes[0]!, 'dora')
    const bea = await play(nodes[1]!, 'bea')
    ada.say({ type: 'game_state', position: [1, 2] })
    const state = { type: 'game_state', playerId: 'ada', position: [1, 2] }
    expect(await bea.next()).toMatchObject(state)
    expect(await dora.next()).toMatchObject(state)
    bea.say(Buffer.from([0, 255, 7]))
    for (const client of [ada, dora]) expect(await client.next()).toEqual(Buffer.from([0, 255, 7]))
    // What is stored as well is not told twice.
    ada.say({ type: 'player_action', action: 'win', store: true })
    expect(await bea.next()).toMatchObject({ action: 'win' })
    expect(await dora.next()).toMatchObject({ action: 'win' })

    await kit.redis.kill()
    ada.say({ type: 'game_state', alone: true })
    expect(await dora.next()).toMatchObject({ alone: true })
    await kit.redis.start()
    // As games do, again and again, until it is carried.
    const again = setInterval(() => ada.say({ type: 'game_state', carried: true }), 100)
    expect(await bea.next()).toMatchObject({ carried: true })
    clearInterval(again)
    for (const { webSocket } of players) webSocket.terminate()
  })

  it('[T9, I11] codes of one node are good at the other, and guessed at no more often than at one', async () => {
    const { nodes, host } = await hosted(2, { pairing: true })
    host.tell({ type: 'admin-watch', ref: 1, active: true })
    const code = async (than = ''): Promise<string> => {
      const { code: shown } = await host.next(
        'admin',
        (admin) => (admin.code?.code ?? than) !== than,
      )
      return shown?.code ?? ''
    }
    const pair = (node: RunningServer, typed: string) =>
      pairWithCode({ host: '127.0.0.1', port: node.port, code: typed })
    const first = await code()
    const sam = await pair(nodes[1]!, first)
    if (sam.kind === 'failed') throw new Error(sam.why)
    const newcomer = await stranger(nodes[0]!, 'Sam')
    await newcomer.enter({ kind: 'secret', secret: sam.invite.secret ?? '' })

    const phone = await rawFurtherDevice(newcomer, [], nodes[1]!.url)
    clients.push(phone)
    expect(phone.person.member).toBe(newcomer.person.member)

    const wrong = [...'01234567'].filter((letter) => !first.endsWith(letter)).slice(0, 5)
    for (const [n, letter] of wrong.entries()) {
      const guess = await pair(nodes[n % 2]!, `${first.slice(0, -1)}${letter}`)
      expect(guess).toMatchObject({ kind: 'failed', why: 'wrong-code' })
    }
    const second = await code(first)
    expect(await pair(nodes[0]!, first)).toMatchObject({ kind: 'failed' })
    expect(await pair(nodes[1]!, second)).toMatchObject({ kind: 'paired' })
    // A node that starts later knows it too.
    const third = await kit.node({}, undefined, { pairing: true })
    expect(await pair(third, second)).toMatchObject({ kind: 'paired' })
    // Each exchange computes for a while, and there are nine.
  }, 60_000)

  it('who writes over two nodes may write as much as over one, and over one again all of it', async () => {
    const writes = { perMinute: 1, burst: 6, saved: 0, floodPerMinute: 1_000 }
    const pairing = { pairing: true }
    const [first, second] = [
      await kit.node({ writes }, undefined, pairing),
      await kit.node({ writes }, undefined, pairing),
    ]
    const ada = await kit.join(first, 'Ada')
    const [watcher, other] = [await kit.join(first, 'Watcher'), await kit.join(second, 'Other')]
    const presence = (seen: RawClient, wanted: string): Promise<void> =>
      until(seen, () => presenceOf(seen, ada) === wanted)
    ada.tell({ type: 'presence', presence: 'away' })
    await Promise.all([presence(watcher, 'away'), presence(other, 'away')])
    const phone = await rawFurtherDevice(ada, [], second.url)
    clients.push(phone)
    await presence(watcher, 'online')
    // Both nodes have heard of the other now.
    const writeAll = async (client: RawClient): Promise<number> => {
      const ids = [0, 1, 2, 3, 4, 5, 6].map((n) => client.post(ada.general(), `${n}`))
      return ids.indexOf((await client.next('held')).id)
    }
    expect([await writeAll(ada), await writeAll(phone)]).toEqual([3, 3])
    phone.webSocket.terminate()
    await presence(watcher, 'away')
    const room = ada.general()
    const id = newId<MessageId>()
    const operation = { kind: 'post', text: 'and on' } as const
    ada.tell({ type: 'submit', id, room, operation, head: true })
    await ada.next('ack', (ack) => ack.id === id)
    const last = ada.post(room, 'and on')
    await ada.next('ack', (ack) => ack.id === last)
  })
})
