import { describe, expect, it } from 'vitest'
import type { ClientSession } from '../../client/client-session.ts'
import type { FoundSession, Offer } from '../../discovery/found-cache.ts'
import type { HostingView } from '../../ipc/contract.ts'
import type { FoundSessionView } from '../../ipc/join-views.ts'
import { sessionIdSchema } from '../../protocol/ids.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'
import { createIdentity } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import { createAnnouncements } from './announcements.ts'
import { createFoundSessions } from './found-sessions.ts'

const KEY = Buffer.alloc(32, 5).toString('base64url')
const id = (n: number): SessionId =>
  sessionIdSchema.parse(`0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`)
const OTHER_KEY = Buffer.alloc(32, 6).toString('base64url')
const offer = (addresses: readonly string[], fingerprint = KEY): Offer => ({
  ...{ host: 'mara', addresses, selectors: [], fingerprint },
})
const found = (n: number, ...offers: readonly Offer[]): FoundSession => ({
  sessionId: id(n),
  name: `Session ${n}`,
  host: 'mara',
  addresses: offers.flatMap(({ addresses }) => addresses),
  people: 2,
  passphrase: false,
  open: false,
  protocolVersion: 2,
  offers,
})

function stage() {
  const log: string[] = []
  const known = new Map<SessionId, KnownSession>()
  const hosted = new Set<SessionId>()
  const keptOut = new Set<SessionId>()
  const told: (readonly FoundSessionView[])[] = []
  let list: readonly FoundSession[] = []
  let hear: (sessions: readonly FoundSession[]) => void = () => {}
  let state = 'waiting'
  const client = {
    view: () => ({ connection: { state } }),
    updateAddresses: (to: readonly string[]) => log.push(`at ${to.join(' ')}`),
    connectNow: () => log.push('connect now'),
    systemEvent: (event: string) => log.push(event),
  } as unknown as ClientSession
  const sessions = createFoundSessions({
    discovery: {
      browse(onChange) {
        hear = onChange
        return { list: () => list, askNow: () => log.push('ask'), stop: () => log.push('stop') }
      },
    },
    profile: {
      session: (one) => known.get(one),
      putSession: (session) => void known.set(session.sessionId, session),
    },
    registry: { get: (one) => (known.has(one) ? client : undefined) },
    isHosted: (one) => hosted.has(one),
    isJoined: (one) => known.has(one) && !keptOut.has(one),
    onChange: (views) => void told.push(views),
    log: { info() {}, warn() {}, error() {} },
  })
  return {
    sessions,
    hosted,
    keptOut,
    told,
    knownOf: (n: number) => known.get(id(n)),
    join(n: number, addresses: readonly string[], more: Partial<KnownSession> = {}): void {
      const session = { sessionId: id(n), name: `Session ${n}`, fingerprint: KEY }
      known.set(id(n), { ...session, addresses: [...addresses], ...createIdentity(), ...more })
    },
    connection: (next: string) => (state = next),
    show(...next: readonly FoundSession[]): void {
      list = next
      hear(next)
    },
    noted: () => log.splice(0),
  }
}

describe('following a session to where it moved', () => {
  it('keeps the new addresses and dials them, the earlier ones last', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1'])
    on.show(found(1, offer(['10.0.0.9:2', '[fd00::9]:2'])))
    expect(on.noted()).toEqual([
      'at 10.0.0.9:2 [fd00::9]:2',
      'at 10.0.0.9:2 [fd00::9]:2 10.0.0.1:1',
    ])
    expect(on.knownOf(1)).toMatchObject({
      ...{ seenAt: ['10.0.0.9:2', '[fd00::9]:2'], addresses: ['10.0.0.1:1'] },
    })
  })

  it('asks a connection that may have been left behind whether it still lives (D13)', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1'])
    on.connection('online')
    on.show(found(1, offer(['10.0.0.9:2'])))
    expect(on.noted().at(-1)).toBe('network-change')
    on.show(found(1, offer(['10.0.0.1:1'])))
    expect(on.noted()).toEqual(['at 10.0.0.1:1', 'at 10.0.0.1:1', 'network-change'])
  })

  it('ends the pause between attempts when the host is back where it was, once', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1', '10.0.0.2:1'])
    on.show(found(1, offer(['10.0.0.1:1'])))
    on.show({ ...found(1, offer(['10.0.0.1:1'])), people: 9 })
    expect(on.noted()).toEqual(['connect now'])
    on.show()
    on.show(found(1, offer(['10.0.0.1:1'])))
    expect(on.noted()).toEqual(['connect now'])
    on.connection('online')
    on.show()
    on.show(found(1, offer(['10.0.0.1:1'])))
    expect(on.noted()).toEqual([])
  })

  it('[T1] is not led away by an announcement with another key, or with none', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1'])
    const keyless: Offer = { host: 'evil', addresses: ['10.0.0.66:2'], selectors: [] }
    on.show(found(1, offer(['10.0.0.66:1'], OTHER_KEY), keyless))
    expect(on.noted()).toEqual([])
    expect(on.knownOf(1)).not.toHaveProperty('seenAt')
    on.show(found(1, offer(['10.0.0.66:1'], OTHER_KEY), offer(['10.0.0.9:2'])))
    expect(on.noted()[0]).toBe('at 10.0.0.9:2')
  })

  it('leaves sessions this computer hosts, or whose key it does not know, as they are', () => {
    const on = stage()
    on.join(1, [], { hosted: { port: 5, autoResume: true } })
    on.join(2, ['10.0.0.1:1'], { fingerprint: undefined })
    on.show(found(1, offer(['10.0.0.9:2'])), found(2, offer(['10.0.0.9:3'])))
    expect(on.noted()).toEqual([])
  })

  it('[T1] an impostor that announces the key cannot push out the addresses of the invite', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1'])
    const many = Array.from({ length: 30 }, (_, n) => `10.0.66.${n}:1`)
    for (let n = 2; n < 60; n++) on.show(found(1, offer([`10.0.0.${n}:1`, ...many])))
    expect(on.knownOf(1)?.seenAt).toHaveLength(8)
    expect(on.knownOf(1)?.seenAt?.[0]).toBe('10.0.0.59:1')
    expect(on.noted().at(-1)).toMatch(/ 10\.0\.0\.1:1$/)
  })
})

describe('the list people see', () => {
  it('marks what is in their own, and leaves out what this computer hosts', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1'])
    on.hosted.add(id(3))
    const sessions = [1, 2, 3].map((n) => found(n, offer(['10.0.0.1:1'])))
    on.show(...sessions, { ...found(4), protocolVersion: 99 })
    expect(
      on.told.at(-1)?.map(({ name, joined, compatible }) => [name, joined, compatible]),
    ).toEqual([
      ['Session 1', true, true],
      ['Session 2', false, true],
      ['Session 4', false, false],
    ])
    on.hosted.delete(id(3))
    on.sessions.refresh()
    expect(on.told.at(-1)).toHaveLength(4)
    on.sessions.refresh()
    expect(on.told).toHaveLength(2)
  })

  it('lets those join in another way whom a session of theirs keeps out', () => {
    const on = stage()
    on.join(1, ['10.0.0.1:1'])
    on.show(found(1, offer(['10.0.0.1:1'])))
    expect(on.told.at(-1)).toMatchObject([{ joined: true }])
    on.keptOut.add(id(1))
    on.sessions.refresh()
    expect(on.told.at(-1)).toMatchObject([{ joined: false }])
  })
})

describe('announcing what is hosted', () => {
  const view = (state: HostingView['state'], more: Partial<HostingView> = {}) =>
    ({
      ...{ sessionId: id(1), name: 'Field', state, port: 47_800, devices: [] },
      ...more,
    }) as unknown as HostingView

  it('starts with the server, tells how many people are there, and ends with a goodbye', async () => {
    const log: unknown[] = []
    const announcements = createAnnouncements({
      discovery: {
        announce(session) {
          log.push(session)
          return {
            update: ({ people }) => log.push(`${people} people`),
            stop: () => Promise.resolve(void log.push('goodbye')),
          }
        },
      },
      noticeOf: () => ({ selectors: ['7K'], passphrase: true, open: false }),
      fingerprintOf: () => KEY,
      hostName: 'mara',
    })
    announcements.follow(view('starting'))
    expect(log).toEqual([])
    announcements.follow(view('running'))
    expect(log.splice(0)).toEqual([
      {
        ...{ sessionId: id(1), name: 'Field', host: 'mara', port: 47_800, open: false },
        ...{
          protocolVersion: PROTOCOL_VERSION,
          people: 0,
          passphrase: true,
          selectors: ['7K'],
          fingerprint: KEY,
        },
      },
    ])
    const devices: unknown = ['a', 'a', 'b'].map((memberId) => ({ memberId }))
    announcements.follow(view('running', { devices: devices as HostingView['devices'] }))
    announcements.follow(view('restarting'))
    expect(log.splice(0)).toEqual(['2 people', '0 people'])
    announcements.follow(view('stopped'))
    announcements.follow(view('stopped'))
    expect(log.splice(0)).toEqual(['goodbye'])
    announcements.follow(view('running'))
    await announcements.stopAll()
    expect(log.at(-1)).toBe('goodbye')
  })
})
