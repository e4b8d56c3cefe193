import { describe, expect, it } from 'vitest'
import { drive, WELCOME } from '../../testing/connection-drill.ts'
import { OTHER, welcome } from '../../testing/client-kit.ts'
import { tokenEnding } from '../../testing/made-up-token.ts'
import {
  answer,
  CHALLENGE,
  ENDED,
  HOUR_MS,
  HOURLY,
  MINUTE_MS,
  rejected,
  withSource,
} from '../../testing/token-drill.ts'
import { SOURCE_TIMEOUT_MS } from './attempt.ts'
import { connectionView } from './connection-view.ts'
import { fateOf } from './token-fate.ts'

describe('the first token', () => {
  it('[I14] is asked for before anybody is dialled, and shown in every proof', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' })
    expect(drill.made).toEqual([{ kind: 'ask-token', why: 'first' }])
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'authenticating' })
    drill.give(answer(HOURLY))
    expect(drill.dialled).toEqual(['a:1'])
    for (let time = 0; time < 3; time++) {
      drill.give({ kind: 'opened' }, CHALLENGE)
      expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: HOURLY }])
      drill.give(WELCOME, { kind: 'synced' }, { kind: 'closed', code: 1006 })
      drill.wait(drill.due ?? 0)
      expect(drill.dialled, 'the source is not asked again').toEqual(['a:1'])
    }
  })

  it('[I14] is done without where there is none, or the source does not answer', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer(null), { kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: null }])
    const silent = withSource()
    silent.give({ kind: 'connect' })
    silent.wait(SOURCE_TIMEOUT_MS)
    expect(silent.dialled).toEqual(['a:1'])
  })

  it('an invite that is refused stays an invite that is refused', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer(null))
    drill.refuse('unauthorized')
    expect(drill.phase).toEqual({ state: 'refused', reason: 'unauthorized' })
  })

  it('[I14] is what is missing where there was nothing else to show', () => {
    const bare = { ...rejected('unauthorized'), bare: true } as const
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer(null), { kind: 'opened' }, CHALLENGE, bare)
    drill.give(answer(null))
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-needed' })
    const sourceless = drive(['a:1'])
    sourceless.give({ kind: 'connect' }, { kind: 'opened' }, CHALLENGE, bare)
    expect(sourceless.phase).toEqual({ state: 'refused', reason: 'unauthorized' })
  })
})

describe('a token that is missing or no good', () => {
  it.each([
    ['token-needed', null, 'token-needed', 'refused'],
    ['unauthorized', HOURLY, 'token-refused', 'refused'],
    ['token-expired', HOURLY, 'token-ended', 'ended'],
  ] as const)(
    '[D14] refused as %s: the source is asked, then a person (%#)',
    (code, first, reason, why) => {
      const drill = withSource()
      drill.give({ kind: 'connect' }, answer(first))
      drill.refuse(code)
      const over = first === null ? [] : [{ kind: 'token-over', token: first, reason }]
      expect(drill.made).toEqual([{ kind: 'drop' }, ...over, { kind: 'ask-token', why }])
      drill.give(answer(null))
      if (first !== null) drill.refuse('token-needed')
      expect(drill.phase).toEqual({ state: 'refused', reason })
      expect(drill.due).toBeNull()
      drill.give({ kind: 'resume' }, { kind: 'network-change' }, { kind: 'tick' })
      expect(drill.phase.state).toBe('refused')
      drill.give({ kind: 'sign-in', token: 'of a person' })
      expect(drill.dialled).toEqual(['a:1'])
      drill.enter()
      expect(drill.phase.state).toBe('online')
    },
  )

  it('is not shown twice, and the source is not asked for ever', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer('one'))
    drill.refuse('unauthorized')
    drill.give(answer('one'))
    drill.refuse('token-needed')
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-refused' })
    drill.give({ kind: 'connect-now' })
    expect(drill.made).toEqual([{ kind: 'ask-token', why: 'first' }])
    drill.give(answer('one'), { kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: null }])
    drill.give(rejected('token-needed'))
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-refused' })
    drill.give({ kind: 'connect-now' }, answer('two'))
    drill.refuse('unauthorized')
    drill.give(answer('three'))
    expect(drill.dialled).toEqual(['a:1'])
    drill.refuse('unauthorized')
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-refused' })
  })

  it('[I14] an old one keeps nobody out who needs none', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer('old'))
    drill.refuse('token-expired')
    drill.give(answer(null), { kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: null }])
    drill.give(WELCOME, { kind: 'synced' })
    expect(drill.phase.state).toBe('online')
  })

  it('[D12] a server that lets in and shuts out at once is dialled twice, not for ever', () => {
    const drill = withSource()
    drill.comeBy('one')
    drill.give(ENDED, answer('two'))
    drill.enter()
    drill.give(ENDED)
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-ended' })
    const lasting = withSource()
    lasting.comeBy('one')
    for (const next of ['two', 'three', 'four']) {
      lasting.idle(10_000)
      lasting.give(ENDED, answer(next))
      lasting.enter()
    }
    expect(lasting.phase.state).toBe('online')
  })

  it('a newer one that came meanwhile is tried before anybody is asked', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer('old'), { kind: 'opened' }, CHALLENGE)
    drill.give({ kind: 'sign-in', token: 'new' })
    expect(fateOf(drill.machine, 'new')).toBe('under-way')
    drill.give(rejected('unauthorized'))
    expect(drill.dialled).toEqual(['a:1'])
    drill.enter()
    expect(fateOf(drill.machine, 'new')).toBe('taken')
  })

  it('a newer one that came while the one before let in is offered at once', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer(HOURLY), { kind: 'opened' }, CHALLENGE)
    drill.give({ kind: 'sign-in', token: 'new' }, WELCOME)
    expect(drill.effects).toEqual(['remember', 'sync', 'send'])
    drill.give({ kind: 'synced' }, { kind: 'token-fault', code: 'unauthorized' })
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'online', signInEndsAt: HOUR_MS })
  })

  it('without a source there is only the person', () => {
    const drill = drive()
    drill.give({ kind: 'connect' }, { kind: 'opened' }, CHALLENGE, rejected('token-needed'))
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-needed' })
    drill.give({ kind: 'sign-in', token: HOURLY }, { kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: HOURLY }])
  })

  it('[I13] says whom the token belongs to', () => {
    const drill = withSource()
    drill.give({ kind: 'connect' }, answer(HOURLY), { kind: 'opened' }, CHALLENGE)
    const member = { id: OTHER, name: 'Mara' }
    drill.give({
      kind: 'rejected',
      rejected: { type: 'rejected', code: 'identity-taken', message: '', member },
    })
    expect(drill.effects).toEqual(['drop', 'token-over'])
    expect(connectionView(drill.phase, 0)).toMatchObject({
      reason: 'token-of-another',
      message: expect.stringContaining('belongs to Mara'),
      owner: member,
    })
    expect(drill.machine.tokens.held, 'nor is it shown again').toBeNull()
    drill.give({ kind: 'sign-in', token: 'mine' }, { kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: 'mine' }])
  })
})

describe('a token that ends', () => {
  it('[D19] ends by the clock of the server that made it end, whatever other clocks say', () => {
    const drill = withSource()
    const year = 365 * 24 * HOUR_MS
    drill.give({ kind: 'connect' }, answer(tokenEnding(year + HOUR_MS)), { kind: 'opened' })
    drill.give(CHALLENGE, { kind: 'welcome', welcome: { ...welcome(), time: year } })
    drill.give({ kind: 'synced' })
    drill.idle(55 * MINUTE_MS)
    drill.give(answer(null))
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'online', signInEndsAt: HOUR_MS })
    drill.give({ kind: 'sign-in', token: 'next' })
    drill.give({ kind: 'token-taken', expiresAt: year + 2 * HOUR_MS })
    drill.idle(HOUR_MS - 1)
    expect(drill.made).toEqual([])
    drill.idle(1)
    expect(drill.made).toEqual([{ kind: 'ask-token', why: 'expiring' }])
  })

  it('[I14] is followed in place five minutes ahead', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.idle(55 * MINUTE_MS - 1)
    expect(drill.made).toEqual([])
    drill.idle(1)
    expect(drill.made).toEqual([{ kind: 'ask-token', why: 'expiring' }])
    const next = tokenEnding(2 * HOUR_MS)
    drill.give(answer(next))
    expect(drill.offered()).toEqual([next])
    drill.give({ kind: 'token-taken', expiresAt: 2 * HOUR_MS })
    expect(drill.phase.state).toBe('online')
    drill.idle(HOUR_MS - 1)
    expect(drill.made).toEqual([])
    drill.idle(1)
    expect(drill.made).toEqual([{ kind: 'ask-token', why: 'expiring' }])
  })

  it('of a short life is followed when half of it is over, and no faster than once a second', () => {
    const short = withSource()
    short.comeBy(tokenEnding(20_000))
    short.idle(9_999)
    expect(short.made).toEqual([])
    short.idle(1)
    expect(short.made).toEqual([{ kind: 'ask-token', why: 'expiring' }])
    const over = withSource()
    over.comeBy(tokenEnding(-1))
    expect(over.due).toBe(1_000)
  })

  it('[D14] is said while there is still time, where only a person can help', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.idle(55 * MINUTE_MS)
    drill.give(answer(HOURLY))
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'online', signInEndsAt: HOUR_MS })
    drill.give({ kind: 'sign-in', token: tokenEnding(3 * HOUR_MS) })
    expect(drill.effects).toEqual(['send'])
    drill.give({ kind: 'token-taken', expiresAt: 3 * HOUR_MS })
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'online' })
  })

  it('[I14] closes with 4401: the source is asked, and the session resumes by its cursors', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.give(ENDED)
    expect(drill.made).toEqual([
      { kind: 'token-over', token: HOURLY, reason: 'token-ended' },
      { kind: 'ask-token', why: 'ended' },
    ])
    drill.give(answer(tokenEnding(2 * HOUR_MS)), { kind: 'opened' }, CHALLENGE, WELCOME)
    expect(drill.effects).toEqual(['remember', 'sync'])
    drill.give({ kind: 'synced' }, ENDED, answer(null))
    expect(drill.phase).toEqual({ state: 'refused', reason: 'token-ended' })
  })

  it('a word about the person’s place is none about the token', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.give(rejected('unauthorized'))
    expect(drill.phase).toEqual({ state: 'refused', reason: 'unauthorized' })
  })

  it('without a readable end waits for 4401, and a taken one says its end', () => {
    for (const opaque of ['opaque', 'a.b.c', `a.${btoa('{"exp":"soon"}')}.c`, 'a.bnVsbA.c']) {
      const drill = withSource()
      drill.comeBy(opaque)
      drill.idle(24 * HOUR_MS)
      expect(drill.phase.state).toBe('online')
      drill.give({ kind: 'sign-in', token: 'next' })
      drill.give({ kind: 'token-taken', expiresAt: 25 * HOUR_MS })
      drill.idle(55 * MINUTE_MS)
      expect(drill.made).toEqual([{ kind: 'ask-token', why: 'expiring' }])
    }
  })
})
