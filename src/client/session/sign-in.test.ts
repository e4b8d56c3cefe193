import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  challenge,
  type ClientKit,
  clientKit,
  eventsOf,
  OTHER,
  posted,
  resetOf,
  ROOM,
  roomState,
  SESSION,
  value,
  welcome,
} from '../../testing/client-kit.ts'
import { tokenEnding } from '../../testing/made-up-token.ts'
import type { Logger } from '../logger.ts'
import type { TokenAnswer, TokenWish } from '../token-source.ts'

const HOUR_MS = 3_600_000

let kit: ClientKit
afterEach(() => kit.dispose())

/** A session whose source gives these, in turn, and then none. */
function sourced(...tokens: string[]) {
  const wishes: TokenWish[] = []
  const logged: string[] = []
  const note: Logger['info'] = (...args) => void logged.push(JSON.stringify(args))
  kit = clientKit({
    logger: { info: note, warn: note, error: note },
    tokens(why): Promise<TokenAnswer> {
      wishes.push(why)
      const token = tokens.shift()
      return Promise.resolve(token === undefined ? { kind: 'none' } : { kind: 'token', token })
    },
  })
  return { wishes, logged }
}

/** The server lets in whoever has dialled. */
async function letIn(...frames: Parameters<ClientKit['hear']>): Promise<void> {
  await kit.clock.settle()
  const connection = kit.server.current()
  connection.open()
  connection.say(challenge(), welcome(), { type: 'plan', rooms: 1, events: 0 }, ...frames, {
    type: 'synced',
  })
  await kit.clock.settle()
}

async function refuse(code: 'unauthorized' | 'token-needed' | 'name-taken'): Promise<void> {
  await kit.clock.settle()
  kit.server.current().open()
  await kit.hear(challenge(), { type: 'rejected', code, message: 'no' })
}

const shown = () =>
  kit.server.connections.map(
    ({ sent }) => sent.find((message) => message.type === 'proof')?.credential,
  )
const state = () => kit.session.view().connection

describe('a session with a source of tokens', () => {
  it('[I14] shows a token in every proof, before the secret of the invite', async () => {
    const one = tokenEnding(HOUR_MS)
    const { wishes } = sourced(one)
    kit.session.connect()
    await letIn()
    kit.session.rename('Ada L.')
    await letIn()
    // Beside it the invite, until the server has seen it: it brings back who was removed (I5).
    expect(shown()).toEqual([
      { kind: 'token', token: one, invite: 'open sesame' },
      { kind: 'token', token: one },
    ])
    kit.session.presentAgain()
    kit.session.rename('Ada')
    await letIn()
    expect(shown().at(-1)).toMatchObject({ invite: 'open sesame' })
    expect(wishes).toEqual(['first'])
  })

  it('shows the secret of the invite where there is no token', async () => {
    sourced()
    kit.session.connect()
    await letIn()
    expect(shown()).toEqual([{ kind: 'secret', secret: 'open sesame' }])
  })

  it('[I13] says of its further devices that they come by the same token', async () => {
    sourced(tokenEnding(HOUR_MS))
    kit.session.connect()
    await letIn()
    const code = kit.session.admin.linkCode()
    const asked = kit.server.current().sent.at(-1)
    if (asked?.type !== 'link-device') throw new Error('a request was expected')
    await kit.hear({ type: 'failed', ref: asked.ref, code: 'not-allowed', message: '' })
    expect(await code).toMatchObject({
      failure: {
        kind: 'not-allowed',
        message: expect.stringMatching(/paste the same token/) as unknown,
      },
    })
  })

  it('[I14] goes on in place with the next token', async () => {
    const next = tokenEnding(2 * HOUR_MS)
    const { wishes } = sourced(tokenEnding(60_000), next)
    kit.session.connect()
    await letIn()
    await kit.clock.advance(30_000)
    expect(wishes).toEqual(['first', 'expiring'])
    expect(kit.server.current().sent.at(-1)).toMatchObject({ type: 'refresh-token', token: next })
    await kit.hear({ type: 'token-taken', expiresAt: 2 * HOUR_MS })
    expect(kit.server.connections).toHaveLength(1)
    expect(state()).toEqual({ state: 'online' })
  })

  it('[I14] ended, keeps everything queued and sends it once when a person gives the next token', async () => {
    const { wishes } = sourced(tokenEnding(HOUR_MS))
    kit.session.connect()
    await letIn(resetOf(roomState()))
    const first = value(kit.session.send(ROOM, 'on its way')).message
    await kit.clock.settle()
    kit.server.current().close(4401)
    await kit.clock.settle()
    expect(wishes).toEqual(['first', 'ended'])
    expect(state()).toMatchObject({ state: 'refused', reason: 'token-ended' })
    const second = value(kit.session.send(ROOM, 'meanwhile')).message
    await kit.clock.advance(60_000)
    expect(kit.session.view().queued).toBe(2)
    expect(kit.server.connections).toHaveLength(1)

    const next = tokenEnding(3 * HOUR_MS)
    const given = kit.session.signIn(next)
    await letIn(eventsOf([posted(1)]))
    expect(await given).toEqual({ ok: true, value: null })
    const { sent } = kit.server.current()
    expect(sent.find(({ type }) => type === 'proof')).toMatchObject({ credential: { token: next } })
    expect(sent.find(({ type }) => type === 'sync')).toMatchObject({ cursors: [{ seq: 0 }] })
    expect(sent.flatMap((one) => (one.type === 'submit' ? [one.id] : []))).toEqual([first, second])
    await kit.hear({ type: 'ack', id: first, room: ROOM, seq: 2, at: 1 })
    await kit.hear({ type: 'ack', id: second, room: ROOM, seq: 3, at: 1 })
    expect(kit.session.view().queued).toBe(0)
  })

  it('[I14] writes no token to its file nor to the log', async () => {
    const secrets = [tokenEnding(60_000, { n: 1 }), tokenEnding(HOUR_MS, { n: 2 }), 'a wrong one']
    const { logged } = sourced(...secrets)
    kit.session.connect()
    await letIn(resetOf(roomState()))
    await kit.clock.advance(30_000)
    await kit.hear({ type: 'token-taken', expiresAt: HOUR_MS })
    kit.server.current().close(4401)
    await refuse('unauthorized')
    kit.session.close()
    const folder = dirname(kit.file)
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'))
    const written = [...files, ...logged].join('\n')
    for (const secret of secrets) expect(written).not.toContain(secret)
    expect(logged).not.toEqual([])
  })

  it('a source that fails is one that has none, and what it said is not written down', async () => {
    const logged: string[] = []
    kit = clientKit({
      logger: { info() {}, warn() {}, error: (...args) => void logged.push(JSON.stringify(args)) },
      tokens: () => Promise.reject(new Error('token eyJ')),
    })
    kit.session.connect()
    await letIn()
    expect(shown()).toEqual([{ kind: 'secret', secret: 'open sesame' }])
    expect(logged.join()).toContain('the source of access tokens failed')
    expect(logged.join()).not.toContain('eyJ')
  })
})

describe('a token that a person gives', () => {
  it('goes before one that the source brings late', async () => {
    let late: (answer: TokenAnswer) => void = () => {}
    kit = clientKit({ tokens: () => new Promise((resolve) => (late = resolve)) })
    kit.session.connect()
    const given = kit.session.signIn('of the person')
    late({ kind: 'token', token: 'of the source' })
    await letIn()
    expect(await given).toMatchObject({ ok: true })
    expect(shown()).toMatchObject([{ kind: 'token', token: 'of the person' }])
    expect(kit.server.current().sent.map(({ type }) => type)).not.toContain('refresh-token')
  })

  it('[D14] is asked for by a state, and a wrong one is told', async () => {
    sourced()
    kit.session.connect()
    await refuse('token-needed')
    expect(state()).toMatchObject({ state: 'refused', reason: 'token-needed' })
    const wrong = kit.session.signIn('wrong')
    await refuse('unauthorized')
    expect(await wrong).toMatchObject({ ok: false, failure: { kind: 'unauthorized' } })
    expect(state()).toMatchObject({ state: 'refused', reason: 'token-refused' })
    const right = kit.session.signIn(tokenEnding(HOUR_MS))
    await letIn()
    expect(await right).toMatchObject({ ok: true })
  })

  it('[I14] is asked for where a newcomer has nothing else to show', async () => {
    kit = clientKit({
      session: { id: SESSION, name: 'Field Station', addresses: ['10.0.0.1:47800'] },
      tokens: () => Promise.resolve({ kind: 'none' }),
    })
    kit.session.connect()
    await refuse('unauthorized')
    expect(state()).toMatchObject({ state: 'refused', reason: 'token-needed' })
    kit.session.connectNow()
    await letIn()
    kit.session.rename('Ada L.')
    await refuse('unauthorized')
    expect(state(), 'who was in is a newcomer no longer').toMatchObject({ reason: 'unauthorized' })
  })

  it('is kept for later when nobody answers, and told why somebody else does not let in', async () => {
    sourced()
    kit.session.connect()
    await refuse('token-needed')
    const given = kit.session.signIn('good')
    kit.server.current().close(1006)
    expect(await given).toMatchObject({ ok: false, failure: { kind: 'offline' } })
    await kit.clock.advance(1_000)
    await refuse('name-taken')
    const again = kit.session.signIn('good')
    await refuse('name-taken')
    expect(await again).toMatchObject({
      failure: { kind: 'not-allowed', message: expect.stringContaining('your name') },
    })
    expect(shown().slice(1)).toEqual(
      Array(3).fill({ kind: 'token', token: 'good', invite: 'open sesame' }).with(0, undefined),
    )
  })

  it('is tried in place while the one before is good; one that is not taken ends nothing', async () => {
    sourced(tokenEnding(HOUR_MS))
    kit.session.connect()
    await letIn()
    const wrong = kit.session.signIn('of somebody else')
    await kit.hear({ type: 'error', code: 'unauthorized', message: 'no' })
    expect(await wrong).toMatchObject({ failure: { kind: 'unauthorized' } })
    const right = kit.session.signIn('next')
    await kit.hear({ type: 'token-taken', expiresAt: HOUR_MS })
    expect(await right).toMatchObject({ ok: true })
    expect(kit.server.connections).toHaveLength(1)
  })
})

describe('a token of somebody who is in the session already', () => {
  const taken = {
    type: 'rejected',
    code: 'identity-taken',
    message: '',
    member: { id: OTHER, name: 'Mara' },
  } as const

  it('[I13] is told as a value, with whose it is', async () => {
    sourced('theirs')
    kit.session.connect()
    await kit.clock.settle()
    kit.server.current().open()
    await kit.hear(challenge(), taken)
    expect(state()).toMatchObject({
      ...{ state: 'refused', reason: 'token-of-another', owner: taken.member },
    })
    expect(kit.session.view().newcomer).toBe(true)
  })

  it('[I13] makes nobody else of a device that was in before: what it wrote stays its own', async () => {
    sourced('mine', 'theirs')
    kit.session.connect()
    await letIn(resetOf(roomState()))
    kit.server.current().close(4401)
    await kit.clock.settle()
    kit.server.current().open()
    await kit.hear(challenge(), taken)
    expect(state()).toMatchObject({
      ...{ state: 'refused', reason: 'token-of-another', owner: taken.member },
    })
    expect(kit.session.view()).not.toHaveProperty('newcomer')
  })
})
