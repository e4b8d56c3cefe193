import type { PlannedCheck } from './run-doctor.ts'
import { failed, ok } from './report.ts'

/** Something a server leans on, such as Redis or PostgreSQL. The doctor knows no driver: it is given the call. */
export interface ServiceProbe {
  readonly id: string
  /** `Redis` */
  readonly title: string
  /** `host:port`, without user and password. */
  readonly where: string
  /** The setting that names it, for the fix. */
  readonly setting: string
  /** Connects, asks the simplest question there is, and hangs up. */
  reach(signal: AbortSignal): Promise<
    | { readonly kind: 'reached'; readonly version: string }
    /** The system's or the driver's code; never a text, which may quote a password. */
    | { readonly kind: 'refused'; readonly code: string }
  >
}

export function serviceCheck(probe: ServiceProbe): PlannedCheck {
  const { title, where, setting } = probe
  const fix = `See that ${title} runs at ${where} and lets this computer in, or correct ${setting}.`
  return {
    id: `service.${probe.id}`,
    title,
    late: failed(`${title} at ${where} does not answer.`, fix),
    async run(signal) {
      const answer = await probe.reach(signal)
      if (answer.kind === 'reached') return ok(`${title} ${answer.version} answers at ${where}.`)
      if (/WRONGPASS|NOAUTH|28P01|28000/.test(answer.code)) {
        return failed(
          `${title} at ${where} does not take the password (${answer.code}).`,
          `Correct user and password in ${setting}.`,
        )
      }
      return failed(`${title} at ${where} cannot be reached (${answer.code}).`, fix)
    },
  }
}
