import { describe, expect, it } from 'vitest'
import { CloseCode } from '../../protocol/errors.ts'
import { drive, WELCOME } from '../../testing/connection-drill.ts'
import { connectionView } from './connection-view.ts'
import { APPROVAL_SILENCE_MS } from './deadline.ts'

const rejected = (code: 'declined' | 'removed' | 'banned' | 'session-locked') =>
  ({ kind: 'rejected', rejected: { type: 'rejected', code, message: '' } }) as const

function waiting(addresses?: readonly string[]) {
  const drill = drive(addresses)
  drill.give({ kind: 'connect' }, { kind: 'opened' }, { kind: 'approval' })
  return drill
}

describe('waiting to be let in', () => {
  it('[I7] waits as long as the host takes, while the line lives', () => {
    const drill = waiting()
    expect(connectionView(drill.phase, 0)).toEqual({ state: 'awaiting-approval' })
    for (let minute = 0; minute < 60; minute++) {
      drill.pass(60_000)
      drill.give({ kind: 'heard' }, { kind: 'tick' })
      expect(drill.phase.state).toBe('awaiting-approval')
    }
    drill.give(WELCOME)
    expect(drill.phase.state).toBe('catching-up')
    expect(drill.effects).toContain('sync')
  })

  it('[I7] a host that declines is final, and says so in words', () => {
    const drill = waiting()
    drill.give(rejected('declined'))
    expect(connectionView(drill.phase, 0)).toEqual({
      state: 'refused',
      reason: 'declined',
      message: 'The host did not let you in.',
    })
    expect(drill.due).toBeNull()
  })

  it('knocks again when the line is silent, closed, or the computer was asleep', () => {
    const silent = waiting()
    silent.wait(APPROVAL_SILENCE_MS)
    expect(silent.phase.state).toBe('connecting')
    const closed = waiting()
    closed.give({ kind: 'closed', code: 1006 })
    expect(closed.phase).toMatchObject({ state: 'waiting', reason: 'lost' })
    const slept = waiting()
    slept.pass(5_000)
    slept.give({ kind: 'resume' })
    expect(slept.effects).toEqual(['drop', 'dial'])
  })
})

describe('the end of a membership', () => {
  it.each(['removed', 'banned'] as const)(
    '[I5] somebody who is %s while connected sees it at once and does not come back',
    (code) => {
      const drill = drive()
      drill.online()
      drill.give(rejected(code))
      expect(drill.phase).toEqual({ state: 'refused', reason: code })
      expect(drill.effects).toEqual(['drop'])
      expect(drill.due).toBeNull()
    },
  )

  it('[I5] the close code alone is enough', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'closed', code: CloseCode.banned })
    expect(drill.phase.state).toBe('refused')
  })
})

describe('a host that stops on purpose', () => {
  const stopped = () => {
    const drill = drive(['a:1'], 1)
    drill.online()
    drill.give({ kind: 'bye', reconnectAfterMs: 500, reason: 'stopped' })
    drill.give({ kind: 'closed', code: CloseCode.serviceRestart })
    return drill
  }

  it('[D16] is not called a lost connection, however often it is tried', () => {
    const drill = stopped()
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(connectionView(drill.phase, 0)).toMatchObject({
        state: 'waiting',
        reason: 'The host stopped this session.',
        stopped: true,
      })
      drill.wait(drill.due ?? 0)
      expect(drill.phase.state).toBe('connecting')
      drill.give({ kind: 'closed', code: 1006 })
    }
  })

  it('[D16] once it is back, a lost connection is one again', () => {
    const drill = stopped()
    drill.wait(drill.due ?? 0)
    drill.give({ kind: 'opened' }, WELCOME, { kind: 'synced' }, { kind: 'closed', code: 1006 })
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'lost' })
  })
})
