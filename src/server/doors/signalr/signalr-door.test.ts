import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../../../testing/raw-client.ts'
import {
  type DoorKit,
  doorKit,
  PROTOCOLS,
  signalrClient,
  type SignalrClient,
  tokenFor,
} from '../testing/door-kit.ts'

describe.each(PROTOCOLS)('an unmodified SignalR client, $name', ({ name: encoding, protocol }) => {
  let kit: DoorKit
  const clients: SignalrClient[] = []
  const natives: RawClient[] = []

  beforeEach(async () => {
    kit = await doorKit()
  })
  afterEach(async () => {
    for (const { webSocket } of natives.splice(0)) webSocket.terminate()
    await Promise.all(clients.splice(0).map(({ connection }) => connection.stop()))
    await kit.stop()
  })

  async function start(client: SignalrClient): Promise<SignalrClient> {
    clients.push(client)
    await client.connection.start()
    return client
  }
  const join = (user: string): Promise<SignalrClient> =>
    start(signalrClient(`${kit.hubUrl}?user=${user}`, { protocol: protocol() }))
  async function joinWithToken(subject: string, claims = {}): Promise<SignalrClient> {
    const token = await tokenFor(subject, claims)
    const http = { accessTokenFactory: () => token }
    return start(signalrClient(kit.hubUrl, { protocol: protocol(), http }))
  }
  async function native(name: string): Promise<RawClient> {
    const client = await kit.native(name)
    natives.push(client)
    return client
  }

  it('is welcomed, and sends messages that it and everybody else are told', async () => {
    const ada = await join('Ada')
    const welcome = await ada.next('Welcome')
    expect(welcome).toMatchObject({ message: 'Welcome to the chat!', onlineUsers: ['Ada'] })
    expect(welcome['connectionId']).toEqual(expect.any(String))
    const bea = await join('Bea')
    expect(await ada.next('UserConnected')).toBe('Bea')
    await ada.invoke('SendMessage', 'hello all')
    for (const client of [ada, bea]) {
      const message = await client.next('ReceiveMessage')
      expect(message).toMatchObject({ userId: 'Ada', message: 'hello all' })
      const time = encoding === 'JSON' ? expect.stringMatching(/^\d{4}-.*Z$/) : expect.any(Date)
      expect(message['timestamp']).toEqual(time)
    }
    // The class of the guide has these names where .NET writes MessagePack.
    const first = bea.all('ReceiveMessage')[0] as Record<string, unknown>
    expect(first['Message']).toBe(encoding === 'JSON' ? undefined : 'hello all')
    expect(bea.all('UserConnected')).toEqual([])
  })

  it('has told its own message before the invocation is answered, as ASP.NET does', async () => {
    const ada = await join('Ada')
    await ada.invoke('sendMessage', 'any case will do')
    expect(ada.all('ReceiveMessage')).toMatchObject([{ message: 'any case will do' }])
  })

  it('[D3] [D6] talks with people in the app, both ways, by numbered events of the same room', async () => {
    const mara = await native('Mara')
    const ada = await join('Ada')
    await ada.invoke('SendMessage', 'from SignalR')
    const { events } = await mara.next(
      'events',
      ({ events: [event] }) => event?.type === 'message.posted' && event.text === 'from SignalR',
    )
    mara.post(mara.general(), 'from the app')
    const ack = await mara.next('ack')
    expect(ack.seq).toBe((events[0]?.seq ?? 0) + 1)
    await ada.next('ReceiveMessage')
    expect(await ada.next('ReceiveMessage')).toMatchObject({
      userId: 'Mara',
      message: 'from the app',
    })
  })

  it('is told by name who has just come, though the hub tells of people a moment later', async () => {
    const ada = await join('Ada')
    const mara = await native('Mara')
    mara.post(mara.general(), 'at once')
    expect(await ada.next('ReceiveMessage')).toMatchObject({ userId: 'Mara', message: 'at once' })
  })

  it('sends private messages, which are direct rooms of the app', async () => {
    const mara = await native('Mara')
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    await ada.invoke('SendPrivateMessage', 'Bea', 'between us')
    const fields = { senderId: 'Ada', receiverId: 'Bea', message: 'between us' }
    expect(await ada.next('PrivateMessageSent')).toMatchObject(fields)
    expect(await bea.next('ReceivePrivateMessage')).toMatchObject(fields)
    await ada.invoke('SendPrivateMessage', 'Mara', 'to the app')
    const { room } = await mara.next('reset', (message) => message.room.kind === 'direct')
    expect(room.members).toHaveLength(2)
    mara.post(room.id, 'from the app')
    expect(await ada.next('ReceivePrivateMessage')).toMatchObject({
      ...{ senderId: 'Mara', receiverId: 'Ada', message: 'from the app' },
    })
    expect(bea.all('ReceivePrivateMessage')).toHaveLength(1)
    await expect(ada.invoke('SendPrivateMessage', 'Nobody', 'x')).rejects.toThrow(
      /HubException: There is no user "Nobody"/,
    )
    await expect(ada.invoke('SendPrivateMessage', 'Ada', 'x')).rejects.toThrow(/somebody else/)
  })

  it('[D2] keeps the order of messages sent without waiting', async () => {
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    const numbers = Array.from({ length: 100 }, (_, index) => `message ${index}`)
    await Promise.all(numbers.map((text) => ada.invoke('SendPrivateMessage', 'Bea', text)))
    for (const text of numbers) {
      expect(await bea.next('ReceivePrivateMessage')).toMatchObject({ message: text })
    }
  })

  it('joins groups, sends to them and leaves them; they are groups of the app', async () => {
    const mara = await native('Mara')
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    const groupName = `survey ${encoding}`
    await ada.invoke('JoinGroup', groupName)
    const joined = { groupName, userId: 'Ada', message: 'Ada joined the group' }
    expect(await ada.next('UserJoinedGroup')).toEqual(joined)
    await bea.invoke('JoinGroup', groupName)
    for (const client of [ada, bea]) {
      expect(await client.next('UserJoinedGroup')).toMatchObject({ groupName, userId: 'Bea' })
    }
    await bea.invoke('SendToGroup', groupName, 'to the group')
    for (const client of [ada, bea]) {
      expect(await client.next('ReceiveGroupMessage')).toMatchObject({
        ...{ groupName, userId: 'Bea', message: 'to the group' },
        timestamp: expect.anything(),
      })
    }
    mara.tell({ type: 'browse-rooms', ref: 1 })
    const listing = (await mara.next('directory')).rooms.find(({ name }) => name === groupName)
    expect(listing).toMatchObject({ memberCount: 2, joined: false })
    mara.tell({ type: 'join-room', ref: 2, room: listing!.id })
    await mara.next('done')
    expect(await ada.next('UserJoinedGroup')).toMatchObject({ groupName, userId: 'Mara' })
    mara.post(listing!.id, 'from the app')
    expect(await ada.next('ReceiveGroupMessage')).toMatchObject({ userId: 'Mara' })

    await bea.invoke('LeaveGroup', groupName)
    expect(await ada.next('UserLeftGroup')).toEqual({
      ...{ groupName, userId: 'Bea', message: 'Bea left the group' },
    })
    expect(bea.all('UserLeftGroup')).toEqual([])
    await expect(bea.invoke('SendToGroup', groupName, 'x')).rejects.toThrow(/call JoinGroup first/)
    await expect(bea.invoke('LeaveGroup', groupName)).resolves.toBeFalsy()
  })

  it('is told of a group it was in already when it joins again, as after a reconnect', async () => {
    const ada = await join('Ada')
    await ada.invoke('JoinGroup', 'again')
    await ada.invoke('JoinGroup', 'again')
    expect(ada.all('UserJoinedGroup')).toHaveLength(2)
    await ada.invoke('JoinGroup', 'general')
    await ada.invoke('SendToGroup', 'general', 'to the group of everybody')
    expect(await ada.next('ReceiveGroupMessage')).toMatchObject({ groupName: 'general' })
    expect(ada.all('ReceiveMessage')).toHaveLength(1)
    await ada.invoke('LeaveGroup', 'general')
    await ada.invoke('SendMessage', 'to everybody')
    expect(ada.all('ReceiveMessage')).toHaveLength(2)
    expect(ada.all('ReceiveGroupMessage')).toHaveLength(1)
  })

  it('has joined before it sends, though it did not wait', async () => {
    const ada = await join('Ada')
    await Promise.all([
      ada.invoke('JoinGroup', 'at once'),
      ada.invoke('SendToGroup', 'at once', 'right away'),
    ])
    expect(await ada.next('ReceiveGroupMessage')).toMatchObject({ message: 'right away' })
  })

  it('makes one group when two name it at the same moment', async () => {
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    const groupName = `both ${encoding}`
    await Promise.all([ada.invoke('JoinGroup', groupName), bea.invoke('JoinGroup', groupName)])
    await ada.invoke('SendToGroup', groupName, 'one group')
    expect(await bea.next('ReceiveGroupMessage')).toMatchObject({ message: 'one group' })
  })

  it('sends authenticated messages only with a token, whose claims it is shown', async () => {
    const ada = await join('Ada')
    await expect(ada.invoke('SendAuthenticatedMessage', 'x')).rejects.toThrow(/unauthorized/)
    expect(await ada.invoke('GetConnectionInfo')).toMatchObject({
      ...{ userId: 'Ada', isAuthenticated: false, claims: [] },
    })
    const theo = await joinWithToken('u-17', { name: 'Theo', roles: ['editor', 'author'] })
    await theo.invoke('SendAuthenticatedMessage', 'signed')
    for (const client of [ada, theo]) {
      expect(await client.next('ReceiveAuthenticatedMessage')).toMatchObject({
        ...{ userId: 'Theo', userName: 'Theo', message: 'signed', timestamp: expect.anything() },
      })
      expect(client.all('ReceiveMessage')).toEqual([])
    }
    const info = await theo.invoke<{ connectionId: string; claims: unknown }>('GetConnectionInfo')
    expect(info).toMatchObject({ userId: 'Theo', isAuthenticated: true })
    expect(info.connectionId).toBe((await theo.next('Welcome'))['connectionId'])
    expect(info.claims).toEqual(
      expect.arrayContaining([
        { type: 'sub', value: 'u-17' },
        { type: 'roles', value: 'editor' },
        { type: 'roles', value: 'author' },
      ]),
    )
    // By the subject of a token of the same issuer, too.
    const uma = await joinWithToken('u-18', { name: 'Uma' })
    await uma.invoke('SendPrivateMessage', 'u-17', 'by subject')
    expect(await theo.next('ReceivePrivateMessage')).toMatchObject({ senderId: 'Uma' })
  })

  it('[D17] passes on typing, and tells of people, not of connections', async () => {
    const mara = await native('Mara')
    const [ada, bea] = [await join('Ada'), await join('Bea')]
    const beaToo = await join('Bea')
    await ada.invoke('Typing', true)
    for (const client of [bea, beaToo]) {
      expect(await client.next('UserTyping')).toEqual({ userId: 'Ada', isTyping: true })
    }
    await ada.invoke('Typing', false)
    expect(await bea.next('UserTyping')).toEqual({ userId: 'Ada', isTyping: false })
    mara.tell({ type: 'typing', room: mara.general(), active: true })
    expect(await bea.next('UserTyping')).toEqual({ userId: 'Mara', isTyping: true })
    expect(await ada.next('UserTyping')).toMatchObject({ userId: 'Mara' })
    expect((await ada.invoke<string[]>('GetOnlineUsers')).toSorted()).toEqual([
      ...['Ada', 'Bea', 'Mara'],
    ])
    expect(await ada.next('UserConnected')).toBe('Bea')
    expect(ada.all('UserConnected')).toHaveLength(1)
  })

  it('streams history, oldest first, and stops when it is told to', async () => {
    const ada = await join('Ada')
    await ada.invoke('JoinGroup', `history ${encoding}`)
    for (let index = 0; index < 250; index++) {
      void ada.connection.send('SendToGroup', `history ${encoding}`, `entry ${index}`)
    }
    await ada.invoke('SendToGroup', `history ${encoding}`, 'the last')
    const items = await new Promise<{ message: string; userId: string }[]>((resolve, reject) => {
      const all: { message: string; userId: string }[] = []
      ada.connection.stream('StreamHistory', `history ${encoding}`, 230).subscribe({
        next: (item) => all.push(item as { message: string; userId: string }),
        complete: () => resolve(all),
        error: reject,
      })
    })
    expect(items).toHaveLength(230)
    expect(items[0]).toMatchObject({ message: 'entry 21', userId: 'Ada' })
    expect(items.at(-1)).toMatchObject({ message: 'the last', userId: 'Ada' })

    let seen = 0
    await new Promise<void>((resolve) => {
      const stream = ada.connection.stream('StreamHistory', `history ${encoding}`, 200)
      const subscription = stream.subscribe({
        next() {
          if (++seen === 1) subscription.dispose()
          resolve()
        },
        complete() {},
        error() {},
      })
    })
    expect(await ada.invoke('GetOnlineUsers')).toEqual(['Ada'])
    expect(seen).toBe(1)
  })

  it('is answered in words when it calls what there is not, or wrongly', async () => {
    const ada = await join('Ada')
    const failure = (method: string, ...args: unknown[]): Promise<string> =>
      ada.invoke(method, ...args).then(
        () => 'no failure',
        (error: Error) => error.message,
      )
    expect(await failure('Nonsense')).toMatch(/Unknown hub method 'Nonsense'/)
    expect(await failure('SendMessage')).toMatch(/provides 0 argument\(s\) but target expects 1/)
    expect(await failure('SendMessage', 7)).toMatch(/Argument 1/)
    expect(await failure('SendMessage', '  ')).toMatch(/must not be empty/)
    expect(await failure('SendMessage', 'x'.repeat(16_384))).toMatch(/HubException: The message/)
    expect(await failure('StreamHistory', 'general', 1)).toMatch(/non-streaming invocation/)
    expect(await failure('JoinGroup', 'two\nlines')).toMatch(/one line/)
    const streamed = new Promise<Error>((resolve) =>
      ada.connection.stream('SendMessage', 'x').subscribe({
        ...{ next() {}, complete() {} },
        error: resolve as (error: unknown) => void,
      }),
    )
    expect((await streamed).message).toMatch(/non-streaming 'SendMessage' method/)
    // The longest message there may be, with every character escaped.
    await ada.invoke('SendMessage', '\u0001'.repeat(16_383))
  })
})

describe('identity at the SignalR door', () => {
  let kit: DoorKit
  const clients: SignalrClient[] = []
  beforeAll(async () => {
    kit = await doorKit()
  })
  afterAll(async () => {
    await Promise.all(clients.map(({ connection }) => connection.stop()))
    await kit.stop()
  })
  async function start(path: string, http = {}): Promise<SignalrClient> {
    const client = signalrClient(`${kit.hubUrl}${path}`, { http })
    clients.push(client)
    await client.connection.start()
    return client
  }

  it('numbers those who say no name', async () => {
    const [first, second] = [await start(''), await start('')]
    expect(await first.invoke('GetConnectionInfo')).toMatchObject({ userId: 'anonymous-1' })
    expect(await second.invoke('GetConnectionInfo')).toMatchObject({ userId: 'anonymous-2' })
  })

  it('is the same member next time, by name or by token', async () => {
    const ada = await start('?user=Ada')
    await ada.invoke('JoinGroup', 'kept')
    await ada.connection.stop()
    const again = await start('?user=Ada')
    await again.invoke('SendToGroup', 'kept', 'still in it')
    expect(await again.next('ReceiveGroupMessage')).toMatchObject({ userId: 'Ada' })
  })

  it('asks the token provider for every connection, and refuses a bad token', async () => {
    let asked = 0
    const token = await tokenFor('u-1', { name: 'Theo' })
    await start('', { accessTokenFactory: () => (asked++, token) })
    expect(asked).toBeGreaterThan(0)
    await expect(start('', { accessTokenFactory: () => `${token}x` })).rejects.toThrow(/401/)
    await expect(
      start('', { skipNegotiation: true, accessTokenFactory: () => `${token}x` }),
    ).rejects.toThrow()
    const direct = await start('', { skipNegotiation: true, accessTokenFactory: () => token })
    expect(await direct.invoke('GetConnectionInfo')).toMatchObject({ userId: 'Theo' })
    const inQuery = await start(`?access_token=${token}`)
    expect(await inQuery.invoke('GetConnectionInfo')).toMatchObject({ userId: 'Theo' })
  })
})
