/** Three nodes on a real PostgreSQL and a real Redis: what only all of it together can prove. */
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import { createOperations } from '../../server/ops/operations.ts'
import { liveSettings } from '../../server/ops/options/live-settings.ts'
import { settingsSchema } from '../../server/ops/options/settings.ts'
import { systemClock } from '../../server/ops/system-clock.ts'
import { createTracing } from '../../server/ops/tracing/tracing.ts'
import type { RunningServer } from '../../server/start-server.ts'
import { clusterKit, type ClusterKit, logOf, presenceOf, toldOf, until } from '../cluster-kit.ts'
import { newId, type RawClient } from '../raw-client.ts'
import { programSupport } from '../services/service-process.ts'

const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ SEVERAL NODES ARE NOT TESTED HERE: ${support.why}\n\n`)
}

/** What a node needs to tell its spans, and the spans it told. */
function tracedNode() {
  const exporter = new InMemorySpanExporter()
  const settings = settingsSchema.parse({ admin: { port: 0 } })
  const log = { debug() {}, info() {}, warn() {} }
  const operations = createOperations({
    ...{ settings, live: liveSettings(settings), clock: systemClock(), log },
    tracing: createTracing(new SimpleSpanProcessor({ exporter })),
  })
  const spans = (name: string) =>
    exporter.getFinishedSpans().filter((span) => span.name === `landline.${name}`)
  return { operations, exporter, spans }
}

describe.skipIf(support.kind === 'no')('several nodes', () => {
  let kit: ClusterKit
  beforeAll(async () => {
    kit = await clusterKit()
  })
  afterEach(() => kit.reset())
  afterAll(() => kit.dispose())

  const threeNodes = (): Promise<RunningServer[]> =>
    Promise.all([1, 2, 3].map(() => kit.node({ writes: writesWithoutLimit })))
  /** Somebody on each node. */
  const peopleOn = (nodes: readonly RunningServer[]): Promise<RawClient[]> =>
    Promise.all(nodes.map((node, index) => kit.join(node, ['Ada', 'Ben', 'Cas'][index] ?? 'Dan')))
  const hasAll = (client: RawClient, room: RoomId, count: number): Promise<void> =>
    until(client, () => toldOf(client, room).texts.length >= count)
  const sorted = (texts: readonly string[]): string[] => texts.toSorted()

  it('[D6] people on different nodes see one log: the same messages once, in the same order', async () => {
    const people = await peopleOn(await threeNodes())
    const room = people[0]!.general()
    expect(people.map((one) => one.general())).toEqual([room, room, room])
    const wanted: string[] = []
    for (const [index, person] of people.entries()) {
      for (let n = 0; n < 60; n++) {
        wanted.push(`${index} ${n}`)
        person.post(room, `${index} ${n}`)
      }
    }
    await Promise.all(people.map((person) => hasAll(person, room, wanted.length)))
    const logs = people.map((person) => logOf(person, room).texts)
    expect(sorted(logs[0]!)).toEqual(sorted(wanted))
    expect(logs[1]).toEqual(logs[0])
    expect(logs[2]).toEqual(logs[0])
  })

  it('one trace leads from a message coming in at one node to its delivery at another', async () => {
    const [here, there] = [tracedNode(), tracedNode()]
    const ada = await kit.join(await kit.node({}, here.operations), 'Ada')
    const ben = await kit.join(await kit.node({}, there.operations), 'Ben')
    const room = ada.general()
    here.exporter.reset()
    const id = ada.post(room, 'who carries this?')
    await ben.next('events', ({ events }) => events.some((event) => event.id === id))
    await ada.next('events', ({ events }) => events.some((event) => event.id === id))
    const [sent] = here.spans('send').filter((span) => span.attributes['landline.room'] === room)
    const trace = sent?.spanContext().traceId
    const inTrace = (name: string, node: typeof here) =>
      node.spans(name).filter((span) => span.spanContext().traceId === trace)
    expect(inTrace('commit', here)[0]?.parentSpanContext?.spanId).toBe(sent?.spanContext().spanId)
    const [fanOut] = inTrace('fan-out', here)
    expect(fanOut?.parentSpanContext?.spanId).toBe(sent?.spanContext().spanId)
    expect(inTrace('delivery', there)[0]?.parentSpanContext).toMatchObject({
      ...{ spanId: fanOut?.spanContext().spanId, isRemote: true },
    })
    for (const name of ['send', 'commit', 'fan-out']) expect(inTrace(name, there)).toEqual([])
  })

  it('rooms, direct rooms, typing, read positions and names reach the other nodes', async () => {
    const [first, second] = await threeNodes()
    const ada = await kit.join(first!, 'Ada')
    const ben = await kit.join(second!, 'Ben')
    await until(ada, () => knows(ada, ben))
    const room = newId<RoomId>()
    const members: MemberId[] = [ben.person.member]
    ada.tell({
      ...{ type: 'create-room', ref: 1, room, name: 'night watch', topic: '' },
      ...{ visibility: 'private', members },
    })
    await ben.next('reset', (reset) => reset.room.id === room)
    ben.tell({ type: 'open-direct', ref: 2, members: [ada.person.member] })
    const direct = (await ben.next('done', ({ ref }) => ref === 2)).room
    ada.tell({ type: 'open-direct', ref: 3, members })
    expect((await ada.next('done', ({ ref }) => ref === 3)).room).toBe(direct)
    ben.tell({ type: 'typing', room, active: true })
    expect(await ada.next('typing')).toMatchObject({ room, member: ben.person.member })
    ada.post(room, 'on duty')
    await hasAll(ben, room, 1)
    ben.tell({ type: 'read', room, seq: logOf(ben, room).cursor.seq })
    await ada.next('reads', (reads) =>
      reads.positions.some(([member, seq]) => member === ben.person.member && seq === 4),
    )
    ben.tell({ type: 'leave-room', ref: 4, room })
    await ada.next('events', ({ events }) => events.some(({ type }) => type === 'member.left'))
  })

  it('[D17] presence is one over all nodes, and a node that ends takes only its own people along', async () => {
    const [first, second, third] = await threeNodes()
    const ada = await kit.join(first!, 'Ada')
    const ben = await kit.join(second!, 'Ben')
    // It moves, and its old line is not known to be dead yet.
    const moved = await kit.join(third!, ben.person)
    await until(ada, () => presenceOf(ada, ben) === 'online')
    ben.tell({ type: 'presence', presence: 'away' })
    moved.tell({ type: 'presence', presence: 'away' })
    await until(ada, () => presenceOf(ada, ben) === 'away')
    await second!.stop()
    moved.tell({ type: 'presence', presence: 'online' })
    await until(ada, () => presenceOf(ada, ben) === 'online')
    await third!.stop()
    await until(ada, () => presenceOf(ada, ben) === 'offline')
  })

  it('[D11] a client moves from node to node with its cursors alone, and loses nothing', async () => {
    const nodes = await threeNodes()
    const [ada] = await peopleOn(nodes)
    const room = ada!.general()
    let roaming = await kit.join(nodes[1]!, 'Roaming')
    const person = roaming.person
    const seen: string[] = []
    for (let round = 0; round < 9; round++) {
      const { cursor, texts } = logOf(roaming, room)
      seen.push(...texts)
      roaming.webSocket.terminate()
      ada!.post(room, `missed ${round}`)
      await hasAll(ada!, room, 2 * round + 1)
      roaming = await kit.join(nodes[round % 3]!, person, [cursor])
      roaming.post(room, `here ${round}`)
      await hasAll(roaming, room, 2)
      await hasAll(ada!, room, 2 * round + 2)
      expect(roaming.received.some(({ type }) => type === 'reset')).toBe(false)
    }
    seen.push(...logOf(roaming, room).texts)
    expect(seen).toEqual(logOf(ada!, room).texts)
  })

  it('[D9] Redis is killed, stays away, comes back and is flushed: nobody misses anything', async () => {
    const people = await peopleOn(await threeNodes())
    const room = people[0]!.general()
    let count = 0
    async function everybodyWrites(): Promise<void> {
      for (const person of people) for (let n = 0; n < 5; n++) person.post(room, `${count++}`)
      await Promise.all(people.map((person) => hasAll(person, room, count)))
    }
    await everybodyWrites()
    await kit.redis.kill()
    // While it is away too: the store tells.
    await everybodyWrites()
    await everybodyWrites()
    await kit.redis.start()
    await everybodyWrites()
    kit.redis.ask('FLUSHALL')
    await everybodyWrites()
    const logs = people.map((person) => logOf(person, room).texts)
    expect(sorted(logs[0]!)).toEqual(sorted(Array.from({ length: count }, (_, n) => `${n}`)))
    expect(logs[1]).toEqual(logs[0])
    expect(logs[2]).toEqual(logs[0])
  })

  it('[D5] PostgreSQL stops and comes back: writes wait with the clients, and nothing is restarted', async () => {
    const people = await peopleOn(await threeNodes())
    const [ada, ben] = people
    const room = ada!.general()
    ada!.post(room, 'before')
    await Promise.all(people.map((person) => hasAll(person, room, 1)))
    await kit.postgres.kill()
    const id = ada!.post(room, 'waits')
    const held = await ada!.next('held')
    expect(held).toMatchObject({ id, code: 'unavailable' })
    // What needs no store goes on.
    ben!.tell({ type: 'typing', room, active: true })
    await ada!.next('typing')
    await kit.postgres.start()
    // As an outbox does: the same write again until it is taken.
    const acked = ada!.next('ack', (ack) => ack.id === id)
    const resend = setInterval(
      () =>
        ada!.tell({
          ...{ type: 'submit', id, room, head: true },
          operation: { kind: 'post', text: 'waits' },
        }),
      100,
    )
    await acked
    clearInterval(resend)
    await Promise.all(people.map((person) => hasAll(person, room, 2)))
    for (const person of people) expect(logOf(person, room).texts).toEqual(['before', 'waits'])
  })
})

const writesWithoutLimit = { perMinute: 1e6, burst: 1e5, saved: 1e5, floodPerMinute: 1e6 }

const knows = (client: RawClient, other: RawClient): boolean =>
  presenceOf(client, other) !== undefined
