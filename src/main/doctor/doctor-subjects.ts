import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectionView } from '../../client/views.ts'
import type { HostIdentity } from '../../doctor/hosting/certificate.ts'
import type { DoctorSubjects, HostedSubject } from '../../doctor/plan.ts'
import { parseTarget } from '../../doctor/reaching/parse-target.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { HostKey } from '../hosting/host-keys.ts'
import type { KnownSession } from '../profile/profile-schema.ts'

export interface DoctorWish {
  readonly session?: SessionId | undefined
  /** `host:port` or an invite link. */
  readonly target?: string | undefined
}

export interface SubjectPorts {
  readonly sessions: () => readonly KnownSession[]
  readonly isHosted: (id: SessionId) => boolean
  /** Where it is being hosted, or would be. */
  readonly hostedAt: (known: KnownSession) => {
    readonly port: number
    readonly addresses: readonly string[]
  }
  readonly connectionOf: (id: SessionId) => ConnectionView | undefined
  /** Never makes a key: only the one that members know is read. */
  readonly keyOf: (id: SessionId, fingerprint: string) => HostKey
  /** Folder of the sessions hosted here, and of this device's copies. */
  readonly hostedFolder: string
  readonly sessionsFolder: string
}

export type ChosenSubjects =
  | {
      readonly kind: 'subjects'
      readonly subjects: Pick<DoctorSubjects, 'hosted' | 'targets'>
      /** What the wish held that no report may show. */
      readonly secrets: readonly string[]
    }
  | { readonly kind: 'fault'; readonly message: string }

/** What to look at: all that is hosted here, the session on screen, and the address somebody typed. */
export function chooseSubjects(wish: DoctorWish, ports: SubjectPorts): ChosenSubjects {
  const typed = wish.target === undefined ? null : parseTarget(wish.target)
  if (typed?.kind === 'fault') return typed
  const sessions = ports.sessions()
  const hosted = sessions.filter(
    ({ sessionId, hosted: canHost }) =>
      ports.isHosted(sessionId) || (canHost !== undefined && sessionId === wish.session),
  )
  const shown = sessions.find(({ sessionId }) => sessionId === wish.session)
  const joined = shown !== undefined && !hosted.includes(shown) ? [shown] : []
  return {
    kind: 'subjects',
    subjects: {
      hosted: hosted.map((known) => hostedSubject(known, ports)),
      targets: [
        ...(typed === null ? [] : [{ id: 'typed', name: typed.name, target: typed.target }]),
        ...joined.map((known) => ({
          id: known.sessionId,
          name: known.name,
          target: {
            addresses: known.addresses,
            fingerprint: known.fingerprint,
            tls: known.tls,
            connection: ports.connectionOf(known.sessionId),
          },
          databaseFile: join(ports.sessionsFolder, known.sessionId, 'session.db'),
        })),
      ],
    },
    secrets: typed?.secrets ?? [],
  }
}

function hostedSubject(known: KnownSession, ports: SubjectPorts): HostedSubject {
  const { sessionId: id, name, fingerprint } = known
  const folder = join(ports.hostedFolder, id)
  return {
    id,
    name,
    serving: ports.isHosted(id),
    ...ports.hostedAt(known),
    identity: (): HostIdentity => ({
      key: fingerprint === undefined ? { kind: 'none' } : ports.keyOf(id, fingerprint),
      certificate: certificateIn(folder),
      expected: fingerprint,
    }),
    databaseFile: join(folder, 'session.db'),
  }
}

function certificateIn(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'tls-certificate.pem'), 'utf8')
  } catch {
    return null
  }
}

/** Every value of the profile that must not leave this computer, whatever fields it will have. */
export function secretsOf(sessions: readonly KnownSession[]): readonly string[] {
  return sessions.flatMap((known) =>
    Object.entries(known).flatMap(([name, value]) =>
      typeof value === 'string' && /secret|key|token/i.test(name) ? [value] : [],
    ),
  )
}
