import { describe, expect, it } from 'vitest'
import { CloseCode, errorCodeSchema } from '../../protocol/errors.ts'
import { verdictOfRejection } from './verdicts.ts'

import { drive, WELCOME } from '../../testing/connection-drill.ts'

describe('what the server says', () => {
  it.each([
    ['unsupported-version', 'refused'],
    ['unauthorized', 'refused'],
    ['identity-taken', 'refused'],
    ['banned', 'refused'],
    ['other-session', 'refused'],
    ['session-full', 'waiting'],
    ['unavailable', 'waiting'],
    ['malformed', 'waiting'],
  ] as const)('a handshake rejected as %s leads to %s', (code, state) => {
    const drill = drive()
    drill.give({ kind: 'connect' }, { kind: 'opened' })
    drill.give({ kind: 'rejected', rejected: { type: 'rejected', code, message: '' } })
    expect(drill.phase.state).toBe(state)
    expect(drill.effects).toEqual(['drop'])
  })

  it('knows every error code', () => {
    for (const code of errorCodeSchema.options) {
      expect(verdictOfRejection(code).kind, code).toMatch(/wait|refuse/)
    }
  })

  it.each([
    [CloseCode.normal, { state: 'waiting', reason: 'lost' }],
    [CloseCode.tooLarge, { state: 'waiting', reason: 'not-understood' }],
    [CloseCode.serviceRestart, { state: 'waiting', reason: 'restarting' }],
    [CloseCode.tryAgainLater, { state: 'waiting', reason: 'session-full' }],
    [CloseCode.malformed, { state: 'waiting', reason: 'not-understood' }],
    [CloseCode.unauthorized, { state: 'refused', reason: 'unauthorized' }],
    [CloseCode.banned, { state: 'refused', reason: 'banned' }],
    [CloseCode.unsupportedVersion, { state: 'refused', reason: 'unsupported-version' }],
    [CloseCode.slowConsumer, { state: 'connecting' }],
    [CloseCode.superseded, { state: 'refused', reason: 'superseded' }],
    [CloseCode.handshakeTimeout, { state: 'waiting', reason: 'lost' }],
    [CloseCode.heartbeatTimeout, { state: 'waiting', reason: 'lost' }],
    [CloseCode.rateLimited, { state: 'waiting', reason: 'rate-limited' }],
    [4999, { state: 'waiting', reason: 'lost' }],
  ])('close code %i while online leads to %o', (code, phase) => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'closed', code })
    expect(drill.phase).toMatchObject(phase)
  })

  it('[D15] a slow consumer comes back at once, but waits when it happens again', () => {
    const drill = drive(['a:1'], 1)
    drill.online()
    drill.give({ kind: 'closed', code: CloseCode.slowConsumer }, { kind: 'opened' }, WELCOME)
    drill.give({ kind: 'closed', code: CloseCode.slowConsumer })
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'too-slow' })
  })

  it('[D16] comes back after the delay the server gave, at this client’s own moment', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'bye', reconnectAfterMs: 2_345 }, { kind: 'closed', code: 1012 })
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'restarting' })
    expect(drill.due).toBe(2_345)
  })

  it('asks the other addresses when one now serves another session', () => {
    const other = { type: 'rejected', code: 'other-session', message: '' } as const
    const drill = drive(['a:1', 'b:2'])
    drill.give({ kind: 'connect' }, { kind: 'opened' }, { kind: 'rejected', rejected: other })
    expect(drill.dialled).toEqual(['b:2'])
    drill.give({ kind: 'closed', code: 1006 })
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'unreachable' })
    drill.wait(drill.due ?? 0)
    drill.give({ kind: 'opened' }, { kind: 'rejected', rejected: other })
    drill.give({ kind: 'opened' }, { kind: 'rejected', rejected: other })
    expect(drill.phase).toEqual({ state: 'refused', reason: 'other-session' })
  })

  it('waits when what arrived could not be stored', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'broken' })
    expect(drill.effects).toEqual(['drop'])
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'not-stored' })
  })
})
