import type { DoctorPorts, DoctorSubjects } from '../../doctor/plan.ts'
import { makePlan } from '../../doctor/plan.ts'
import type { Private } from '../../doctor/redact.ts'
import { redactor } from '../../doctor/redact.ts'
import { reportText } from '../../doctor/report-text.ts'
import type { DoctorReport } from '../../doctor/report.ts'
import { runDoctor } from '../../doctor/run-doctor.ts'
import type { Result } from '../../ipc/errors.ts'
import { fail } from '../ipc/command-gate.ts'
import { chooseSubjects, secretsOf } from './doctor-subjects.ts'
import type { DoctorWish, SubjectPorts } from './doctor-subjects.ts'

export interface DoctorOptions {
  readonly ports: () => DoctorPorts
  readonly subjects: SubjectPorts
  readonly about: Pick<DoctorSubjects, 'versions' | 'keychain'>
  readonly person: () => Pick<Private, 'home' | 'userName'>
  /** Called with all that is known each time a check ends. */
  readonly onProgress: (report: DoctorReport) => void
}

/** The app's doctor: at most one run at a time, the newest wins. */
export interface Doctor {
  run(wish: DoctorWish): Promise<Result<DoctorReport>>
  /** What has not ended is skipped. */
  stop(): void
  /** The newest report as text, for copying; null before the first. */
  text(): string | null
}

export function createDoctor(options: DoctorOptions): Doctor {
  let current: AbortController | null = null
  let newest: DoctorReport | null = null

  return {
    async run(wish) {
      const { subjects } = options
      const chosen = chooseSubjects(wish, subjects)
      if (chosen.kind === 'fault') return fail('invalid-arguments', chosen.message)
      current?.abort()
      const mine = new AbortController()
      current = mine
      const ports = options.ports()
      const plan = makePlan({ ...options.about, ...chosen.subjects, services: [] }, ports)
      const secrets = [...chosen.secrets, ...secretsOf(subjects.sessions())]
      const report = await runDoctor(plan, {
        clock: { now: ports.now, after: ports.clock.after },
        signal: mine.signal,
        redact: redactor({ ...options.person(), secrets }),
        onProgress(progress) {
          if (current !== mine) return
          newest = progress
          options.onProgress(progress)
        },
      })
      return { ok: true, value: report }
    },
    stop: () => current?.abort(),
    text: () => (newest === null ? null : reportText(newest)),
  }
}
