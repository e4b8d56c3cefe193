import type { Check, CheckGroup, DoctorReport, Finding } from './report.ts'
import { failed, skipped } from './report.ts'

/** No check may keep a person waiting longer than this. */
export const CHECK_MS = 5_000
export const ALL_MS = 20_000

export interface PlannedCheck {
  /** Unlike any other of its plan. */
  readonly id: string
  readonly title: string
  /** Another check, which must have passed before this one can say anything. */
  readonly needs?: string
  /** Must end soon after `signal` is aborted; what it answers then is no longer looked at. */
  run(signal: AbortSignal): Finding | Promise<Finding>
  /** What it means when the time is up. */
  readonly late?: Finding
}

export interface PlannedGroup {
  readonly id: string
  readonly title: string
  readonly checks: readonly PlannedCheck[]
}

export interface DoctorRun {
  readonly clock: {
    now(): number
    after(ms: number, run: () => void): () => void
  }
  /** Aborted: what has not ended yet is skipped. */
  readonly signal: AbortSignal
  /** Takes out of a text what nobody else may read. */
  readonly redact: (text: string) => string
  /** Called with everything known so far each time a check ends. */
  readonly onProgress: (report: DoctorReport) => void
}

const LATE: Finding = failed(
  `There was no answer within ${CHECK_MS / 1_000} seconds.`,
  'Run the doctor again; if it stays so, restart this computer and try once more.',
)

/** Runs all checks side by side, each after the one it needs. Never rejects because a check does. */
export async function runDoctor(
  plan: readonly PlannedGroup[],
  options: DoctorRun,
): Promise<DoctorReport> {
  const { clock, redact } = options
  const at = clock.now()
  const found = new Map<string, Finding>()
  const planned = plan.flatMap(({ checks }) => checks)

  const report = (running: boolean): DoctorReport => ({
    at,
    running,
    groups: plan.map(({ id, title, checks }): CheckGroup => ({
      id,
      title: redact(title),
      checks: checks.map((check): Check => {
        const named = { id: check.id, title: check.title }
        const finding = found.get(check.id)
        return finding === undefined
          ? { ...named, state: 'running', detail: '', fix: null }
          : { ...named, ...finding }
      }),
    })),
  })

  const all = new AbortController()
  let ending = 'The check was stopped before this was known.'
  const stop = (): void => all.abort()
  if (options.signal.aborted) stop()
  else options.signal.addEventListener('abort', stop, { once: true })
  const cancelDeadline = clock.after(ALL_MS, () => {
    ending = `This was not known after ${ALL_MS / 1_000} seconds.`
    all.abort()
  })

  const running = new Map<string, Promise<Finding>>()
  /** Of each check that was not tried: the title of the one that stood in the way. */
  const obstacles = new Map<string, string>()
  const start = (check: PlannedCheck): Promise<Finding> => {
    const begun = running.get(check.id)
    if (begun !== undefined) return begun
    const ended = decide(check).then((finding) => {
      const clean = redactFinding(finding, redact)
      found.set(check.id, clean)
      options.onProgress(report(found.size < planned.length))
      return clean
    })
    running.set(check.id, ended)
    return ended
  }

  async function decide(check: PlannedCheck): Promise<Finding> {
    const needed = planned.find(({ id }) => id === check.needs)
    if (needed !== undefined) {
      const { state } = await start(needed)
      if (state === 'failed' || state === 'skipped') {
        const obstacle = obstacles.get(needed.id) ?? needed.title
        obstacles.set(check.id, obstacle)
        return skipped(`Not tried, because “${obstacle}” did not pass.`)
      }
    }
    return all.signal.aborted ? skipped(ending) : inTime(check)
  }

  function inTime(check: PlannedCheck): Promise<Finding> {
    return new Promise((resolve) => {
      const own = new AbortController()
      const end = (finding: Finding): void => {
        cancelTimer()
        all.signal.removeEventListener('abort', stopped)
        own.abort()
        resolve(finding)
      }
      const stopped = (): void => end(skipped(ending))
      const cancelTimer = clock.after(CHECK_MS, () => end(check.late ?? LATE))
      all.signal.addEventListener('abort', stopped, { once: true })
      Promise.resolve()
        .then(() => check.run(own.signal))
        .then(end, (error: unknown) => end(broken(error)))
    })
  }

  options.onProgress(report(true))
  await Promise.all(planned.map(start))
  cancelDeadline()
  options.signal.removeEventListener('abort', stop)
  return report(false)
}

/** A bug of one check must not hide what the others found. */
function broken(error: unknown): Finding {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return failed(
    `This check itself broke (${what}).`,
    'Copy this report and send it to the developers of Landline.',
  )
}

function redactFinding(finding: Finding, redact: (text: string) => string): Finding {
  const detail = redact(finding.detail)
  return finding.fix === null
    ? { ...finding, detail }
    : { ...finding, detail, fix: redact(finding.fix) }
}
