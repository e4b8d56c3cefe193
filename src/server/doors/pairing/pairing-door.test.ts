import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { stretchPassphrase } from '../../../pairing/passphrase.ts'
import { PAIRING_SUBPROTOCOL } from '../../../pairing/messages.ts'
import { pairWithCode, pairWithPassphrase } from '../../../pairing/pair.ts'
import { readProbeAnswer } from '../../../pairing/probe-answer.ts'
import type { MemberId, SessionId } from '../../../protocol/ids.ts'
import { createInvite, parseInvite } from '../../../protocol/invite.ts'
import { manualClock } from '../../../testing/manual-clock.ts'
import {
  CODE,
  freePort,
  SESSION,
  startHost,
  startInBetween,
  startStranger,
  type TestHost,
} from './pairing-door.fixture.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
async function hostFor(options?: { secure: boolean }): Promise<TestHost> {
  const host = await startHost(options)
  ends.push(host.stop)
  return host
}
const at = ({ port }: { readonly port: number }) => ({ host: '127.0.0.1', port })

/** A joiner that says only what a test tells it to. */
async function rawJoiner(port: number) {
  const webSocket = new WebSocket(`wss://127.0.0.1:${port}/pair`, PAIRING_SUBPROTOCOL, {
    rejectUnauthorized: false,
  })
  const frames: string[] = []
  const waiting: (() => void)[] = []
  webSocket.on('message', (data) => {
    frames.push((data as Buffer).toString())
    waiting.shift()?.()
  })
  const closed = new Promise<number>((resolve) => webSocket.on('close', resolve))
  await new Promise((resolve, reject) => {
    webSocket.on('open', resolve)
    webSocket.on('error', reject)
  })
  return {
    closed,
    frames,
    send: (frame: string | Buffer) => webSocket.send(frame),
    async next(): Promise<Record<string, unknown>> {
      if (frames.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return JSON.parse(frames.shift() ?? '') as Record<string, unknown>
    },
    end: () => webSocket.terminate(),
  }
}
const nonce = randomBytes(16).toString('base64url')
const begin = { type: 'begin', means: { kind: 'code', selector: '7K' }, nonce }

describe('pairing by code', () => {
  it('[T8] gives an invite that names the key that was proved, and the way that worked', async () => {
    const host = await hostFor()
    const outcome = await pairWithCode({ ...at(host), code: ' 7kq2-m4xd ' })
    expect(outcome).toEqual({
      kind: 'paired',
      invite: {
        sessionId: SESSION,
        name: 'Field Station',
        addresses: [`127.0.0.1:${host.port}`, '192.168.1.7:47800'],
        secret: 'token',
        fingerprint: host.fingerprint,
      },
    })
    expect(host.desk.proofs).toEqual([{ kind: 'code', code: CODE }])
  })

  it('[I11] names the member for whose further device the code was made', async () => {
    const host = await hostFor()
    const member = { id: SESSION as string as MemberId, name: 'Mara Holm', token: 'once' }
    host.desk.grant = () =>
      Promise.resolve({ kind: 'granted', invite: { name: 'F', addresses: [] }, member })
    const outcome = await pairWithCode({ ...at(host), code: CODE, sessionId: SESSION })
    expect(outcome).toMatchObject({ kind: 'paired', member })
    expect(outcome).toMatchObject({ invite: { fingerprint: host.fingerprint } })
  })

  it('[T9] grants nothing for a wrong one, and the fifth wrong one ends the code', async () => {
    const host = await hostFor()
    for (let round = 0; round < 5; round++) {
      expect(host.desk.exhaustedCodes).toEqual([])
      const wrong = await pairWithCode({ ...at(host), code: '7KQ2-M4XE' })
      expect(wrong).toMatchObject({ kind: 'failed', why: 'wrong-code' })
    }
    // The host hears of the end of the last connection a moment after the joiner has gone.
    const gone = await pairWithCode({ ...at(host), code: CODE })
    expect(gone).toMatchObject({ kind: 'failed' })
    expect(host.desk.proofs).toEqual([])
    await expect.poll(() => host.desk.exhaustedCodes).toEqual([CODE])
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ why: 'no-code' })
  })

  it('tells a code that another host may have made from one that is wrong', async () => {
    const host = await hostFor()
    expect(await pairWithCode({ ...at(host), code: '8KQ2-M4XD' })).toMatchObject({ why: 'no-code' })
    expect(await pairWithCode({ ...at(host), code: '7KQ2' })).toMatchObject({ why: 'not-a-code' })
    host.desk.codesNow = []
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ why: 'no-code' })
    expect(host.desk.exhaustedCodes).toEqual([])
  })

  it('says nothing to a key or a session that was not announced', async () => {
    const host = await hostFor()
    const other = randomBytes(32).toString('base64url')
    expect(await pairWithCode({ ...at(host), code: CODE, fingerprint: other })).toMatchObject({
      why: 'other-key',
    })
    const sessionId = '0192d3a4-0000-7000-8000-000000000009' as SessionId
    expect(await pairWithCode({ ...at(host), code: CODE, sessionId })).toMatchObject({
      why: 'other-session',
    })
    expect(host.desk.proofs).toEqual([])
  })

  it('leaves out addresses that do not fit', async () => {
    const host = await hostFor()
    const addresses = Array.from({ length: 16 }, (_, index) => `${'n'.repeat(250)}${index}:47800`)
    host.desk.grant = () => Promise.resolve({ kind: 'granted', invite: { name: 'F', addresses } })
    const outcome = await pairWithCode({ ...at(host), code: CODE })
    if (outcome.kind === 'failed') throw new Error(outcome.why)
    const [first, ...others] = outcome.invite.addresses
    expect(first).toBe(`127.0.0.1:${host.port}`)
    expect(others.length).toBeGreaterThan(4)
    expect(others).toEqual(addresses.slice(0, others.length))
    // What comes of it is an invite like any other, short enough for a link.
    expect(parseInvite(createInvite(outcome.invite)).kind).toBe('invite')
  })

  it('refuses an invite that names another key than the one that was proved', async () => {
    const host = await hostFor()
    const fingerprint = randomBytes(32).toString('base64url')
    host.desk.grant = () =>
      Promise.resolve({ kind: 'granted', invite: { name: 'F', addresses: [], fingerprint } })
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ why: 'other-key' })
  })

  it('[T8] gives somebody in between who ends the encryption nothing but a wrong try', async () => {
    const host = await hostFor()
    const between = await startInBetween(host.port)
    ends.push(between.stop)
    const outcome = await pairWithCode({ ...at(between), code: CODE })
    expect(outcome).toMatchObject({ kind: 'failed', why: 'wrong-code' })
    expect(host.desk.proofs).toEqual([])
    // The same way without a key of their own is only a longer wire.
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ kind: 'paired' })
  })

  it('works without encryption within this computer', async () => {
    const host = await hostFor({ secure: false })
    const outcome = await pairWithCode({ ...at(host), code: CODE })
    expect(outcome).toMatchObject({ kind: 'paired', invite: { secret: 'token' } })
    expect(outcome).not.toHaveProperty('invite.fingerprint')
  })

  it('says why the desk does not let them in, and when it cannot tell', async () => {
    const host = await hostFor()
    host.desk.grant = () => Promise.resolve({ kind: 'refused', code: 'locked' })
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ why: 'locked' })
    host.desk.grant = () => Promise.reject(new Error('disk full'))
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ why: 'unavailable' })
  })
})

describe('pairing by passphrase', () => {
  it('works however the same words are typed, and not with others', async () => {
    const host = await hostFor()
    expect(await pairWithPassphrase({ ...at(host), passphrase: 'four old herons' })).toMatchObject({
      why: 'no-passphrase',
    })
    host.desk.passphraseNow = await stretchPassphrase('four old herons', SESSION)
    const typed = await pairWithPassphrase({ ...at(host), passphrase: ' four  old herons ' })
    expect(typed).toMatchObject({ kind: 'paired', invite: { fingerprint: host.fingerprint } })
    expect(host.desk.proofs).toEqual([{ kind: 'passphrase' }])
    const wrong = await pairWithPassphrase({ ...at(host), passphrase: 'Four old herons' })
    expect(wrong).toMatchObject({ kind: 'failed', why: 'wrong-passphrase' })
  })
})

describe('who is no host is told from one that cannot be reached', () => {
  it('by what answers', async () => {
    const web = await startStranger('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    ends.push(web.stop)
    expect(await pairWithCode({ ...at(web), code: CODE })).toMatchObject({ why: 'not-a-host' })
    const port = await freePort()
    const nobody = await pairWithCode({ host: '127.0.0.1', port, code: CODE })
    expect(nobody).toMatchObject({ why: 'unreachable', detail: 'ECONNREFUSED' })
    const odd = await pairWithCode({ host: '127.0.0.1', port: 99_999, code: CODE })
    expect(odd).toMatchObject({ why: 'unreachable' })
  })

  it('by who takes the connection and says nothing', async () => {
    const silent = await startStranger('')
    ends.push(silent.stop)
    const clock = manualClock()
    const waiting = pairWithCode({ ...at(silent), code: CODE }, { clock })
    await silent.reached
    await clock.advance(4_000)
    expect(await waiting).toMatchObject({ why: 'unreachable', detail: 'no answer in time' })
    expect(clock.pendingTimers()).toBe(0)
  })

  it('and a pairing that is given up ends at once', async () => {
    const silent = await startStranger('')
    ends.push(silent.stop)
    const control = new AbortController()
    const running = pairWithCode({ ...at(silent), code: CODE }, { signal: control.signal })
    control.abort()
    expect(await running).toMatchObject({ why: 'aborted' })
    expect(await pairWithCode({ ...at(silent), code: CODE }, { signal: control.signal })).toEqual({
      kind: 'failed',
      why: 'aborted',
    })
  })
})

describe('the door for pairing', () => {
  it('[T9] closes after 10 s, and the try that was not confirmed stays counted', async () => {
    const host = await hostFor()
    for (let round = 0; round < 5; round++) {
      const joiner = await rawJoiner(host.port)
      joiner.send(JSON.stringify(begin))
      expect(await joiner.next()).toMatchObject({ type: 'offer', session: { id: SESSION } })
      // The base point: a share like any other, of somebody who only waits for the confirmation.
      const share = Buffer.from(
        'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
        'hex',
      ).toString('base64url')
      joiner.send(JSON.stringify({ type: 'share', share }))
      expect(await joiner.next()).toMatchObject({ type: 'share' })
      await host.clock.advance(9_999)
      expect(host.desk.exhaustedCodes).toEqual([])
      await host.clock.advance(1)
      expect(await joiner.closed).toBe(4411)
    }
    await expect.poll(() => host.desk.exhaustedCodes).toEqual([CODE])
  })

  it('closes with words for what it does not understand, and grants nothing out of turn', async () => {
    const host = await hostFor()
    const confirm = randomBytes(64).toString('base64url')
    for (const frame of [
      '',
      '[]',
      'null',
      '{"type":"begin"}',
      JSON.stringify({ type: 'confirm', confirm }),
    ]) {
      const joiner = await rawJoiner(host.port)
      joiner.send(frame)
      expect(await joiner.next()).toEqual({ type: 'refused', code: 'malformed' })
      expect(await joiner.closed).toBe(1000)
    }
    const binary = await rawJoiner(host.port)
    binary.send(Buffer.from(JSON.stringify(begin)))
    expect(await binary.closed).toBe(4400)
    const large = await rawJoiner(host.port)
    large.send(JSON.stringify({ ...begin, more: 'x'.repeat(4_096) }))
    expect(await large.closed).toBe(1009)
    expect(host.desk.proofs).toEqual([])
  })

  it('serves four of one peer at once and asks others to wait', async () => {
    const host = await hostFor()
    const joiners = await Promise.all([1, 2, 3, 4].map(() => rawJoiner(host.port)))
    expect(await pairWithCode({ ...at(host), code: CODE })).toMatchObject({ why: 'busy' })
    joiners[0]?.end()
    await joiners[0]?.closed
    await expect
      .poll(async () => (await pairWithCode({ ...at(host), code: CODE })).kind)
      .toBe('paired')
  })

  it('refuses pages in browsers and other subprotocols', async () => {
    const host = await hostFor()
    const url = `wss://127.0.0.1:${host.port}/pair`
    const trust = { rejectUnauthorized: false }
    const page = new WebSocket(url, PAIRING_SUBPROTOCOL, { ...trust, origin: 'https://x.example' })
    const refusal = (socket: WebSocket): Promise<string> =>
      new Promise((resolve) => socket.on('error', (fault) => resolve(fault.message)))
    expect(await refusal(page)).toContain('403')
    expect(await refusal(new WebSocket(url, 'landline.v1', trust))).toContain('400')
  })
})

describe('GET /landline', () => {
  it('says what a prober needs and no more, and not too often', async () => {
    const host = await hostFor({ secure: false })
    host.desk.codesNow = [CODE, 'A0000000']
    host.desk.passphraseNow = 'stretched'
    const url = `http://127.0.0.1:${host.port}/landline`
    const text = await (await fetch(url)).text()
    expect(readProbeAnswer(text)).toMatchObject({
      landline: 1,
      session: SESSION,
      name: 'Field Station',
      selector: '7KA0',
      passphrase: true,
      people: 3,
      tokens: 'taken',
    })
    expect(text).not.toMatch(/Q2M4XD|stretched/)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    const statuses: number[] = []
    for (let round = 0; round < 20; round++) statuses.push((await fetch(url)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(19)
    expect(statuses.at(-1)).toBe(429)
    await host.clock.advance(1_000)
    expect((await fetch(url)).status).toBe(200)
  })
})
