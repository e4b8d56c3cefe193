import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DoctorPorts } from '../../doctor/plan.ts'
import type { DoctorReport } from '../../doctor/report.ts'
import type { Network } from '../../discovery/network.ts'
import { sessionIdSchema } from '../../protocol/ids.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { knownSessionSchema } from '../profile/profile-schema.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import { createIdentity } from '../profile/identity.ts'
import { createDoctor } from './doctor.ts'
import { chooseSubjects, secretsOf } from './doctor-subjects.ts'
import type { SubjectPorts } from './doctor-subjects.ts'

const id = (n: number) => sessionIdSchema.parse(`0190a000-0000-7000-8000-00000000000${n}`)
const FINGERPRINT = 'A'.repeat(43)
const HOME = '/home/mara'

const session = (n: number, more: object = {}): KnownSession =>
  knownSessionSchema.parse({
    sessionId: id(n),
    name: `Session ${n}`,
    addresses: [`10.0.0.${n}:47800`],
    secret: `planted-secret-${n}`,
    fingerprint: FINGERPRINT,
    ...createIdentity(),
    ...more,
  })
const hostedHere = { hosted: { port: 47_800, autoResume: true } }

function subjectPorts(sessions: readonly KnownSession[], hosted: readonly number[]): SubjectPorts {
  return {
    sessions: () => sessions,
    isHosted: (one) => hosted.some((n) => id(n) === one),
    hostedAt: () => ({ port: 47_800, addresses: ['10.0.0.1'] }),
    connectionOf: () => ({ state: 'online' }),
    keyOf: () => ({ kind: 'fault', message: `is not in ${HOME}/host-key.json: planted-secret-1` }),
    hostedFolder: join(HOME, 'hosted'),
    sessionsFolder: join(HOME, 'sessions'),
  }
}

const silence: Network = { links: () => [], listen: () => () => {} }

/** Everything refuses, and says more than it should about it. */
function computer(clock = manualClock()): DoctorPorts {
  const refused = { kind: 'refused', code: `planted-secret-2 in ${HOME}/x` } as const
  return {
    platform: 'linux',
    environment: { HTTPS_PROXY: 'http://me:planted-password@proxy:1' },
    interfaces: () => ({}),
    now: clock.now,
    clock,
    run: () => Promise.resolve({ kind: 'missing' }),
    readText: () => Promise.resolve(null),
    freeBytes: () => Promise.reject(new Error(`no such file ${HOME}/hosted planted-secret-1`)),
    authorities: () => [],
    multicast: () => ({ network: silence, token: 'x', troubles: () => [] }),
    lookAtDatabase: (file) => Promise.resolve({ kind: 'unreadable', code: `E at ${file}` }),
    dial: {
      resolve: (host) => Promise.resolve({ kind: 'resolved', addresses: [host] }),
      touch: () => Promise.resolve({ kind: 'connected' }),
      shakeHands: () => Promise.resolve(refused),
      fetchPath: () => Promise.resolve(refused),
      greet: () => Promise.resolve(refused),
    },
  }
}

function doctorOf(sessions: readonly KnownSession[], hosted: readonly number[] = []) {
  const clock = manualClock()
  const progress: DoctorReport[] = []
  const doctor = createDoctor({
    ports: () => computer(clock),
    subjects: subjectPorts(sessions, hosted),
    about: {
      versions: { app: '1', protocol: 2, node: '24.0.0', system: 'x' },
      keychain: () => false,
    },
    person: () => ({ home: HOME, userName: 'mara' }),
    onProgress: (report) => void progress.push(report),
  })
  return { doctor, clock, progress }
}

describe('the app’s doctor', () => {
  it('lets no secret, key, invite or user name into a report, whoever quotes them', async () => {
    const sessions = [session(1, hostedHere), session(2)]
    const { doctor, clock, progress } = doctorOf(sessions, [1])
    const invite = `landline://join?v=1&s=${id(3)}&n=Ward&a=planted-host:1&k=planted-secret-3`
    const ended = doctor.run({ session: id(2), target: invite })
    await clock.advance(20_000)
    const result = await ended
    expect(result.ok).toBe(true)
    const everything = `${JSON.stringify([result, progress])}${doctor.text()}`
    expect(everything).toContain('Session 2')
    expect(everything).toContain('~/sessions')
    expect(everything).toContain('‹secret›')
    for (const planted of [
      ...['planted-secret', 'planted-password', HOME, 'landline://join', FINGERPRINT],
      ...sessions.map(({ deviceKey }) => deviceKey),
    ]) {
      expect(everything).not.toContain(planted)
    }
  })

  it('has one run at a time: a new one ends the one before, whose findings no longer count', async () => {
    const { doctor, clock, progress } = doctorOf([session(2)])
    const first = doctor.run({ session: id(2) })
    await clock.settle()
    const before = progress.length
    const second = doctor.run({})
    await clock.settle()
    expect(await first).toMatchObject({ ok: true })
    const after = progress.slice(before)
    expect(after.length).toBeGreaterThan(0)
    expect(after.every(({ groups }) => groups.length === 1)).toBe(true)
    doctor.stop()
    const result = await second
    expect(result.ok && result.value.groups.map(({ title }) => title)).toEqual(['This computer'])
    expect(clock.pendingTimers()).toBe(0)
  })

  it('refuses what is neither address nor invite, and has nothing to copy before it ran', async () => {
    const { doctor } = doctorOf([])
    expect(doctor.text()).toBeNull()
    expect(await doctor.run({ target: 'two words' })).toMatchObject({
      ok: false,
      failure: { kind: 'invalid-arguments', message: expect.stringContaining('192.168.1.20') },
    })
  })
})

describe('what the doctor looks at', () => {
  const chosen = (wish: Parameters<typeof chooseSubjects>[0], hosted: readonly number[]) => {
    const sessions = [session(1, hostedHere), session(2), session(3, hostedHere)]
    const found = chooseSubjects(wish, subjectPorts(sessions, hosted))
    if (found.kind === 'fault') throw new Error(found.message)
    const { hosted: here, targets } = found.subjects
    return {
      hosted: here.map(({ id: one, serving }) => [one, serving]),
      targets: targets.map((one) => one.id),
    }
  }
  it('is all that is hosted, the session on screen, and the address somebody typed', () => {
    expect(chosen({}, [])).toEqual({ hosted: [], targets: [] })
    expect(chosen({ session: id(2) }, [1])).toEqual({ hosted: [[id(1), true]], targets: [id(2)] })
    expect(chosen({ session: id(1) }, [1])).toEqual({ hosted: [[id(1), true]], targets: [] })
    // Hosted here before, but not now: whether it could be.
    expect(chosen({ session: id(3) }, [])).toEqual({ hosted: [[id(3), false]], targets: [] })
    expect(chosen({ session: id(2), target: '10.0.0.9:1' }, []).targets).toEqual(['typed', id(2)])
  })
  it('keeps all secret fields of the profile to itself', () => {
    const one = session(1)
    expect(secretsOf([one])).toEqual(expect.arrayContaining([one.secret, one.deviceKey]))
    expect(secretsOf([one])).not.toContain(one.name)
  })
})
