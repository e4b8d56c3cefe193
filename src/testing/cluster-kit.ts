/** Nodes of one session on a real PostgreSQL and a real Redis, in this process, and people who connect to them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RoomId } from '../protocol/ids.ts'
import type { Cursor } from '../protocol/records.ts'
import type { HubOptions } from '../server/hub/options.ts'
import type { Operations } from '../server/ops/operations-port.ts'
import { prepareSharedBackends } from '../server/shared-backends.ts'
import { type RunningServer, type ServerOptions, startServer } from '../server/start-server.ts'
import { type RawClient, rawClient, type RawPerson, rawPerson } from './raw-client.ts'
import { startPostgres, type TestPostgres } from './services/postgres.ts'
import { startRedis, type TestRedis } from './services/redis.ts'

const SECRET = 'a secret of this test'

export interface ClusterKit {
  readonly postgres: TestPostgres
  readonly redis: TestRedis
  /** Another node. */
  node(
    hub?: Partial<HubOptions>,
    operations?: Operations,
    more?: Pick<ServerOptions, 'doors' | 'owner' | 'pairing'>,
  ): Promise<RunningServer>
  /** Somebody who is connected and caught up; a person who was there before comes with these cursors. */
  join(node: RunningServer, who: string | RawPerson, cursors?: Cursor[]): Promise<RawClient>
  /** Ends nodes and clients, and begins with an empty session. */
  reset(): Promise<void>
  dispose(): Promise<void>
}

export async function clusterKit(): Promise<ClusterKit> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const folder = mkdtempSync(join(tmpdir(), 'landline-cluster-'))
  let nodes: RunningServer[] = []
  let clients: RawClient[] = []
  let schemas = 0
  let count = 0

  function freshSession(): void {
    postgres.sql(`CREATE SCHEMA s${++schemas}`)
  }
  freshSession()

  const kit: ClusterKit = {
    postgres,
    redis,
    async node(hub, operations, more) {
      const prepared = prepareSharedBackends({
        postgres: postgres.url(`s${schemas}`),
        redis: { connectionString: redis.url, keyPrefix: 'test:' },
      })
      if (prepared.kind === 'fault') throw new Error(prepared.message)
      const server = await startServer(
        {
          ...{ dataDir: join(folder, `node-${++count}`), host: '127.0.0.1', port: 0 },
          ...{ admission: { kind: 'secret', secret: SECRET }, shared: prepared.backends },
          hub: { offlineGraceMs: 100, ...hub },
          ...(operations === undefined ? {} : { operations }),
          ...more,
        },
        { info() {}, warn() {} },
      )
      if (server.kind === 'failed') throw new Error(server.message)
      nodes.push(server)
      return server
    },
    async join(node, who, cursors = []) {
      const client = await rawClient(node.url, typeof who === 'string' ? rawPerson(who) : who)
      clients.push(client)
      await client.enter(SECRET, cursors)
      return client
    },
    async reset() {
      for (const { webSocket } of clients) webSocket.terminate()
      clients = []
      await Promise.all(nodes.map((node) => node.stop()))
      nodes = []
      freshSession()
    },
    async dispose() {
      for (const { webSocket } of clients) webSocket.terminate()
      await Promise.all(nodes.map((node) => node.stop()))
      await Promise.all([postgres.dispose(), redis.dispose()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return kit
}

/**
 * A room as a careful client has it: every number once and in order, or it throws. Without a cursor when it was told
 * nothing of the room yet: it came with an own one, and what others wrote since is still on its way.
 */
export function toldOf(
  { received, person }: RawClient,
  room: RoomId,
): { readonly cursor: Cursor | undefined; readonly texts: readonly string[] } {
  let cursor: Cursor | undefined
  let texts = new Map<number, string>()
  for (const message of received) {
    if (message.type === 'reset' && message.room.id === room) {
      cursor = { room, epoch: message.room.epoch, seq: message.room.head }
      texts = new Map(message.page.messages.map(({ seq, text }) => [seq, text]))
    } else if (message.type === 'events' && message.room === room) {
      for (const event of message.events) {
        const expected = cursor === undefined ? event.seq : cursor.seq + 1
        if (event.seq !== expected) {
          throw new Error(`${person.name} was sent ${event.seq} instead of ${expected}`)
        }
        cursor = { room, epoch: message.epoch, seq: event.seq }
        if (event.type === 'message.posted') texts.set(event.seq, event.text)
      }
    }
  }
  return { cursor, texts: [...texts.values()] }
}

export function logOf(
  client: RawClient,
  room: RoomId,
): { readonly cursor: Cursor; readonly texts: readonly string[] } {
  const { cursor, texts } = toldOf(client, room)
  if (cursor === undefined) throw new Error(`${client.person.name} has nothing of the room`)
  return { cursor, texts }
}

/** Resolves when `holds` is true of what the client was sent; looks after every message. */
export function until(client: RawClient, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return
      client.webSocket.off('message', look)
      resolve()
    }
    client.webSocket.on('message', look)
    look()
  })
}

/** What the client was last told of the other's presence. */
export function presenceOf(client: RawClient, other: RawClient): string | undefined {
  return client.received
    .flatMap((message) => (message.type === 'people' ? message.members : []))
    .findLast(({ id }) => id === other.person.member)?.presence
}
