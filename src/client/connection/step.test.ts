import { describe, expect, it } from 'vitest'
import { CloseCode } from '../../protocol/errors.ts'
import { CONNECT_TIMEOUT_MS } from './attempt.ts'
import { retryDelay } from './backoff.ts'
import { connectionView } from './connection-view.ts'
import { WELCOME_TIMEOUT_MS } from './step.ts'
import { PROBE_TIMEOUT_MS } from './trust.ts'

import { drive, WELCOME } from '../../testing/connection-drill.ts'

describe('the retry delay', () => {
  it('[D12] grows from 1 s by 1.5 to a cap of 30 s, with full jitter', () => {
    const ceilings = [1, 2, 3, 4, 20, 1_000].map((failures) => retryDelay(failures, 1))
    expect(ceilings).toEqual([1_000, 1_500, 2_250, 3_375, 30_000, 30_000])
    expect(retryDelay(1, 0)).toBe(0)
    expect(retryDelay(20, 0.5)).toBe(15_000)
  })
})

describe('connecting', () => {
  it('[D14] goes offline, connecting, authenticating, catching-up, online', () => {
    const drill = drive()
    expect(drill.phase.state).toBe('offline')
    drill.give({ kind: 'connect' })
    expect(drill.phase.state).toBe('connecting')
    expect(drill.dialled).toEqual(['a:1'])
    drill.give({ kind: 'opened' })
    expect(drill.phase.state).toBe('authenticating')
    expect(drill.effects).toEqual(['hello'])
    drill.give(WELCOME)
    expect(drill.phase.state).toBe('catching-up')
    expect(drill.effects).toEqual(['remember', 'sync'])
    drill.give({ kind: 'plan', events: 480 }, { kind: 'received', events: 120 })
    expect(connectionView(drill.phase, 0)).toEqual({
      state: 'catching-up',
      received: 120,
      total: 480,
    })
    drill.give({ kind: 'synced' })
    expect(drill.phase.state).toBe('online')
  })

  it('[D12] tries for ever, waiting longer each time, and says when the next try is', () => {
    const drill = drive(['a:1'], 1)
    drill.give({ kind: 'connect' })
    const waits = []
    for (let attempt = 1; attempt <= 60; attempt++) {
      drill.give({ kind: 'closed', code: 1006 })
      expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'unreachable', attempt })
      waits.push(drill.due)
      drill.wait(drill.due ?? 0)
      expect(drill.phase).toMatchObject({ state: 'connecting', attempt: attempt + 1 })
    }
    expect(waits.slice(0, 3)).toEqual([1_000, 1_500, 2_250])
    expect(waits.at(-1)).toBe(30_000)
  })

  it('[D12] begins with the short delay again after it was online', () => {
    const drill = drive(['a:1'], 1)
    drill.give({ kind: 'connect' })
    for (let i = 0; i < 5; i++) {
      drill.give({ kind: 'closed', code: 1006 })
      drill.wait(30_000)
    }
    drill.give({ kind: 'opened' }, WELCOME, { kind: 'synced' }, { kind: 'closed', code: 1006 })
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'lost', attempt: 1 })
    expect(drill.due).toBe(1_000)
  })

  it('gives each address a short time, then counts the attempt as failed', () => {
    const drill = drive(['a:1', 'b:2', 'c:3'])
    drill.give({ kind: 'connect' })
    expect(drill.due).toBe(CONNECT_TIMEOUT_MS)
    drill.wait(CONNECT_TIMEOUT_MS)
    expect(drill.effects).toEqual(['drop', 'dial'])
    expect(drill.dialled).toEqual(['b:2'])
    drill.give({ kind: 'closed', code: 1006 })
    expect(drill.dialled).toEqual(['c:3'])
    drill.give({ kind: 'opened' })
    expect(drill.due).toBe(WELCOME_TIMEOUT_MS)
    drill.wait(WELCOME_TIMEOUT_MS)
    expect(drill.phase).toMatchObject({ state: 'waiting', attempt: 1 })
  })

  it('begins with the address that worked last', () => {
    const drill = drive(['a:1', 'b:2'])
    drill.give({ kind: 'connect' }, { kind: 'closed', code: 1006 })
    expect(drill.dialled).toEqual(['b:2'])
    drill.give({ kind: 'opened' }, WELCOME, { kind: 'synced' }, { kind: 'closed', code: 1006 })
    drill.wait(drill.due ?? 0)
    expect(drill.dialled).toEqual(['b:2'])
    drill.give({ kind: 'closed', code: 1006 })
    expect(drill.dialled).toEqual(['a:1'])
  })

  it('waits when there is no address, and tries the ones it is given', () => {
    const drill = drive([])
    drill.give({ kind: 'connect' })
    expect(drill.phase.state).toBe('waiting')
    drill.give({ kind: 'addresses', addresses: ['b:2'] })
    expect(drill.dialled).toEqual(['b:2'])
  })
})

describe('asked by the person', () => {
  it('[D12] a close the person asked for is not retried', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'disconnect' })
    expect(drill.effects).toEqual(['close'])
    expect(drill.phase).toMatchObject({ state: 'offline', why: 'disconnected' })
    expect(drill.due).toBeNull()
    for (const kind of ['resume', 'network-back', 'network-change', 'tick'] as const) {
      drill.give({ kind })
      expect(drill.phase.state).toBe('offline')
    }
    drill.give({ kind: 'connect' })
    expect(drill.phase.state).toBe('connecting')
  })

  it.each(['connect-now', 'resume', 'network-back', 'network-change'] as const)(
    '[D12] an attempt is made at once on %s',
    (kind) => {
      const drill = drive()
      drill.give({ kind: 'connect' }, { kind: 'closed', code: 1006 })
      expect(drill.phase.state).toBe('waiting')
      drill.give({ kind })
      expect(drill.phase.state).toBe('connecting')
      expect(drill.effects).toEqual(['dial'])
    },
  )

  it('leaves a refused session alone until the person asks', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'closed', code: CloseCode.banned })
    expect(drill.phase).toEqual({ state: 'refused', reason: 'banned' })
    drill.give({ kind: 'resume' }, { kind: 'network-back' }, { kind: 'tick' })
    expect(drill.phase.state).toBe('refused')
    drill.give({ kind: 'connect-now' })
    expect(drill.phase.state).toBe('connecting')
  })

  it('makes the connection anew when the handshake changes', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'reconnect' })
    expect(drill.effects).toEqual(['drop', 'dial'])
  })

  it('[I3] tries another name at once where the one before was taken, and nothing else', () => {
    const refused = (code: 'name-taken' | 'banned') => {
      const drill = drive()
      drill.give({ kind: 'connect' }, { kind: 'opened' })
      drill.give({ kind: 'rejected', rejected: { type: 'rejected', code, message: '' } })
      drill.give({ kind: 'reconnect' })
      return drill.phase.state
    }
    expect(refused('name-taken')).toBe('connecting')
    expect(refused('banned')).toBe('refused')
  })
})

describe('liveness', () => {
  it('[D13] gives up after interval and timeout without anything heard, not earlier', () => {
    const drill = drive(['a:1'], 1)
    drill.online()
    drill.wait(39_999)
    expect(drill.phase.state).toBe('online')
    drill.give({ kind: 'heard' })
    drill.wait(39_999)
    expect(drill.phase.state).toBe('online')
    drill.wait(1)
    expect(drill.effects).toEqual(['drop'])
    expect(drill.phase).toMatchObject({ state: 'waiting', reason: 'lost' })
  })

  it.each(['resume', 'network-change', 'network-back', 'network-lost'] as const)(
    '[D13] probes an open socket on %s, and connects anew when there is no answer',
    (kind) => {
      const drill = drive()
      drill.online()
      drill.give({ kind })
      expect(drill.effects).toEqual(['send'])
      expect(drill.phase.state).toBe('online')
      // Frames from before the sleep may still be in the pipe: they prove nothing.
      drill.give({ kind: 'heard' }, { kind: 'pong', nonce: 99 })
      drill.wait(PROBE_TIMEOUT_MS)
      expect(drill.effects).toEqual(['drop', 'dial'])
      expect(drill.phase.state).toBe('connecting')
    },
  )

  it('[D13] trusts the socket again once the probe is answered', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'resume' }, { kind: 'network-change' }, { kind: 'pong', nonce: 1 })
    drill.wait(PROBE_TIMEOUT_MS)
    expect(drill.phase.state).toBe('online')
    expect(drill.due).toBe(40_000 - PROBE_TIMEOUT_MS)
  })

  it('[D13] suspending closes nothing; a timer that ran late asks before it gives up', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'suspend' })
    expect(drill.effects).toEqual([])
    drill.wait(3_600_000)
    expect(drill.effects).toEqual(['send'])
    drill.give({ kind: 'resume' }, { kind: 'pong', nonce: 1 })
    expect(drill.phase.state).toBe('online')
  })

  it('[D13] restarts a dial that hangs from before the wake-up, but not a fresh one', () => {
    const drill = drive()
    drill.give({ kind: 'connect' })
    drill.pass(200)
    drill.give({ kind: 'network-back' })
    expect(drill.effects).toEqual([])
    drill.pass(2_000)
    drill.give({ kind: 'resume' })
    expect(drill.effects).toEqual(['drop', 'dial'])
  })
})

describe('without a network', () => {
  it('[D14] is offline, and tries at once when it is back', () => {
    const drill = drive()
    drill.online()
    drill.give({ kind: 'network-lost' }, { kind: 'closed', code: 1006 })
    expect(drill.phase).toMatchObject({ state: 'offline', why: 'no-network' })
    drill.give({ kind: 'network-back' })
    expect(drill.phase.state).toBe('connecting')
  })

  it('[D5] still tries now and then, since the news may be wrong', () => {
    const drill = drive()
    drill.give({ kind: 'connect' }, { kind: 'closed', code: 1006 }, { kind: 'network-lost' })
    expect(drill.phase.state).toBe('offline')
    expect(drill.due).toBe(30_000)
    drill.wait(30_000)
    expect(drill.phase.state).toBe('connecting')
  })

  it('keeps trying a host on this computer', () => {
    const drill = drive(['127.0.0.1:47800'])
    drill.give({ kind: 'connect' }, { kind: 'network-lost' }, { kind: 'closed', code: 1006 })
    expect(drill.phase.state).toBe('waiting')
  })
})
