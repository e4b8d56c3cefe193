import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { beginAsJoiner } from '../../../pairing/exchange.ts'
import { encodePairing, NONCE_BYTES } from '../../../pairing/messages.ts'
import { NO_CHANNEL } from '../../../protocol/device-proof.ts'
import { createHostSide } from './host-side.ts'
import { CODE, SESSION, testDesk } from './pairing-door.fixture.ts'
import type { TryAnswer } from './pairing-tries.ts'

const means = { kind: 'code', selector: CODE.slice(0, 2) } as const
const nonce = randomBytes(NONCE_BYTES)
const begin = encodePairing({ type: 'begin', means, nonce })
const malformed = { frame: encodePairing({ type: 'refused', code: 'malformed' }), last: true }

/** A host whose desk and counts are asked over the network, and answer when the test says so. */
function slowHost() {
  const desk = testDesk(undefined)
  let answer = (): void => {}
  const asked = <Value>(value: () => Value): Promise<Value> =>
    new Promise((resolve) => (answer = () => resolve(value())))
  const settled: boolean[] = []
  const side = createHostSide({
    desk: { ...desk, codes: () => asked(() => [CODE]) },
    tries: {
      withCode: () =>
        asked((): TryAnswer => ({ kind: 'started', settle: (right) => void settled.push(right) })),
      withPassphrase: () => Promise.reject(new Error('nobody asked for it')),
      keepOnly() {},
    },
    random: randomBytes,
    ...{ fingerprint: null, address: '10.0.0.1' },
  })
  return { side, settled, answer: () => answer() }
}
type SlowHost = ReturnType<typeof slowHost>

async function offered({ side, answer }: SlowHost): Promise<string> {
  const replying = side.receive(begin)
  answer()
  const { nonce: hostNonce } = JSON.parse((await replying)?.frame ?? '{}')
  const binding = {
    ...{ means, sessionId: SESSION, channel: NO_CHANNEL, joinerNonce: nonce },
    ...{ hostNonce: Buffer.from(hostNonce, 'base64url'), password: CODE.slice(2) },
  }
  return encodePairing({ type: 'share', share: beginAsJoiner(binding, randomBytes).share })
}
/** The codes are read again, then the try is counted. */
async function answerBoth({ answer }: SlowHost): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    answer()
    await new Promise(setImmediate)
  }
}

describe('a host that has to ask', () => {
  it('[T9] grants nothing to whoever does not wait for the answer', async () => {
    const host = slowHost()
    const replying = host.side.receive(begin)
    expect(await host.side.receive(begin)).toBeNull()
    host.answer()
    expect(await replying).toEqual(malformed)
    expect(await host.side.receive(begin)).toBeNull()
  })

  it('[T9] counts the try of whoever goes on, or goes away, while it is being counted', async () => {
    for (const disturb of ['frame', 'close'] as const) {
      const host = slowHost()
      const share = await offered(host)
      const replying = host.side.receive(share)
      await new Promise(setImmediate)
      if (disturb === 'frame') expect(await host.side.receive(share)).toBeNull()
      else host.side.closed()
      await answerBoth(host)
      expect(await replying).toEqual(malformed)
      expect(host.settled).toEqual([false])
    }
  })

  it('[T9] leaves the try counted when the connection goes after the answer', async () => {
    const host = slowHost()
    const replying = host.side.receive(await offered(host))
    await answerBoth(host)
    expect(JSON.parse((await replying)?.frame ?? '{}')).toMatchObject({ type: 'share' })
    expect(host.settled).toEqual([])
    host.side.closed()
    expect(host.settled).toEqual([false])
  })
})
