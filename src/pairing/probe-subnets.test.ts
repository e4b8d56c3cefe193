import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { SessionId } from '../protocol/ids.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { HOST_PORTS, type ProbeAnswer } from './probe-answer.ts'
import {
  type ProbeConnect,
  type ProbeOptions,
  type ProbeResult,
  probeSubnets,
} from './probe-subnets.ts'

const network = (...addresses: string[]): Record<string, NetworkInterfaceInfo[]> =>
  Object.fromEntries(
    addresses.map((address, index) => [
      `eth${index}`,
      [
        {
          address,
          netmask: '255.255.255.0',
          family: 'IPv4',
          mac: '',
          internal: false,
          cidr: null,
        } satisfies NetworkInterfaceInfo,
      ],
    ]),
  )
const answer: ProbeAnswer = {
  landline: 1,
  session: '0192d3a4-0000-7000-8000-000000000001' as SessionId,
  name: 'Field Station',
  selector: '7K',
  passphrase: false,
  approval: false,
  open: false,
  protocol: [2],
  people: 1,
}
const host: ProbeResult = { kind: 'host', answer, fingerprint: 'key' }

/** A network in which each answer takes its time; what nobody answers takes the whole wait. */
function world(answers: Readonly<Record<string, ProbeResult>>, answerAfterMs = 5) {
  const clock = manualClock()
  const asked: string[] = []
  let running = 0
  let most = 0
  const connect: ProbeConnect = ({ host: address, port }, { connectMs, signal }) => {
    asked.push(`${address}:${port}`)
    most = Math.max(most, ++running)
    const result = answers[`${address}:${port}`] ?? answers[address]
    const isHeard = result !== undefined && answerAfterMs <= connectMs
    return new Promise((resolve) => {
      const done = (outcome: ProbeResult): void => {
        cancel()
        running -= 1
        resolve(outcome)
      }
      const cancel = clock.after(isHeard ? answerAfterMs : connectMs, () =>
        done(isHeard ? result : { kind: 'silent' }),
      )
      signal.addEventListener('abort', () => done({ kind: 'silent' }), { once: true })
    })
  }
  async function run(options: Partial<ProbeOptions>, forMs = 12_000) {
    const interfaces = options.interfaces ?? network('192.168.1.7')
    const probing = probeSubnets({ ...options, interfaces, connect, clock })
    await clock.advance(forMs)
    return probing
  }
  return { clock, asked, run, most: () => most }
}

describe('looking for hosts without multicast', () => {
  it('finds one on the usual port in less than a second', async () => {
    const found: string[] = []
    const { clock, run } = world({ '192.168.1.200:47800': host })
    const report = await run({ selector: '7K', found: () => found.push(`${clock.monotonic()}`) })
    expect(report).toMatchObject({ ended: 'complete', problem: null, tried: 255, alive: 1 })
    expect(report.hosts).toEqual([
      { host: '192.168.1.200', port: 47_800, answer, fingerprint: 'key' },
    ])
    expect(Number(found[0])).toBeLessThan(1_000)
  })

  it('finds one on another port where a computer shows itself, before asking the silent ones again', async () => {
    const { asked, run } = world({
      '192.168.1.9': { kind: 'refused' },
      '192.168.1.9:47805': host,
    })
    const report = await run({})
    expect(report.hosts).toMatchObject([{ host: '192.168.1.9', port: 47_805 }])
    expect(asked.filter((one) => one.startsWith('192.168.1.50:'))).toEqual(['192.168.1.50:47800'])
  })

  it('finds one with a long way to it, and one that only answers on another port', async () => {
    const far = await world({ '192.168.1.9:47800': host }, 450).run({})
    expect(far.hosts).toHaveLength(1)
    const firewalled = await world({ '192.168.1.9:47801': host }).run({})
    expect(firewalled.hosts).toMatchObject([{ port: 47_801 }])
  })

  it('[T10] ends after 12 s with 128 at once at most, however large the networks are', async () => {
    const { most, run, clock } = world({})
    const report = await run({
      interfaces: network('192.168.1.7', '192.168.2.7', '192.168.3.7', '192.168.4.7', '10.0.0.1'),
    })
    expect(report).toMatchObject({ ended: 'time', problem: 'nothing-answered' })
    expect(report.tried).toBeLessThanOrEqual(1_024)
    expect(report.skipped).toMatchObject([{ why: 'too-many' }])
    expect(most()).toBe(128)
    expect(clock.pendingTimers()).toBe(0)
  })

  it('ends when it is told to', async () => {
    const control = new AbortController()
    const { run, clock } = world({ '192.168.1.8:47800': host })
    const report = await run({ signal: control.signal, found: () => control.abort() })
    expect(report).toMatchObject({ ended: 'aborted', problem: null })
    expect(report.hosts).toHaveLength(1)
    expect(clock.pendingTimers()).toBe(0)
    const late = world({})
    expect(await late.run({ signal: control.signal })).toMatchObject({ ended: 'aborted', tried: 0 })
    expect(late.asked).toEqual([])
  })

  it('asks neighbours it was told of, and this computer first', async () => {
    const { asked, run } = world({ 'fd00::5:47800': host })
    const report = await run({ neighbours: ['fd00::5'] })
    expect(asked.slice(0, 2)).toEqual(['127.0.0.1:47800', '192.168.1.7:47800'])
    expect(report.hosts).toMatchObject([{ host: 'fd00::5' }])
  })

  it('lists a host that answers at several addresses once', async () => {
    const report = await world({ '127.0.0.1:47800': host, '192.168.1.7:47800': host }).run({})
    expect(report.hosts).toMatchObject([{ host: '127.0.0.1' }])
  })

  it('says why nothing was found', async () => {
    const problem = async (
      answers: Record<string, ProbeResult>,
      options: Partial<ProbeOptions> = {},
    ): Promise<string | null> => (await world(answers).run({ selector: '7K', ...options })).problem
    expect(await problem({}, { interfaces: {} })).toBe('no-network')
    expect(await problem({})).toBe('nothing-answered')
    // This computer's own answer is no sign of a network.
    expect(await problem({ '127.0.0.1': { kind: 'refused' } })).toBe('nothing-answered')
    expect(await problem({ '192.168.1.1': { kind: 'stranger' } })).toBe('no-host')
    expect(await problem({ '192.168.1.1': { kind: 'blocked' } })).toBe('blocked')
    const other: ProbeResult = { ...host, answer: { ...answer, selector: 'A0' } }
    expect(await problem({ '192.168.1.1:47803': other, '192.168.1.1': { kind: 'refused' } })).toBe(
      'other-code',
    )
    expect(await problem({ '192.168.1.1:47800': host })).toBeNull()
  })

  it('uses the ports that hosts take', () => {
    expect(HOST_PORTS).toEqual([47_800, 47_801, 47_802, 47_803, 47_804, 47_805, 47_806, 47_807])
  })
})
