/** Bearer tokens at servers as operators start them: one person, whichever way they come (I13). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InviteId, MemberId } from '../../protocol/ids.ts'
import { signalrClient, type SignalrClient } from '../../server/doors/testing/door-kit.ts'
import { plainClient } from '../../server/doors/testing/plain-client.ts'
import { type ListeningProcess, startHeadless, type Variables } from '../headless-process.ts'
import { newId, type RawClient, rawClient, type RawPerson, rawPerson } from '../raw-client.ts'
import { startPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { programSupport } from '../services/service-process.ts'

const SECRET = 'thirty-two characters, or some more of them'

let folder: string
let running: ListeningProcess[]
let served: number
let clients: RawClient[]
let foreign: SignalrClient[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-bearers-'))
  ;[running, clients, foreign] = [[], [], []]
  served = 0
})
afterEach(async () => {
  for (const { webSocket } of clients) webSocket.terminate()
  await Promise.all(foreign.map(({ connection }) => connection.stop()))
  for (const node of running) node.signal('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function serve(environment: Variables = {}): Promise<ListeningProcess> {
  const node = await startHeadless(['--port', '0', '--data', join(folder, `data-${served++}`)], {
    LANDLINE_JWT_SECRET: SECRET,
    ...environment,
  })
  running.push(node)
  return node
}

const tokenFor = (subject: string, claims: Readonly<Record<string, unknown>> = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET))

async function show(node: ListeningProcess, person: RawPerson, token: string, invite?: string) {
  const client = await rawClient(node.url, person)
  clients.push(client)
  await client.prove({ kind: 'token', token, ...(invite === undefined ? {} : { invite }) })
  return client
}
/** In, and caught up. */
async function enter(...come: Parameters<typeof show>): Promise<RawClient> {
  const client = await show(...come)
  await client.next('welcome')
  client.tell({ type: 'sync', cursors: [] })
  await client.next('synced')
  return client
}
const rejection = async (coming: Promise<RawClient>) => (await coming).next('rejected')
const again = (person: RawPerson, as: { id: MemberId; name: string }): RawPerson => ({
  ...rawPerson(as.name),
  ...{ member: as.id, key: person.key },
})

async function signalr(node: ListeningProcess, token: string, query = ''): Promise<SignalrClient> {
  const client = signalrClient(`${node.http}/hubs/chat${query}`, {
    http: { accessTokenFactory: () => token },
  })
  foreign.push(client)
  await client.connection.start()
  return client
}

/** What a moderator does, once it is carried out. */
async function act(moderator: RawClient, type: 'ban-member' | 'remove-member', member: MemberId) {
  const ref = moderator.received.length
  moderator.tell({ type, ref, member })
  await moderator.next('carried-out', (answer) => answer.ref === ref)
}

describe('a server that asks for bearer tokens', { timeout: 60_000 }, () => {
  const strict = (): Promise<ListeningProcess> => serve({ LANDLINE_REQUIRE_AUTHENTICATION: 'true' })

  it('[I13] knows one person by one token: native first, then by SignalR, and on a further device', async () => {
    const node = await strict()
    const token = await tokenFor('u-1', { name: 'M. Holm' })
    const mara = await enter(node, rawPerson('Mara Holm'), token)
    const browser = await signalr(node, token)
    await browser.invoke('SendMessage', 'from a browser')
    const { events } = await mara.next('events', (message) =>
      message.events.some((event) => event.type === 'message.posted'),
    )
    expect(events.at(-1)).toMatchObject({ actor: mara.person.member, text: 'from a browser' })
    expect(await browser.invoke('GetOnlineUsers')).toEqual(['Mara Holm'])

    const phone = rawPerson('Mara')
    const refused = await rejection(show(node, phone, token))
    const own = { id: mara.person.member, name: 'Mara Holm' }
    expect(refused).toMatchObject({ code: 'identity-taken', member: own })
    const further = await enter(node, again(phone, refused.member!), token)
    further.tell({ type: 'devices', ref: 1 })
    const { devices } = await further.next('device-list')
    expect(devices.map(({ name }) => name)).toEqual(['a script', 'SignalR client', 'a script'])

    // Somebody else writes to them by the subject their authority gave them.
    const theo = await signalr(node, await tokenFor('u-2', { name: 'Theo' }))
    await theo.invoke('SendPrivateMessage', 'u-1', 'a word')
    expect(await browser.next('ReceivePrivateMessage')).toMatchObject({ message: 'a word' })
  })

  it('[I13] knows one person by one token: by SignalR first, then native', async () => {
    const node = await strict()
    const token = await tokenFor('u-1', { name: 'Mara Holm' })
    const browser = await signalr(node, token)
    const { member } = await rejection(show(node, rawPerson('Mara'), token))
    expect(member?.name).toBe('Mara Holm')
    const mara = await enter(node, again(rawPerson('Mara'), member!), token)
    mara.post(mara.general(), 'from the app')
    expect(await browser.next('ReceiveMessage')).toMatchObject({ message: 'from the app' })
    const plain = await plainClient(`${node.url}?access_token=${token}`, 'chat')
    plain.say({ type: 'broadcast', content: 'plain' })
    const { events } = await mara.next('events', ({ events: all }) =>
      all.some((event) => event.type === 'message.posted' && event.text === 'plain'),
    )
    expect(events.at(-1)?.actor).toBe(member?.id)
    plain.webSocket.terminate()
  })

  it('[I5] [I13] keeps a banned person out under every id, and takes a removed one back by an invite', async () => {
    const node = await strict()
    const admin = await tokenFor('admin', { roles: ['moderator'] })
    const moderator = await enter(node, rawPerson('Kim'), admin)
    const token = await tokenFor('u-1', { name: 'Eve' })
    const eve = await enter(node, rawPerson('Eve'), token)
    await act(moderator, 'remove-member', eve.person.member)
    expect(await eve.next('rejected')).toMatchObject({ code: 'removed' })
    for (const person of [eve.person, rawPerson('Somebody')]) {
      expect(await rejection(show(node, person, token))).toMatchObject({ code: 'removed' })
    }
    await expect(signalr(node, token)).rejects.toThrow(/taken out/)
    const invite = { invite: newId<InviteId>(), label: 'back', role: 'member' } as const
    moderator.tell({ type: 'create-invite', ref: 5, ...invite, lifeMs: null, maxUses: null })
    const { token: back } = await moderator.next('invite')
    await signalr(node, token, `?invite=${back}`)
    const returned = await enter(node, eve.person, token)

    await act(moderator, 'ban-member', eve.person.member)
    expect(await returned.next('rejected')).toMatchObject({ code: 'banned' })
    for (const person of [eve.person, rawPerson('Somebody'), rawPerson('Eve 2')]) {
      const refused = await rejection(show(node, person, token, back))
      expect(refused).toMatchObject({ code: 'banned' })
      expect(refused).not.toHaveProperty('member')
    }
    await expect(signalr(node, token)).rejects.toThrow(/banned/)
  })
})

const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ BEARERS ON SEVERAL NODES ARE NOT TESTED HERE: ${support.why}\n\n`)
}

describe.skipIf(support.kind === 'no')('two nodes on one PostgreSQL', () => {
  it('[I13] make one member of somebody who comes to both at once, by different ways', async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    try {
      postgres.sql('CREATE SCHEMA bearers')
      const shared = {
        LANDLINE_POSTGRES_CONNECTION_STRING: postgres.url('bearers'),
        LANDLINE_REDIS_CONNECTION_STRING: redis.url,
      }
      const nodes = await Promise.all([serve(shared), serve(shared)])
      const [one, two] = [nodes[0]!, nodes[1]!]
      for (let n = 0; n < 5; n++) {
        const token = await tokenFor(`u-${n}`, { name: `Person ${n}` })
        const [here, there, browser] = await Promise.all([
          show(one, rawPerson(`Here ${n}`), token),
          show(two, rawPerson(`There ${n}`), token),
          signalr(two, token),
        ])
        const answers = await Promise.all(
          [here, there].map((client) =>
            Promise.any([client.next('welcome'), client.next('rejected')]),
          ),
        )
        const hints = answers.flatMap((answer) => (answer.type === 'rejected' ? [answer] : []))
        expect(hints.length).toBeGreaterThanOrEqual(1)
        const { member } = hints[0]!
        expect(hints).toEqual(
          hints.map(() => expect.objectContaining({ code: 'identity-taken', member }) as object),
        )
        const native = await enter(one, again(rawPerson('x'), member!), token)
        await browser.invoke('SendMessage', 'by SignalR')
        const { events } = await native.next('events', (message) =>
          message.events.some((event) => event.type === 'message.posted'),
        )
        expect(events.at(-1)).toMatchObject({ actor: member!.id, text: 'by SignalR' })
      }
      const watcher = await enter(two, rawPerson('Watcher'), await tokenFor('watcher'))
      const people = watcher.received.flatMap((message) =>
        message.type === 'people' ? message.members.map(({ id }) => id) : [],
      )
      expect(new Set(people).size).toBe(6)
    } finally {
      await Promise.all([postgres.dispose(), redis.dispose()])
    }
  }, 60_000)
})
