import { describe, expect, it } from 'vitest'
import type { SessionId } from '../../protocol/ids.ts'
import { hubKit } from '../../testing/hub-kit.ts'
import { defaultHubOptions, welcomeLimits } from './options.ts'

describe('the handshake', () => {
  it('welcomes a device and says what it speaks, serves and allows', async () => {
    const kit = await hubKit()
    const mara = kit.connect()
    await mara.hello({ versions: [9, 3], session: kit.store.session.id })
    expect(mara.received).toEqual([
      {
        type: 'challenge',
        version: 3,
        session: kit.store.session,
        nonce: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      },
      {
        type: 'welcome',
        version: 3,
        session: { ...kit.store.session, locked: false, readOnly: false },
        self: { role: 'member' },
        time: kit.clock.now(),
        limits: {
          textLength: 16_383,
          frameBytes: 1_048_576,
          roomNameLength: 80,
          recoveryEvents: 500,
        },
        heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
      },
    ])
  })

  it.each([
    ['unsupported-version', 4406, { versions: [7] as number[] }],
    ['other-session', 4401, { session: '0192d3a4-0000-7000-8000-000000000001' as SessionId }],
    ['unauthorized', 4401, { credential: { kind: 'secret', secret: 'guess' } }],
    ['unauthorized', 4401, { credential: undefined }],
  ] as const)('refuses with %s and closes with %i', async (code, close, change) => {
    const kit = await hubKit()
    const stranger = kit.connect()
    await stranger.hello(change)
    expect(stranger.last('rejected').code).toBe(code)
    expect(stranger.closedWith?.code).toBe(close)
    if (code === 'unsupported-version') expect(stranger.last('rejected').versions).toEqual([3, 2])
    expect(await kit.store.members()).toEqual([])
    expect(kit.hub.devices()).toEqual([])
  })

  it('takes no more members than the session may have, and those it knows always', async () => {
    const kit = await hubKit({ maxMembers: 1 })
    const mara = await kit.join('Mara')
    const second = kit.connect()
    await second.hello()
    expect(second.last('rejected').code).toBe('session-full')
    expect(second.closedWith?.code).toBe(1013)
    expect(await kit.store.members()).toHaveLength(1)
    const again = kit.connect(mara.person)
    await again.enter()
    expect(again.of('synced')).toHaveLength(1)
  })

  it('admits without a secret only when it was told to', async () => {
    const kit = await hubKit({ admission: { kind: 'open' } })
    const guest = kit.connect()
    await guest.hello({ credential: undefined })
    expect(guest.of('welcome')).toHaveLength(1)
  })

  it('binds the device to its key and its member at first sight', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    const borrower = kit.connect({ ...kit.person('Borrower'), device: mara.person.device })
    await borrower.hello()
    expect(borrower.last('rejected').code).toBe('identity-taken')
    expect(borrower.closedWith?.code).toBe(4401)
  })

  it('closes the older connection of the same device with 4409', async () => {
    const kit = await hubKit()
    const old = await kit.join('Mara')
    const fresh = kit.connect(old.person)
    await fresh.enter(old.cursor(old.general))
    expect(old.closedWith?.code).toBe(4409)
    expect(fresh.of('synced')).toHaveLength(1)
    expect(kit.hub.devices()).toHaveLength(1)
    old.post(old.general, 'from the grave')
    await kit.clock.settle()
    expect(fresh.events(old.general)).toEqual([])
  })

  it('closes a connection that says no hello within 10 s with 4411', async () => {
    const kit = await hubKit()
    const silent = kit.connect()
    await kit.clock.advance(9_999)
    expect(silent.closedWith).toBeUndefined()
    await kit.clock.advance(1)
    expect(silent.closedWith?.code).toBe(4411)
    const talker = await kit.join('Mara')
    await kit.clock.advance(20_000)
    expect(talker.closedWith).toBeUndefined()
  })

  it('tells what fits a frame of the size that is taken', () => {
    const told = (frameBytes: number) =>
      welcomeLimits({ ...defaultHubOptions, admission: { kind: 'open' }, frameBytes })
    expect(told(1_024)).toMatchObject({ frameBytes: 1_024, textLength: 128 })
    expect(told(10_485_760)).toMatchObject({ frameBytes: 10_485_760, textLength: 16_383 })
    const id = '0192d3a4-0000-7000-8000-000000000001'
    const operation = { kind: 'post', text: '\u0001'.repeat(128), replyTo: id }
    const post = { type: 'submit', id, room: id, operation, head: true }
    expect(Buffer.byteLength(JSON.stringify(post))).toBeLessThanOrEqual(1_024)
  })

  it('turns away the connection over the limit with 1013', async () => {
    const kit = await hubKit({ connections: { max: 1 } })
    const mara = await kit.join('Mara')
    expect(kit.connect().closedWith?.code).toBe(1013)
    mara.drop()
    expect(kit.connect().closedWith).toBeUndefined()
  })

  it('answers anything before hello, and a second hello, with unexpected', async () => {
    const kit = await hubKit()
    const mara = kit.connect()
    await mara.ask({ type: 'browse-rooms', ref: 4 })
    expect(mara.last('error')).toMatchObject({ code: 'unexpected', ref: 4 })
    await mara.enter()
    await mara.hello()
    expect(mara.last('error').code).toBe('unexpected')
    expect(mara.closedWith).toBeUndefined()
  })

  it('puts everyone into the one default group, two firsts at the same moment included', async () => {
    const kit = await hubKit()
    const [mara, sam] = [kit.connect(kit.person('Mara')), kit.connect(kit.person('Sam'))]
    await Promise.all([mara.enter(), sam.enter()])
    expect(mara.general).toBe(sam.general)
    const rooms = await kit.store.rooms()
    expect(rooms).toHaveLength(1)
    expect(rooms[0]?.members.toSorted()).toEqual([mara.person.member, sam.person.member].toSorted())
    expect(mara.last('people').members.map(({ name }) => name)).toContain('Sam')
  })

  it('says unavailable, and to try later, when the store cannot take a new member', async () => {
    const kit = await hubKit()
    kit.store.failing = true
    const mara = kit.connect()
    await mara.hello()
    expect(mara.last('rejected').code).toBe('unavailable')
    expect(mara.closedWith?.code).toBe(1013)
    kit.store.failing = false
    const again = kit.connect(mara.person)
    await again.enter()
    expect(again.of('synced')).toHaveLength(1)
  })

  it('takes the member’s name from the latest hello and tells everyone', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    const sam = await kit.join('Sam')
    await kit.clock.advance(100)
    mara.drop()
    const tablet = await kit.furtherDevice(mara.person)
    await kit.connect({ ...tablet, name: 'Mara Holm' }).enter()
    await kit.clock.advance(100)
    expect(sam.last('people').members).toMatchObject([{ name: 'Mara Holm', presence: 'online' }])
  })
})
