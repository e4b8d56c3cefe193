import { describe, expect, it } from 'vitest'
import type { SessionId } from '../protocol/ids.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { type AnnouncedSession, findAndPair, type FindPorts, pairAtAny } from './find-and-pair.ts'
import { failed, type PairingFailureKind, type PairingOutcome } from './outcome.ts'
import type { ProbedHost, ProbeReport } from './probe-subnets.ts'

const session = (last: number): SessionId =>
  `0192d3a4-0000-7000-8000-${String(last).padStart(12, '0')}` as SessionId
const announced = (
  last: number,
  hosts: readonly string[],
  more: Partial<AnnouncedSession> = {},
): AnnouncedSession => ({
  sessionId: session(last),
  addresses: hosts.map((host) => ({ host, port: 47_800 })),
  selectors: ['7K'],
  ...more,
})
const report: ProbeReport = {
  networks: [],
  skipped: [],
  tried: 0,
  alive: 0,
  hosts: [],
  ended: 'complete',
  problem: 'nothing-answered',
}
const probed = (host: string, selector = '7K', last = 9): ProbedHost => ({
  host,
  port: 47_801,
  fingerprint: 'key',
  answer: {
    landline: 1,
    session: session(last),
    name: 'F',
    selector,
    passphrase: false,
    approval: false,
    open: false,
    protocol: [2],
    people: 1,
  },
})

/** What comes of each address; those not named have the code. */
function world(outcomes: Readonly<Record<string, PairingFailureKind>>, found: ProbedHost[] = []) {
  const dialled: string[] = []
  const steps: string[] = []
  let probes = 0
  const ports: FindPorts = {
    told: ({ way, state }) => steps.push(`${way} ${state}`),
    clock: manualClock(),
    pair({ host, port, sessionId = session(0), fingerprint }) {
      dialled.push(fingerprint === undefined ? host : `${host} ${fingerprint}`)
      const why = outcomes[host]
      const paired: PairingOutcome = {
        kind: 'paired',
        invite: { sessionId, name: 'F', addresses: [`${host}:${port}`] },
      }
      return Promise.resolve(why === undefined ? paired : failed(why))
    },
    async probe(_selector, tell, signal) {
      probes += 1
      for (const host of found) {
        if (signal.aborted) break
        tell(host)
        // As from a socket: what was found is dealt with meanwhile.
        for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      }
      return { ...report, hosts: found, ended: signal.aborted ? 'aborted' : 'complete' }
    },
  }
  const find = (sessions: readonly AnnouncedSession[], signal?: AbortSignal) =>
    findAndPair(ports, { code: '7kq2-m4xd', announced: sessions }, signal)
  return { dialled, steps, find, probes: () => probes }
}

describe('from a code to an invite', () => {
  it('takes the announced session that may have made it, without looking further', async () => {
    const { dialled, find, probes } = world({})
    const other = announced(2, ['10.0.0.3'], { selectors: ['A0'] })
    const outcome = await find([other, announced(1, ['10.0.0.2'], { fingerprint: 'fp' })])
    expect(outcome).toMatchObject({ kind: 'paired', invite: { sessionId: session(1) } })
    expect(dialled).toEqual(['10.0.0.2 fp'])
    expect(probes()).toBe(0)
  })

  it('goes on to the next address, not after an answer of the host itself', async () => {
    const moved = world({ '10.0.0.2': 'unreachable' })
    expect(await moved.find([announced(1, ['10.0.0.2', '10.8.0.2'])])).toMatchObject({
      kind: 'paired',
      invite: { addresses: ['10.8.0.2:47800'] },
    })
    const wrong = world({ '10.0.0.2': 'wrong-code', '10.8.0.2': 'wrong-code' })
    expect(await wrong.find([announced(1, ['10.0.0.2', '10.8.0.2'])])).toMatchObject({
      kind: 'failed',
      why: 'wrong-code',
    })
    expect(wrong.dialled).toEqual(['10.0.0.2'])
  })

  it('looks through the networks when nothing is announced, and stops at the first that has it', async () => {
    const { dialled, find } = world({ '10.0.0.5': 'wrong-code' }, [
      probed('10.0.0.4', 'A0'),
      probed('10.0.0.5'),
      probed('10.0.0.6'),
      probed('10.0.0.7'),
    ])
    expect(await find([])).toMatchObject({
      kind: 'paired',
      invite: { addresses: ['10.0.0.6:47801'] },
    })
    expect(dialled).toEqual(['10.0.0.5 key', '10.0.0.6 key'])
  })

  it('[T10] gives at most four strangers a guess', async () => {
    const hosts = Array.from({ length: 9 }, (_, index) => `10.0.0.${index + 2}`)
    const all = Object.fromEntries(hosts.map((host) => [host, 'wrong-code' as const]))
    const { dialled, find, probes } = world(all)
    const outcome = await find(hosts.map((host, index) => announced(index, [host])))
    expect(outcome).toMatchObject({ kind: 'failed', why: 'wrong-code', report: null })
    expect(dialled).toHaveLength(4)
    expect(probes()).toBe(0)
  })

  it('says what came nearest, or why nothing was found', async () => {
    const near = world({ a: 'unreachable', b: 'locked', c: 'no-code' })
    expect(
      await near.find([announced(1, ['a']), announced(2, ['b']), announced(3, ['c'])]),
    ).toMatchObject({ why: 'locked' })
    expect(await world({}).find([])).toMatchObject({
      why: 'not-found',
      report: { problem: 'nothing-answered' },
    })
    const ports: FindPorts = {
      clock: manualClock(),
      pair: () => Promise.reject(new Error('not reached')),
      probe: () => Promise.reject(new Error('not reached')),
    }
    expect(await findAndPair(ports, { code: '7KQ', announced: [] })).toMatchObject({
      why: 'not-a-code',
    })
  })

  it('tells each way as it is tried', async () => {
    const near = world({ '10.0.0.2': 'unreachable' })
    await near.find([announced(1, ['10.0.0.2', '10.0.0.3'])])
    expect(near.steps).toEqual([
      'announcement done',
      'code trying',
      'code failed',
      'code trying',
      'code done',
      'probe skipped',
    ])
    const hidden = world({}, [probed('10.0.0.6')])
    await hidden.find([])
    expect(hidden.steps.slice(0, 2)).toEqual(['announcement failed', 'probe trying'])
    expect(hidden.steps).toContain('code done')
    const nobody = world({})
    await nobody.find([])
    expect(nobody.steps.at(-1)).toBe('probe failed')
  })

  it('at one session tries its addresses until the host answers', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 1 }))
    const tried: string[] = []
    const pair = ({ host }: { readonly host: string }) => {
      tried.push(host)
      return Promise.resolve(failed(host === 'a' ? 'unreachable' : 'wrong-passphrase'))
    }
    expect(await pairAtAny([a!, b!, c!], pair)).toMatchObject({ why: 'wrong-passphrase' })
    expect(tried).toEqual(['a', 'b'])
    expect(await pairAtAny([], pair)).toMatchObject({ why: 'unreachable' })
  })

  it('ends when it is told to, and after 28 s', async () => {
    const clock = manualClock()
    const ports: FindPorts = {
      clock,
      pair: () => Promise.resolve(failed('unreachable')),
      probe: (_selector, _found, signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ ...report, ended: 'aborted' })),
        ),
    }
    const wanted = { code: '7KQ2M4XD', announced: [] }
    const late = findAndPair(ports, wanted)
    await clock.advance(28_000)
    expect(await late).toMatchObject({ why: 'timeout' })
    const control = new AbortController()
    const stopped = findAndPair(ports, wanted, control.signal)
    control.abort()
    expect(await stopped).toMatchObject({ why: 'aborted' })
    expect(clock.pendingTimers()).toBe(0)
  })
})
