/** Who comes in by a foreign door is bound by the rules of everybody (I1 to I9). */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import type { ClientMessage } from '../../protocol/client-messages.ts'
import { type RawClient, rawClient, rawPerson } from '../raw-client.ts'
import {
  type DoorKit,
  doorKit,
  signalrClient,
  type SignalrClient,
  tokenFor,
} from '../../server/doors/testing/door-kit.ts'
import { plainClient } from '../../server/doors/testing/plain-client.ts'
import { makeHostKey } from '../../server/tls/host-key.ts'

describe('a guest of a door and the rules of the session', () => {
  let kit: DoorKit
  let host: RawClient
  const clients: SignalrClient[] = []

  beforeEach(async () => {
    const person = rawPerson('Hanna')
    const { member: memberId, device: deviceId, key, name } = person
    kit = await doorKit({
      admission: { kind: 'invites' },
      owner: { owner: { memberId, deviceId, deviceKey: deviceKeyOf(key).publicKey, name } },
      doors: { signalr: true, plain: true, names: true },
    })
    host = await rawClient(kit.server.url, person)
    await host.enter()
  })
  afterEach(async () => {
    host.webSocket.terminate()
    await Promise.all(clients.splice(0).map(({ connection }) => connection.stop()))
    await kit.stop()
  })

  let ref = 0
  type Asked = Extract<ClientMessage, { ref: number }>
  type Unnumbered<Each> = Each extends Asked ? Omit<Each, 'ref'> : never
  async function act(request: Unnumbered<Asked>): Promise<void> {
    const number = ++ref
    host.tell({ ...request, ref: number })
    await host.next('carried-out', (answer) => answer.ref === number)
  }
  async function client(subject: string, roles: string[] = []): Promise<SignalrClient> {
    const token = await tokenFor(subject, { name: subject, roles })
    const made = signalrClient(kit.hubUrl, {
      http: { accessTokenFactory: () => token },
      build: (builder) => builder.withAutomaticReconnect([60_000]),
    })
    clients.push(made)
    return made
  }
  async function memberNamed(name: string) {
    const { members } = await host.next('people', (message) =>
      message.members.some((member) => member.name === name),
    )
    return members.find((member) => member.name === name)!
  }

  it('[I5] is put out when banned, told why, and not let in again', async () => {
    const theo = await client('Theo')
    await theo.connection.start()
    const closed = new Promise<Error | undefined>((resolve) => theo.connection.onclose(resolve))
    await act({ type: 'ban-member', member: (await memberNamed('Theo')).id })
    expect((await closed)?.message).toMatch(/You are banned/)
    await expect((await client('Theo')).connection.start()).rejects.toThrow(/banned/)
  })

  it('[I6] writes nothing while the session is read-only, and is told so', async () => {
    const theo = await client('Theo')
    await theo.connection.start()
    await act({ type: 'change-session', change: { readOnly: true } })
    await expect(theo.invoke('SendMessage', 'x')).rejects.toThrow(/HubException/)
    const token = await tokenFor('Tim')
    const tim = await plainClient(`${kit.server.url}?access_token=${token}`)
    tim.say({ type: 'broadcast', content: 'x', id: '1' })
    expect(await tim.next()).toMatchObject({ type: 'error', code: 'read-only', id: '1' })
    tim.webSocket.terminate()
  })

  it('[I7] waits until a host lets them in', async () => {
    await act({ type: 'change-session', change: { approval: true } })
    await act({ type: 'admin-watch', active: true })
    const theo = await client('Theo')
    const started = theo.connection.start()
    const { waiting } = await host.next('admin', (admin) => admin.waiting.length === 1)
    expect(waiting[0]).toMatchObject({ name: 'Theo', deviceName: 'SignalR client' })
    await act({ type: 'approve', member: waiting[0]!.member, accept: true })
    await started
    expect(await theo.next('Welcome')).toBeDefined()

    const token = await tokenFor('Tim')
    const tim = await plainClient(`${kit.server.url}?access_token=${token}`)
    expect(await tim.next()).toEqual({ type: 'waiting' })
    const next = await host.next('admin', (admin) => admin.waiting[0]?.name === 'Tim')
    await act({ type: 'approve', member: next.waiting[0]!.member, accept: false })
    expect(await tim.next()).toMatchObject({ type: 'error', code: 'declined' })
    expect((await tim.closed).code).toBe(4401)
  })

  it('[I8] sees only what a guest may see, when the token makes them one', async () => {
    const gus = await client('Gus', ['guest'])
    await gus.connection.start()
    expect(await gus.invoke('GetOnlineUsers')).toEqual(['Gus'])
    await expect(gus.invoke('SendMessage', 'x')).rejects.toThrow(/group of everybody/)
    await expect(gus.invoke('JoinGroup', 'mine')).rejects.toThrow(/HubException/)
    await expect(gus.invoke('SendPrivateMessage', 'Hanna', 'x')).rejects.toThrow(/no user/)
  })

  it('[I3] gets another name when somebody in the session has theirs', async () => {
    const hanna = await client('Hanna')
    await hanna.connection.start()
    const { userId } = await hanna.invoke<{ userId: string }>('GetConnectionInfo')
    expect(userId).toMatch(/^Hanna.+/)
    await hanna.invoke('SendMessage', 'the other one')
    expect(await hanna.next('ReceiveMessage')).toMatchObject({ userId })
  })

  it('is believed by name only while the session is open to whoever finds it', async () => {
    await expect(plainClient(`${kit.server.url}?user=Ada`)).rejects.toThrow(/401/)
    await act({ type: 'change-session', change: { access: 'open' } })
    const ada = await plainClient(`${kit.server.url}?user=Ada`)
    ada.say({ type: 'broadcast', content: 'in', id: '1' })
    expect(await ada.next()).toMatchObject({ type: 'ack', id: '1' })
    ada.webSocket.terminate()
  })
})

describe('the doors of a session hosted in the app', () => {
  it.each([
    { how: 'shut unless they are switched on', doors: undefined, status: /400/ },
    {
      how: 'open when they are, to who is known',
      doors: { signalr: false, plain: true, game: false },
      status: /401/,
    },
  ])('are $how', async ({ doors, status }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'landline-embedded-doors-'))
    const child = fork(join(import.meta.dirname, '../../server/embedded.ts'), {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    try {
      const { member: memberId, device: deviceId, key, name } = rawPerson('Hanna')
      child.send({
        ...{ kind: 'start', dataDir, host: '127.0.0.1', port: 0, name: 'LAN', doors },
        owner: { memberId, deviceId, deviceKey: deviceKeyOf(key).publicKey, name },
        ...{ firstInvite: 'a token of the first invite', privateKey: makeHostKey() },
      })
      const [ready] = (await once(child, 'message')) as [{ kind: string; url: string }]
      expect(ready.kind).toBe('ready')
      const asked = plainClient(`${ready.url}?user=Ada`, undefined, { rejectUnauthorized: false })
      await expect(asked).rejects.toThrow(status)
    } finally {
      const gone = once(child, 'exit')
      child.send({ kind: 'stop' })
      await gone
      rmSync(dataDir, { recursive: true })
    }
  })
})
