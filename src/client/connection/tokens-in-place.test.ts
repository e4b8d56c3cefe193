import { describe, expect, it } from 'vitest'
import { tokenEnding } from '../../testing/made-up-token.ts'
import {
  answer,
  CHALLENGE,
  ENDED,
  HOUR_MS,
  HOURLY,
  MINUTE_MS,
  withSource,
} from '../../testing/token-drill.ts'
import { connectionView } from './connection-view.ts'
import { fateOf } from './token-fate.ts'
import { ANSWER_TIMEOUT_MS } from './tokens.ts'

describe('a token that is offered in place and not taken', () => {
  it('leaves the one before in use, and tells', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.give({ kind: 'sign-in', token: 'of somebody else' })
    expect(fateOf(drill.machine, 'of somebody else')).toBe('under-way')
    drill.give({ kind: 'token-fault', code: 'unauthorized' })
    expect(fateOf(drill.machine, 'of somebody else')).toBe('refused')
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'online', signInEndsAt: HOUR_MS })
    drill.give({ kind: 'closed', code: 1006 })
    drill.wait(drill.due ?? 0)
    drill.give({ kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: HOURLY }])
  })

  it('is asked for again where the server could only not check it now', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.idle(55 * MINUTE_MS)
    drill.give(answer('next'), { kind: 'token-fault', code: 'unavailable' })
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'online' })
    drill.idle(15_000)
    expect(drill.offered()).toEqual(['next'])
    drill.give({ kind: 'token-taken', expiresAt: 2 * HOUR_MS })
    expect(fateOf(drill.machine, 'next')).toBe('taken')
  })

  it.each(['unavailable', 'rate-limited'] as const)(
    'for now (%s) is kept and offered again, and nobody is told that it is wrong',
    (code) => {
      const drill = withSource()
      drill.comeBy(HOURLY)
      drill.give({ kind: 'sign-in', token: 'next' }, { kind: 'token-fault', code })
      expect(fateOf(drill.machine, 'next')).toBe('kept')
      expect(drill.due).toBe(15_000)
      drill.give(ENDED, { kind: 'opened' }, CHALLENGE)
      expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: 'next' }])
    },
  )

  it('a server that says nothing could not look at it; a source that says nothing has none', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.give({ kind: 'sign-in', token: 'next' })
    drill.idle(ANSWER_TIMEOUT_MS)
    expect(fateOf(drill.machine, 'next')).toBe('kept')
    drill.idle(15_000)
    expect(drill.offered()).toEqual(['next'])
    const silent = withSource()
    silent.comeBy(HOURLY)
    silent.idle(55 * MINUTE_MS)
    silent.idle(ANSWER_TIMEOUT_MS)
    expect(connectionView(silent.phase, 0)).toEqual({ state: 'online', signInEndsAt: HOUR_MS })
  })

  it('is looked at alone: the next one waits for its answer, and each has its own', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.give({ kind: 'sign-in', token: 'A' })
    expect(drill.offered()).toEqual(['A'])
    drill.give({ kind: 'sign-in', token: 'B' })
    expect(drill.made).toEqual([])
    drill.give({ kind: 'token-fault', code: 'unauthorized' })
    expect(drill.offered()).toEqual(['B'])
    expect(fateOf(drill.machine, 'A')).toBe('refused')
    expect(fateOf(drill.machine, 'B')).toBe('under-way')
    drill.give({ kind: 'token-taken', expiresAt: 2 * HOUR_MS })
    expect(fateOf(drill.machine, 'B')).toBe('taken')
  })

  it('is told from the faults of other frames by its number', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    drill.give({ kind: 'sign-in', token: 'A' })
    const [ref = 0] = drill.refs()
    drill.give({ kind: 'token-fault', code: 'malformed' })
    drill.give({ kind: 'token-fault', code: 'unauthorized', ref: ref + 1 })
    drill.give({ kind: 'token-taken', expiresAt: 2 * HOUR_MS, ref: ref + 1 })
    expect(fateOf(drill.machine, 'A')).toBe('under-way')
    drill.give({ kind: 'token-fault', code: 'unauthorized', ref })
    expect(fateOf(drill.machine, 'A')).toBe('refused')
  })

  it('is not offered at all when the one in use ends later', () => {
    const drill = withSource()
    drill.comeBy(HOURLY)
    const older = tokenEnding(HOUR_MS / 2)
    drill.give({ kind: 'sign-in', token: older })
    expect(drill.made).toEqual([])
    expect(fateOf(drill.machine, older)).toBe('outlasted')
    drill.give(answer(older))
    expect(drill.made).toEqual([])
    expect(drill.machine.tokens).toMatchObject({ held: HOURLY, shown: HOURLY })
  })

  it('is said to be kept where nobody can be shown it', () => {
    const drill = withSource()
    drill.give({ kind: 'sign-in', token: 'later' })
    expect(fateOf(drill.machine, 'later')).toBe('kept')
    drill.give({ kind: 'connect' }, { kind: 'opened' }, CHALLENGE)
    expect(drill.made).toEqual([{ kind: 'prove', nonce: 'n', token: 'later' }])
    drill.give({ kind: 'closed', code: 1006 })
    expect(fateOf(drill.machine, 'later')).toBe('kept')
  })
})
