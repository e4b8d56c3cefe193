import { describe, expect, it } from 'vitest'
import type { FoundSession, Offer } from '../../discovery/found-cache.ts'
import type { JoinStep } from '../../ipc/join-views.ts'
import type { PairTarget } from '../../pairing/pair.ts'
import type { FindOutcome } from '../../pairing/find-and-pair.ts'
import { failed } from '../../pairing/outcome.ts'
import type { PairingOutcome } from '../../pairing/outcome.ts'
import type { ProbeAnswer } from '../../pairing/probe-answer.ts'
import type { ProbeReport, ProbeResult } from '../../pairing/probe-subnets.ts'
import { memberIdSchema, sessionIdSchema } from '../../protocol/ids.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { Invite } from '../../protocol/invite.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import type { Interfaces } from '../hosting/addresses.ts'
import { ok } from '../ipc/command-gate.ts'
import { WHOLE_JOIN_MS } from './attempts.ts'
import { createJoining } from './joining.ts'
import type { Secret } from './joining-ports.ts'

const WINDOW = 7
const id = (n: number): SessionId =>
  sessionIdSchema.parse(`0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`)
const KEY = Buffer.alloc(32, 7).toString('base64url')
const OTHER_KEY = Buffer.alloc(32, 6).toString('base64url')
const answer: ProbeAnswer = {
  ...{ landline: 1, session: id(1), name: 'Ward 3', selector: '7K', people: 3 },
  ...{ passphrase: true, approval: true, open: true, protocol: [2] },
}
const host = (fingerprint: string | null = KEY, more: Partial<ProbeAnswer> = {}): ProbeResult => ({
  ...{ kind: 'host', fingerprint, answer: { ...answer, ...more } },
})
const offer = (address: string, fingerprint = KEY): Offer => ({
  ...{ host: 'mara', addresses: [address], selectors: ['7K'], fingerprint },
})
const found = (...offers: readonly Offer[]): FoundSession => ({
  ...{ sessionId: id(1), name: 'Ward 3', host: 'mara', people: 3, protocolVersion: 2 },
  ...{ passphrase: true, open: true, addresses: [], offers },
})
const invite: Invite = { sessionId: id(1), name: 'Ward 3', addresses: ['10.0.0.5:1'] }
const AT = { kind: 'address', address: '10.0.0.5:47800' } as const
const FOUND = { kind: 'found', session: id(1) } as const

function stage(
  world: {
    readonly hosts?: Readonly<Record<string, ProbeResult>>
    readonly pairs?: Readonly<Record<string, PairingOutcome>>
    readonly found?: FindOutcome
    readonly announced?: readonly FoundSession[]
    readonly interfaces?: Interfaces
    /** Addresses that an authority vouches for. */
    readonly vouched?: readonly string[]
  } = {},
) {
  const clock = manualClock()
  const steps: (readonly JoinStep[])[] = []
  const entered: unknown[] = []
  const tried: { readonly target: PairTarget; readonly secret: Secret }[] = []
  const signals: AbortSignal[] = []
  const joining = createJoining({
    clock,
    ports: {
      interfaces: () => world.interfaces ?? {},
      ask: ({ host: name }, signal, mayBeVouchedFor) => {
        signals.push(signal)
        const vouched = mayBeVouchedFor && world.vouched?.includes(name) === true
        const result = world.hosts?.[name]
        if (result !== undefined) return Promise.resolve({ ...result, vouched })
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'silent' }))
        })
      },
      pair(target, secret) {
        tried.push({ target, secret })
        return Promise.resolve(world.pairs?.[target.host] ?? failed('unreachable'))
      },
      find(_code, _announced, told) {
        told({ way: 'probe', state: 'failed', words: 'Nobody there.' })
        return Promise.resolve(world.found ?? { ...failed('not-found'), report: null })
      },
    },
    found: {
      session: (one) => world.announced?.find(({ sessionId }) => sessionId === one),
      announced: () => world.announced ?? [],
    },
    enter(given, member) {
      entered.push(member === undefined ? given : { ...given, member })
      return ok({ session: given.sessionId })
    },
    signIn: (session, token) => void entered.push({ session, token }),
    isJoined: () => false,
    tell: (windowId, told) => {
      if (windowId === WINDOW) steps.push(told)
    },
  })
  return { clock, joining, entered, tried, signals, last: () => steps.at(-1) }
}
const SILENT: ProbeResult = { kind: 'silent' }

describe('looking before joining', () => {
  it('[T1] tells what the host says of itself, and the words of the key it showed', async () => {
    const on = stage({ hosts: { '10.0.0.5': host() } })
    expect(await on.joining.look(WINDOW, AT)).toMatchObject({
      value: {
        ...{ sessionId: id(1), name: 'Ward 3', people: 3, open: true, approval: true },
        ...{ fingerprint: KEY, joined: false, compatible: true },
        keyWords: expect.objectContaining({ length: 4 }) as unknown,
      },
    })
    expect(on.entered).toEqual([])
    expect(on.last()?.map(({ way, state }) => [way, state])).toEqual([
      ['address', 'done'],
      ['key', 'done'],
    ])
  })

  it('asks every announced address at once and waits for no silent one', async () => {
    const on = stage({
      hosts: { '10.0.0.5': host() },
      announced: [found(offer('10.0.0.4:1'), offer('10.0.0.5:1'), offer('[fd00::5]:1'))],
    })
    expect(await on.joining.look(WINDOW, FOUND)).toMatchObject({ value: { host: 'mara' } })
    expect(on.signals.every(({ aborted }) => aborted)).toBe(true)
  })

  it.each([
    ['refused', 'unreachable', /nothing is hosted on that port/],
    ['silent', 'unreachable', /Nobody answers.*VPN is on \(wg0\)/s],
    ['stranger', 'not-a-host', /no Landline session/],
    ['blocked', 'unreachable', /firewall/],
  ] as const)('names the cause: %s', async (kind, failure, words) => {
    const address = { family: 'IPv4', internal: false, address: '10.9.0.1' }
    const interfaces = { wg0: [address] } as unknown as Interfaces
    const on = stage({ hosts: { '10.0.0.5': { kind } }, interfaces })
    const result = await on.joining.look(WINDOW, AT)
    expect(result).toMatchObject({ ok: false, failure: { kind: failure } })
    expect(on.last()?.at(-1)).toMatchObject({ way: 'address', state: 'failed' })
    expect(on.last()?.at(-1)?.words).toMatch(words)
  })

  it('says that this computer has no network', async () => {
    const on = stage({ hosts: { '10.0.0.5': SILENT } })
    expect(await on.joining.look(WINDOW, AT)).toMatchObject({
      failure: { message: expect.stringContaining('no network connection') as unknown },
    })
  })

  it('[T1] an unencrypted session is not shown as one to trust', async () => {
    const on = stage({ hosts: { '10.0.0.5': host(null) } })
    expect(await on.joining.look(WINDOW, AT)).toMatchObject({ failure: { kind: 'not-a-host' } })
  })

  it('a session that is gone from the list is said to be gone', async () => {
    const on = stage()
    expect(await on.joining.look(WINDOW, FOUND)).toMatchObject({
      failure: { kind: 'no-such-session' },
    })
  })
})

describe('an open session', () => {
  it('[T1] is joined under the key the person confirmed, and no other', async () => {
    const on = stage({ hosts: { '10.0.0.5': host() } })
    expect(await on.joining.open(WINDOW, AT, OTHER_KEY)).toMatchObject({
      failure: { kind: 'other-key' },
    })
    expect(on.entered).toEqual([])
    expect(await on.joining.open(WINDOW, AT, KEY)).toEqual(ok({ session: id(1) }))
    expect(on.entered).toEqual([{ ...invite, addresses: ['10.0.0.5:47800'], fingerprint: KEY }])
  })

  it('[T1] whoever answers with another key than announced is not the host', async () => {
    const on = stage({
      hosts: { '10.0.0.66': host(OTHER_KEY), '10.0.0.5': host() },
      announced: [found(offer('10.0.0.66:1'), offer('10.0.0.5:1'))],
    })
    expect(await on.joining.open(WINDOW, FOUND, KEY)).toEqual(ok({ session: id(1) }))
    const alone = stage({
      hosts: { '10.0.0.66': host(OTHER_KEY) },
      announced: [found(offer('10.0.0.66:1'))],
    })
    expect(await alone.joining.open(WINDOW, FOUND, OTHER_KEY)).toMatchObject({
      failure: { kind: 'other-key' },
    })
    expect(alone.entered).toEqual([])
  })

  it('[I4] is not one that needs an invite, nor one of another version', async () => {
    const closed = stage({ hosts: { '10.0.0.5': host(KEY, { open: false }) } })
    expect(await closed.joining.open(WINDOW, AT, KEY)).toMatchObject({
      failure: { kind: 'not-allowed' },
    })
    const newer = stage({ hosts: { '10.0.0.5': host(KEY, { protocol: [99] }) } })
    expect(await newer.joining.open(WINDOW, AT, KEY)).toMatchObject({
      failure: { kind: 'unsupported-version' },
    })
  })
})

describe('a bearer token', () => {
  const needed = host(KEY, { open: false, tokens: 'needed' })

  it('[I13] is shown to the host with the confirmed key alone, without an invite', async () => {
    const on = stage({ hosts: { '10.0.0.5': needed } })
    expect(await on.joining.look(WINDOW, AT)).toMatchObject({ value: { tokens: 'needed' } })
    expect(await on.joining.withToken(WINDOW, AT, OTHER_KEY, 'eyJ')).toMatchObject({
      failure: { kind: 'other-key' },
    })
    expect(on.entered).toEqual([])
    expect(await on.joining.withToken(WINDOW, AT, KEY, 'eyJ')).toEqual(ok({ session: id(1) }))
    expect(on.entered).toEqual([
      { ...invite, addresses: ['10.0.0.5:47800'], fingerprint: KEY },
      { session: id(1), token: 'eyJ' },
    ])
  })

  it('is shown to nobody who takes none, and that is said', async () => {
    const on = stage({ hosts: { '10.0.0.5': host(KEY, { tokens: 'none' }) } })
    expect(await on.joining.withToken(WINDOW, AT, KEY, 'eyJ')).toMatchObject({
      failure: { message: expect.stringMatching(/takes no access tokens.*invite link/) as unknown },
    })
    expect(on.entered).toEqual([])
  })

  it('may be taken by a host that does not say so', async () => {
    const on = stage({ hosts: { '10.0.0.5': host() } })
    expect(await on.joining.look(WINDOW, AT)).toMatchObject({ value: { tokens: 'unknown' } })
    expect(await on.joining.withToken(WINDOW, AT, KEY, 'eyJ')).toMatchObject({ ok: true })
  })

  it('[T7] needs no key where an authority vouches for the address that was typed', async () => {
    const typed = { kind: 'address', address: 'chat.example.org:443' } as const
    const on = stage({ hosts: { 'chat.example.org': needed }, vouched: ['chat.example.org'] })
    expect(await on.joining.look(WINDOW, typed)).toMatchObject({ value: { vouched: true } })
    // Another node of the session may have another key.
    await on.joining.withToken(WINDOW, typed, OTHER_KEY, 'eyJ')
    expect(on.entered[0]).toEqual({ ...invite, addresses: ['chat.example.org:443'], tls: true })
  })

  it('[T1] an announcement is believed by its key, whoever vouches for the place it leads to', async () => {
    const on = stage({
      hosts: { '10.0.0.5': host() },
      announced: [found(offer('10.0.0.5:1'))],
      vouched: ['10.0.0.5'],
    })
    expect(await on.joining.look(WINDOW, FOUND)).toMatchObject({ value: { vouched: false } })
  })
})

describe('a passphrase or a code', () => {
  it('joins with the invite that the host gives, bound to the announced key', async () => {
    const on = stage({
      pairs: { '10.0.0.5': { kind: 'paired', invite } },
      announced: [found(offer('10.0.0.4:1'), offer('10.0.0.5:1'))],
    })
    expect(await on.joining.withPassphrase(WINDOW, FOUND, 'correct horse')).toMatchObject({
      ok: true,
    })
    expect(on.tried.at(-1)?.target).toEqual({
      ...{ host: '10.0.0.5', port: 1, fingerprint: KEY, sessionId: id(1) },
    })
    expect(on.entered).toEqual([invite])
    expect(on.last()?.at(-1)).toMatchObject({ way: 'passphrase', state: 'done' })
  })

  it('an impostor that is tried first does not keep the host from being tried', async () => {
    const on = stage({
      pairs: {
        '10.0.0.66': failed('wrong-passphrase'),
        '10.0.0.5': { kind: 'paired', invite },
      },
      announced: [found(offer('10.0.0.66:1', OTHER_KEY), offer('10.0.0.5:1'))],
    })
    expect(await on.joining.withPassphrase(WINDOW, FOUND, 'correct horse')).toMatchObject({
      ok: true,
    })
  })

  it('a wrong one is said to be wrong, whatever else was tried', async () => {
    const on = stage({
      pairs: { '10.0.0.5': failed('wrong-passphrase'), '10.0.0.4': failed('unreachable') },
      announced: [found(offer('10.0.0.5:1'), offer('10.0.0.4:1'))],
    })
    expect(await on.joining.withPassphrase(WINDOW, FOUND, 'wrong')).toMatchObject({
      failure: { kind: 'wrong-passphrase' },
    })
  })

  it.each([
    ['too-many-tries', 'too-many-tries'],
    ['locked', 'session-locked'],
    ['no-passphrase', 'not-allowed'],
    ['other-key', 'other-key'],
    ['timeout', 'unreachable'],
  ] as const)('%s is told as %s', async (why, kind) => {
    const on = stage({ pairs: { '10.0.0.5': failed(why) } })
    expect(await on.joining.withPassphrase(WINDOW, AT, 'x')).toMatchObject({ failure: { kind } })
    expect(on.last()?.some(({ state }) => state === 'failed')).toBe(true)
  })

  it('[I11] a code for a further device makes this one the same member’s', async () => {
    const member = { id: memberIdSchema.parse(id(9)), name: 'Ada', token: 'link' }
    const on = stage({ found: { kind: 'paired', invite, member } })
    expect(await on.joining.withCode(WINDOW, '7KQ2-M4XD', undefined)).toMatchObject({ ok: true })
    expect(on.entered).toEqual([{ ...invite, member }])
  })

  it('tells each way of finding the host as it fails, and the cause in the end', async () => {
    const report = { problem: 'nothing-answered' } as unknown as ProbeReport
    const on = stage({ found: { ...failed('not-found'), report } })
    expect(await on.joining.withCode(WINDOW, '7KQ2-M4XD', undefined)).toMatchObject({
      failure: { kind: 'unreachable', message: expect.stringMatching(/No other computer/) },
    })
    expect(on.last()).toMatchObject([{ way: 'probe', state: 'failed' }])
  })
})

describe('giving up', () => {
  it('ends at once when the person stops it, or asks for something else', async () => {
    const on = stage({ hosts: {} })
    const first = on.joining.look(WINDOW, AT)
    const second = on.joining.look(WINDOW, AT)
    expect(await first).toMatchObject({ failure: { kind: 'cancelled' } })
    on.joining.cancel(WINDOW)
    expect(await second).toMatchObject({ failure: { kind: 'cancelled' } })
    expect(on.clock.pendingTimers()).toBe(0)
  })

  it('says why within 30 s', async () => {
    const on = stage({ hosts: {} })
    const looking = on.joining.look(WINDOW, AT)
    await on.clock.advance(WHOLE_JOIN_MS)
    expect(WHOLE_JOIN_MS).toBeLessThan(30_000)
    expect(await looking).toMatchObject({
      failure: { kind: 'unreachable', message: expect.stringContaining('too long') as unknown },
    })
  })
})
