import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { answerAsHost, beginAsJoiner, type Binding } from './exchange.ts'
import { pairingAnswerSeeds, pairingFrameSeeds, probeAnswerSeeds } from './fuzz-seeds.ts'
import { createJoiner } from './joiner.ts'
import { decodeHost, decodeJoiner, encodePairing } from './messages.ts'
import { stretchPassphrase } from './passphrase.ts'
import { readProbeAnswer } from './probe-answer.ts'
import type { SessionId } from '../protocol/ids.ts'

const chance = seededRandom(7)
const random = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => Math.floor(chance.next() * 256))
const session = '0192d3a4-0000-7000-8000-000000000001' as SessionId
const binding: Binding = {
  means: { kind: 'code', selector: '7K' },
  sessionId: session,
  channel: 'fingerprint',
  joinerNonce: random(16),
  hostNonce: random(16),
  password: 'Q2M4XD',
}

/** Whether each side believes the other. */
function run(joiners: Binding, hosts: Binding): { joiner: boolean; host: boolean } {
  const joiner = beginAsJoiner(joiners, random)
  const host = answerAsHost(hosts, joiner.share, random)
  if (host === null) throw new Error('no answer')
  const checked = joiner.check(host.share, host.confirm)
  return {
    joiner: checked.kind === 'believed',
    host: checked.kind === 'believed' && host.isConfirmed(checked.confirm),
  }
}

describe('an exchange', () => {
  it('is believed by both sides when they know the same', () => {
    expect(run(binding, binding)).toEqual({ joiner: true, host: true })
  })

  it.each([
    { password: 'Q2M4XE' },
    { channel: 'another key' },
    { sessionId: '0192d3a4-0000-7000-8000-000000000002' },
    { joinerNonce: new Uint8Array(16) },
    { hostNonce: new Uint8Array(16) },
    { means: { kind: 'code', selector: '8K' } },
    { means: { kind: 'passphrase' } },
  ] satisfies Partial<Binding>[])('[T8] is believed by nobody with another %j', (other) => {
    expect(run(binding, { ...binding, ...other })).toEqual({ joiner: false, host: false })
  })

  it('is not believed by a host whose own confirmation is sent back to it', () => {
    const joiner = beginAsJoiner(binding, random)
    const host = answerAsHost(binding, joiner.share, random)
    expect(host?.isConfirmed(host.confirm)).toBe(false)
    expect(joiner.check(joiner.share, random(64))).toEqual({ kind: 'wrong' })
    expect(joiner.check(new Uint8Array(32), random(64))).toEqual({ kind: 'wrong' })
    expect(answerAsHost(binding, new Uint8Array(32), random)).toBeNull()
  })

  it('[T8] replayed to another run is worth nothing', () => {
    const first = beginAsJoiner(binding, random)
    const host = answerAsHost(binding, first.share, random)
    const checked = host === null ? null : first.check(host.share, host.confirm)
    if (checked?.kind !== 'believed') throw new Error('not believed')
    const second = answerAsHost({ ...binding, hostNonce: random(16) }, first.share, random)
    expect(second?.isConfirmed(checked.confirm)).toBe(false)
  })
})

describe('the frames of a pairing', () => {
  it('are read as they were written', () => {
    const begin = { type: 'begin', means: binding.means, nonce: Buffer.from(random(16)) } as const
    expect(decodeJoiner(encodePairing(begin))).toEqual(begin)
    const share = {
      type: 'share',
      share: Buffer.from(random(32)),
      confirm: Buffer.from(random(64)),
    } as const
    expect(decodeHost(encodePairing(share))).toEqual(share)
  })

  it('do not carry a secret that no link could carry', () => {
    const granted = (secret: string): string =>
      JSON.stringify({ type: 'granted', invite: { name: 'F', addresses: [], secret } })
    expect(decodeHost(granted('sss\ud83d\ude00'))).not.toBeNull()
    expect(decodeHost(granted('sss\ud800sss'))).toBeNull()
  })

  it('of any kind at all never throw', async () => {
    for (const seed of [...pairingFrameSeeds(), ...pairingAnswerSeeds(), ...probeAnswerSeeds()]) {
      for (let round = 0; round < 20; round++) {
        const at = Math.floor(chance.next() * (seed.length + 1))
        const frame = `${seed.slice(0, at)}${String.fromCharCode(Math.floor(chance.next() * 256))}${seed.slice(at + 1)}`
        decodeJoiner(frame)
        decodeHost(frame)
        readProbeAnswer(frame)
        const joiner = createJoiner({
          secret: { kind: 'code', code: '7KQ2M4XD' },
          channel: 'fingerprint',
          address: '10.0.0.1:47800',
          random,
        })
        joiner.begin()
        expect(['send', 'end']).toContain((await joiner.receive(frame)).kind)
      }
    }
    expect(
      pairingFrameSeeds().filter((seed) => decodeJoiner(seed) !== null).length,
    ).toBeGreaterThan(3)
    expect(
      probeAnswerSeeds().filter((seed) => readProbeAnswer(seed) !== null).length,
    ).toBeGreaterThan(0)
  })
})

describe('a stretched passphrase', () => {
  it('is the same for the same words and session only', async () => {
    const one = await stretchPassphrase('four old herons', session)
    expect(one).toMatch(/^[A-Za-z0-9_-]{43}$/)
    // Fixed for ever: stores keep it.
    expect(one).toBe('h6M4118IsGaFNYGi3c2MpzB8zhXZFfSkKQEd9Y2S1O4')
    expect(await stretchPassphrase('\tfour\u00a0 old herons\n', session)).toBe(one)
    const other = '0192d3a4-0000-7000-8000-000000000002' as SessionId
    expect(await stretchPassphrase('four old herons', other)).not.toBe(one)
  })
})
