import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { systemPairingClock } from '../../../pairing/clock.ts'
import { findAndPair } from '../../../pairing/find-and-pair.ts'
import { pairWithCode } from '../../../pairing/pair.ts'
import { askHost, socketProbe } from '../../../pairing/probe-connect.ts'
import { probeSubnets } from '../../../pairing/probe-subnets.ts'
import { manualClock } from '../../../testing/manual-clock.ts'
import { CODE, freePort, SESSION, startHost, startStranger } from './pairing-door.fixture.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const clock = systemPairingClock()
const limits = { connectMs: 2_000, answerMs: 2_000, signal: new AbortController().signal }

describe('asking one address over real sockets', () => {
  it('reads the answer of a host and the key it showed', async () => {
    const host = await startHost()
    ends.push(host.stop)
    const result = await askHost({ host: '127.0.0.1', port: host.port })
    expect(result).toMatchObject({
      kind: 'host',
      fingerprint: host.fingerprint,
      answer: { session: SESSION, selector: '7K' },
    })
    const plain = await startHost({ secure: false })
    ends.push(plain.stop)
    expect(await socketProbe(clock)({ host: '127.0.0.1', port: plain.port }, limits)).toMatchObject(
      { kind: 'host', fingerprint: null },
    )
  })

  it('tells nobody, strangers and the silent apart', async () => {
    const port = await freePort()
    const ask = socketProbe(clock)
    expect(await ask({ host: '127.0.0.1', port }, limits)).toEqual({ kind: 'refused' })
    const web = await startStranger('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    ends.push(web.stop)
    expect(await ask({ host: '127.0.0.1', port: web.port }, limits)).toEqual({ kind: 'stranger' })
    // It takes the connection and says nothing: after the wait it is a stranger.
    const mute = await startStranger('')
    ends.push(mute.stop)
    const still = manualClock()
    const waiting = socketProbe(still)({ host: '127.0.0.1', port: mute.port }, limits)
    await mute.reached
    await still.advance(2_000)
    expect((await waiting).kind).toMatch(/^(stranger|silent)$/)
  })
})

describe('from a code to an invite over real sockets', () => {
  it('finds the host on this computer, pairs and stops looking', async () => {
    const host = await startHost()
    ends.push(host.stop)
    const unused = await freePort()
    const outcome = await findAndPair(
      {
        clock,
        pair: (target, signal) => pairWithCode({ ...target, code: CODE }, { signal }),
        probe: (selector, found, signal) =>
          probeSubnets({
            // Only this computer itself: nobody's network is disturbed by a test.
            interfaces: {},
            connect: socketProbe(clock),
            clock,
            ports: [unused, host.port],
            selector,
            found,
            signal,
          }),
      },
      { code: CODE, announced: [] },
    )
    expect(outcome).toMatchObject({
      kind: 'paired',
      invite: { sessionId: SESSION, fingerprint: host.fingerprint },
    })
  })

  it('reads the interfaces of this computer as they are', async () => {
    // Nothing is sent: it is stopped before it begins.
    const report = await probeSubnets({
      interfaces: networkInterfaces(),
      connect: () => Promise.reject(new Error('asked')),
      clock,
      signal: AbortSignal.abort(),
    })
    expect(report).toMatchObject({ ended: 'aborted', tried: 0, hosts: [] })
  })
})
