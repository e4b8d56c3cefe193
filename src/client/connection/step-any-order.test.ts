import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../testing/seeded-random.ts'
import type { Input } from './phases.ts'

import { OTHER } from '../../testing/client-kit.ts'
import { drive, WELCOME } from '../../testing/connection-drill.ts'

describe('any order of inputs', () => {
  const inputs: readonly Input[] = [
    { kind: 'connect' },
    { kind: 'connect-now' },
    { kind: 'disconnect' },
    { kind: 'reconnect' },
    { kind: 'addresses', addresses: ['a:1', 'c:3'] },
    { kind: 'suspend' },
    { kind: 'resume' },
    { kind: 'network-change' },
    { kind: 'network-lost' },
    { kind: 'network-back' },
    { kind: 'opened' },
    { kind: 'heard' },
    { kind: 'approval' },
    WELCOME,
    { kind: 'rejected', rejected: { type: 'rejected', code: 'session-full', message: '' } },
    { kind: 'bye', reconnectAfterMs: 1_000, reason: 'restart' },
    { kind: 'bye', reconnectAfterMs: 1_000, reason: 'stopped' },
    { kind: 'pong', nonce: 1 },
    { kind: 'plan', events: 10 },
    { kind: 'received', events: 5 },
    { kind: 'synced' },
    { kind: 'closed', code: 1006 },
    { kind: 'closed', code: 4401 },
    { kind: 'challenge', nonce: 'n' },
    { kind: 'rejected', rejected: { type: 'rejected', code: 'token-needed', message: '' } },
    {
      kind: 'rejected',
      rejected: {
        ...{ type: 'rejected', code: 'identity-taken', message: '' },
        member: { id: OTHER, name: 'Mara' },
      },
    },
    { kind: 'token', token: 'one' },
    { kind: 'token', token: null },
    { kind: 'sign-in', token: 'two' },
    { kind: 'token-taken', expiresAt: 100_000 },
    { kind: 'token-fault', code: 'unauthorized' },
    { kind: 'token-fault', code: 'unavailable' },
    { kind: 'distrusted', why: 'other-key' },
    { kind: 'broken' },
    { kind: 'tick' },
  ]

  it('[D12] never leaves a wanted connection without a socket or a moment to try again', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed)
      const drill = drive(['a:1', 'b:2'], random.next(), { hasSource: seed % 2 === 0 })
      let socket = false
      for (let i = 0; i < 60; i++) {
        const input = random.pick(inputs)
        drill.pass(random.int(0, 12_000))
        if (input.kind === 'closed') {
          if (!socket) continue
          socket = false
        }
        if (input.kind === 'distrusted') {
          // Said of a socket that is being opened, or not at all.
          if (drill.phase.state !== 'connecting') continue
          socket = false
        }
        drill.give(input)
        for (const effect of drill.effects) {
          if (effect === 'dial') socket = true
          if (effect === 'drop' || effect === 'close') socket = false
        }
        // `drop` comes before `dial` in one step.
        if (drill.effects.includes('dial')) socket = true
        const { state } = drill.phase
        const wantsSocket = [
          'connecting',
          'authenticating',
          'awaiting-approval',
          'catching-up',
          'online',
        ].includes(state)
        expect(socket, `seed ${seed}, step ${i}: ${input.kind} -> ${state}`).toBe(wantsSocket)
        const resting =
          state === 'refused' ||
          (drill.phase.state === 'offline' && drill.phase.why === 'disconnected')
        expect(drill.due === null, `seed ${seed}, step ${i}: ${state}`).toBe(resting)
      }
    }
  })
})
