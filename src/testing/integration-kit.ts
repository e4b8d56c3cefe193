/** A running server with bots and webhooks, and its host at a real socket. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deviceKeyOf } from '../client/session/device-key.ts'
import type { ClientMessage } from '../protocol/client-messages.ts'
import type { MemberId, RoomId } from '../protocol/ids.ts'
import type { IntegrationKind } from '../protocol/integrations.ts'
import type { ServerMessageOf } from '../protocol/server-messages.ts'
import { rawClient, type RawClient, rawPerson } from './raw-client.ts'
import { type RunningServer, type ServerOptions, startServer } from '../server/start-server.ts'

export const generous = { perMinute: 1_000_000, burst: 100_000, saved: 0, floodPerMinute: 100_000 }

type Question = Extract<ClientMessage, { ref: number }>
type WithoutRef<Each> = Each extends Question ? Omit<Each, 'ref'> : never

export interface IntegrationKit {
  server: RunningServer
  host: RawClient
  readonly general: RoomId
  /** Anybody's request, answered by this type or by `failed`. */
  ask<Type extends 'integration' | 'integration-list' | 'carried-out' | 'command-list' | 'done'>(
    asker: RawClient,
    request: WithoutRef<Question>,
    type: Type,
  ): Promise<ServerMessageOf<Type> | ServerMessageOf<'failed'>>
  /** Made by the host. */
  make(
    name: string,
    what: IntegrationKind,
    rooms?: RoomId[],
  ): Promise<{ readonly id: MemberId; readonly secret: string }>
  join(name: string): Promise<RawClient>
  /** On the same port, so that clients come back by themselves. */
  restart(more?: Partial<ServerOptions>): Promise<void>
  stop(): Promise<void>
}

export async function integrationKit(
  options: Partial<ServerOptions> = {},
): Promise<IntegrationKit> {
  const dataDir = mkdtempSync(join(tmpdir(), 'landline-integrations-'))
  const person = rawPerson('Mara Holm')
  const start = async (more: Partial<ServerOptions> = {}): Promise<RunningServer> => {
    const started = await startServer(
      {
        ...{ dataDir, host: '127.0.0.1', port: 0, admission: { kind: 'open' } },
        owner: {
          owner: {
            memberId: person.member,
            deviceId: person.device,
            deviceKey: deviceKeyOf(person.key).publicKey,
            name: person.name,
          },
        },
        hub: { writes: generous },
        integrations: { enabled: true, allowPrivateTargets: true },
        ...options,
        ...more,
      },
      { info() {}, warn() {} },
    )
    if (started.kind === 'failed') throw new Error(started.message)
    return started
  }
  let refs = 0
  const enter = async (who = rawPerson('Somebody')): Promise<RawClient> => {
    const client = await rawClient(kit.server.url, who)
    await client.enter()
    return client
  }
  const kit: Omit<IntegrationKit, 'host' | 'general'> & { host?: RawClient; general?: RoomId } = {
    server: await start(),
    async ask(asker, request, type) {
      const ref = ++refs
      asker.tell({ ...request, ref })
      const isMine = (message: { readonly ref: number }): boolean => message.ref === ref
      return Promise.any([asker.next(type, isMine as never), asker.next('failed', isMine)])
    },
    async make(name, what, rooms = []) {
      const { host } = kit
      if (host === undefined) throw new Error('nobody hosts')
      const answer = await kit.ask(
        host,
        { type: 'create-integration', name, rooms, what },
        'integration',
      )
      if (answer.type === 'failed') throw new Error(`${answer.code}: ${answer.message}`)
      return { id: answer.integration.id, secret: answer.secret }
    },
    join: (name) => enter(rawPerson(name)),
    async restart(more) {
      const { port } = kit.server
      await kit.server.stop()
      kit.server = await start({ port, ...more })
      kit.host = await enter(person)
    },
    async stop() {
      await kit.server.stop()
      rmSync(dataDir, { recursive: true })
    },
  }
  const host = await enter(person)
  return Object.assign(kit, { host, general: host.general() })
}
