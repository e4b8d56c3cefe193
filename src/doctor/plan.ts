import type { Interfaces } from '../discovery/links.ts'
import { checkClock } from './computer/clock.ts'
import { checkDisk } from './computer/disk.ts'
import { checkFirewall } from './computer/firewall.ts'
import { checkInterfaces } from './computer/interfaces.ts'
import { checkKeychain } from './computer/keychain.ts'
import { checkMulticast } from './computer/multicast.ts'
import type { MulticastPorts } from './computer/multicast.ts'
import { checkProxy } from './computer/proxy.ts'
import { checkVersions } from './computer/versions.ts'
import type { Versions } from './computer/versions.ts'
import { ownerOfPort } from './edges/port-owner.ts'
import type { RunCommand } from './edges/run-command.ts'
import { checkHostKey } from './hosting/certificate.ts'
import type { HostIdentity } from './hosting/certificate.ts'
import { checkDatabase, DATABASE_LATE } from './hosting/database.ts'
import type { DatabaseAnswer } from './hosting/database-answer.ts'
import { checkFreePort, checkServedPort, tryPort } from './hosting/port.ts'
import type { ReachPorts, ReachTarget } from './reaching/reach-state.ts'
import { reachingChecks } from './reaching/reaching-checks.ts'
import type { PlannedCheck, PlannedGroup } from './run-doctor.ts'
import { serviceCheck } from './services.ts'
import type { ServiceProbe } from './services.ts'
import { USUAL_PORT } from './usual-port.ts'

export interface HostedSubject {
  readonly id: string
  readonly name: string
  /** It is being hosted right now. */
  readonly serving: boolean
  /** 0: a free one is picked at the start. */
  readonly port: number
  /** The addresses its invites name. */
  readonly addresses: readonly string[]
  /** Reads the key; may ask the keychain. Null where an authority's certificate is used. */
  readonly identity: (() => HostIdentity) | null
  /** What makes it reachable for others, when it is not: the firewall, unless said otherwise. */
  readonly reachFix?: string
  /** The server's; null when it keeps its rooms in a service. */
  readonly databaseFile: string | null
}

export interface TargetSubject {
  readonly id: string
  readonly name: string
  readonly target: ReachTarget
  /** This device's copy of the session, where it has one. */
  readonly databaseFile?: string
}

export interface DoctorSubjects {
  readonly versions: Versions
  readonly keychain: (() => boolean) | null
  readonly hosted: readonly HostedSubject[]
  readonly targets: readonly TargetSubject[]
  readonly services: readonly ServiceProbe[]
}

export interface DoctorPorts extends ReachPorts {
  readonly interfaces: () => Interfaces
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: { after(ms: number, run: () => void): () => void }
  readonly run: RunCommand
  readonly readText: (path: string) => Promise<string | null>
  readonly freeBytes: () => Promise<number | null>
  readonly multicast: () => Pick<MulticastPorts, 'network' | 'token' | 'troubles'>
  /** In a process of its own: a large file would hold everything else up. */
  readonly lookAtDatabase: (file: string, signal: AbortSignal) => Promise<DatabaseAnswer>
}

export function makePlan(subjects: DoctorSubjects, ports: DoctorPorts): PlannedGroup[] {
  // What a person asks about stands first; the computer is where it then often turns out to lie.
  const groups: PlannedGroup[] = [
    ...subjects.targets.map((subject) => ({
      id: `reaching.${subject.id}`,
      title: `Reaching ${subject.name}`,
      checks: targetChecks(subject, ports),
    })),
    ...subjects.hosted.map((subject) => ({
      id: `hosting.${subject.id}`,
      title: `Hosting ${subject.name}`,
      checks: hostingChecks(subject, ports),
    })),
    { id: 'services', title: 'Services', checks: subjects.services.map(serviceCheck) },
    { id: 'computer', title: 'This computer', checks: computerChecks(subjects, ports) },
  ]
  return groups.filter(({ checks }) => checks.length > 0)
}

function computerChecks(subjects: DoctorSubjects, ports: DoctorPorts): PlannedCheck[] {
  const known = subjects.hosted.map(({ port }) => port).filter((port) => port !== 0)
  const wanted = known.length > 0 ? known : [USUAL_PORT]
  const { keychain } = subjects
  return [
    {
      id: 'interfaces',
      title: 'Network',
      run: () => checkInterfaces(ports.interfaces()),
    },
    {
      id: 'firewall',
      title: 'Firewall',
      run: (signal) => checkFirewall({ ...ports, ports: wanted }, signal),
    },
    {
      id: 'multicast',
      title: 'Finding sessions (multicast)',
      run: (signal) => checkMulticast({ ...ports.multicast(), clock: ports.clock }, signal),
    },
    { id: 'proxy', title: 'Proxy', run: () => checkProxy(ports.environment) },
    { id: 'clock', title: 'Clock', run: () => checkClock(ports.now()) },
    { id: 'disk', title: 'Disk space', run: async () => checkDisk(await ports.freeBytes()) },
    ...(keychain === null
      ? []
      : [
          {
            id: 'keychain',
            title: 'Keychain',
            run: () => checkKeychain(keychain(), ports.platform),
          },
        ]),
    { id: 'versions', title: 'Versions', run: () => checkVersions(subjects.versions) },
  ]
}

function hostingChecks(subject: HostedSubject, ports: DoctorPorts): PlannedCheck[] {
  const { id, port, addresses, serving, identity, databaseFile } = subject
  const checks: PlannedCheck[] = [
    {
      id: `hosting.${id}.port`,
      title: 'Port',
      async run(signal) {
        if (serving) {
          const key = identity?.().key
          const fingerprint = key?.kind === 'key' ? key.fingerprint : null
          const served = { port, addresses, fingerprint, reachFix: subject.reachFix }
          return checkServedPort(served, ports.dial.shakeHands, signal)
        }
        const trial = await tryPort(port, '0.0.0.0')
        const owner =
          trial.kind === 'free' ? null : await ownerOfPort(port, ports.platform, ports.run, signal)
        return checkFreePort(port, trial, owner)
      },
    },
  ]
  if (identity !== null) {
    checks.push({
      id: `hosting.${id}.key`,
      title: 'Key and certificate',
      run: () => checkHostKey(identity(), ports.now()),
    })
  }
  if (databaseFile !== null) {
    checks.push(databaseCheck(`hosting.${id}.database`, 'Database', databaseFile, serving, ports))
  }
  return checks
}

function targetChecks(subject: TargetSubject, ports: DoctorPorts): PlannedCheck[] {
  const { id, target, databaseFile } = subject
  const steps = reachingChecks(`reaching.${id}`, target, ports, ports.clock)
  if (databaseFile === undefined) return steps
  const title = 'Messages on this device'
  return [...steps, databaseCheck(`reaching.${id}.database`, title, databaseFile, false, ports)]
}

function databaseCheck(
  id: string,
  title: string,
  file: string,
  serving: boolean,
  ports: DoctorPorts,
): PlannedCheck {
  return {
    id,
    title,
    late: DATABASE_LATE,
    run: async (signal) => checkDatabase(await ports.lookAtDatabase(file, signal), serving),
  }
}
