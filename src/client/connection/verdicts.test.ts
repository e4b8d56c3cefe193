import { describe, expect, it } from 'vitest'
import { CloseCode, errorCodeSchema } from '../../protocol/errors.ts'
import { connectionView } from './connection-view.ts'
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

  it('[D14] says more than that nobody is there where more is known', () => {
    const drill = drive()
    drill.give({ kind: 'connect' }, { kind: 'opened' })
    const code = 'session-full'
    drill.give({ kind: 'rejected', rejected: { type: 'rejected', code, message: '' } })
    expect(connectionView(drill.phase, 0)).toMatchObject({ state: 'waiting', telling: true })
    const alone = drive()
    alone.give({ kind: 'connect' }, { kind: 'closed', code: 1006 })
    expect(connectionView(alone.phase, 0)).not.toHaveProperty('telling')
  })

  it('[I7] a host at whose door too many wait is understood, and asked again', () => {
    expect(verdictOfRejection('too-many')).toEqual({ kind: 'wait', reason: 'too-many' })
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
    [CloseCode.superseded, { state: 'waiting', reason: 'lost' }],
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

  it('[D12] comes back when its own late handshake took its place, and gives way to another copy', () => {
    const drill = drive()
    const superseded = { kind: 'closed', code: CloseCode.superseded } as const
    const comeBack = () => {
      drill.wait(drill.due ?? 0)
      drill.give({ kind: 'opened' }, WELCOME, { kind: 'synced' })
      expect(drill.phase.state).toBe('online')
    }
    drill.online()
    drill.give(superseded)
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'lost' })
    comeBack()
    drill.give(superseded)
    comeBack()
    drill.pass(120_000)
    // Long after the first two: nobody fights for the place.
    drill.give(superseded)
    comeBack()
    drill.give(superseded)
    comeBack()
    drill.give(superseded)
    expect(drill.phase).toEqual({ state: 'refused', reason: 'superseded' })
    drill.give({ kind: 'connect-now' }, { kind: 'opened' }, WELCOME, { kind: 'synced' })
    drill.give(superseded)
    expect(drill.phase.state).toBe('waiting')
  })

  it('[D16] does not stay away for ever because a server says so', () => {
    const drill = drive()
    drill.online()
    const reconnectAfterMs = Number.MAX_SAFE_INTEGER
    drill.give({ kind: 'bye', reconnectAfterMs, reason: 'restart' }, { kind: 'closed', code: 1012 })
    expect(drill.due).toBe(60_000)
  })

  it('[D16] comes back after the delay the server gave, at this client’s own moment', () => {
    const drill = drive()
    drill.online()
    drill.give(
      { kind: 'bye', reconnectAfterMs: 2_345, reason: 'restart' },
      { kind: 'closed', code: 1012 },
    )
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

  it('[T3] tries the other addresses when somebody else answers at one, and not that one again', () => {
    const drill = drive(['a:1', 'b:2'])
    drill.give({ kind: 'connect' }, { kind: 'distrusted', why: 'other-key' })
    expect(drill.dialled).toEqual(['b:2'])
    drill.give({ kind: 'closed', code: 1006 })
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'stranger' })
    for (let round = 0; round < 5; round++) {
      drill.wait(drill.due ?? 0)
      expect(drill.dialled).toEqual(['b:2'])
      drill.give({ kind: 'closed', code: 1006 })
    }
    drill.give({ kind: 'connect-now' })
    expect(drill.dialled).toEqual(['a:1'])
  })

  it('[T3] is refused when somebody else answers everywhere, until a person or the network says otherwise', () => {
    const drill = drive(['a:1', 'b:2'])
    const stranger = { kind: 'distrusted', why: 'other-key' } as const
    const refused = { state: 'refused', reason: 'other-key' }
    drill.give({ kind: 'connect' }, { kind: 'distrusted', why: 'unencrypted' }, stranger)
    expect(drill.phase).toEqual(refused)
    expect(drill.due).toBeNull()
    drill.give({ kind: 'resume' }, { kind: 'addresses', addresses: ['b:2', 'a:1'] })
    expect(drill.phase).toEqual(refused)
    expect(drill.dialled).toEqual([])
    drill.give({ kind: 'addresses', addresses: ['a:1', 'c:3'] })
    expect(drill.dialled).toEqual(['c:3'])
    drill.give(stranger)
    expect(drill.phase).toEqual(refused)
    drill.give({ kind: 'network-change' })
    expect(drill.dialled).toEqual(['a:1'])
    drill.give(stranger, stranger)
    drill.give({ kind: 'connect-now' })
    expect(drill.dialled).toEqual(['a:1'])
  })

  it('[T3] is refused when another session answers at one address and another key at the rest', () => {
    const other = { type: 'rejected', code: 'other-session', message: '' } as const
    const drill = drive(['a:1', 'b:2'])
    drill.give({ kind: 'connect' }, { kind: 'opened' }, { kind: 'rejected', rejected: other })
    drill.give({ kind: 'distrusted', why: 'other-key' })
    expect(drill.phase).toEqual({ state: 'refused', reason: 'other-key' })
  })

  it('waits when what arrived could not be stored', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'broken' })
    expect(drill.effects).toEqual(['drop'])
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'not-stored' })
  })
})
