import { fromEmbeddedSchema } from '../../server/embedded-messages.ts'
import type {
  ConnectedDevice,
  EmbeddedStart,
  FromEmbedded,
  ToEmbedded,
} from '../../server/embedded-messages.ts'
import type { HostNotice } from '../discovery/announcements.ts'
import type { Logger } from '../logger.ts'

/** The server's process as the supervisor sees it; Electron's utility process in the app. */
export interface ServerProcess {
  post(message: ToEmbedded): void
  onMessage(listener: (message: unknown) => void): void
  /** Once, however it ended. */
  onExit(listener: (code: number) => void): void
  /** Ends it whatever it is doing. */
  kill(): void
}

export interface HostClock {
  now(): number
  after(ms: number, run: () => void): () => void
}

export interface LanHostOptions {
  readonly fork: () => ServerProcess
  readonly clock: HostClock
  readonly start: Omit<EmbeddedStart, 'kind' | 'fallbackPort'>
  /** A new session takes any free port at once; one that others know waits for its own first. */
  readonly portIsKnown: boolean
  readonly log: Logger
  readonly onReady: (port: number) => void
  readonly onChange: () => void
}

export type LanHostState = 'starting' | 'running' | 'restarting' | 'failed' | 'stopped'
export interface Sample extends Omit<
  Extract<FromEmbedded, { kind: 'sample' }>,
  'kind' | 'devices' | 'notice' | 'storageBytes'
> {
  readonly connections: number
  /** Mean of the devices' last pings; 0 before the first answer. */
  readonly roundTripMs: number
}
export type StartProblem = {
  readonly code: 'port-in-use' | 'server-failed'
  readonly message: string
}

/** What members are told: that it comes again at once, or that it is over for now. */
export type StopReason = 'restart' | 'stopped'

/** One hosted session: keeps its server running until it is stopped. */
export interface LanHost {
  readonly state: LanHostState
  /** Why it `failed`. */
  readonly problem: StartProblem | null
  readonly port: number
  /** The port others know, when another program had it; null otherwise. */
  readonly portTaken: number | null
  /** When it first was ready; milliseconds since 1970. */
  readonly since: number
  readonly devices: readonly ConnectedDevice[]
  readonly samples: readonly Sample[]
  /** Null before the server has said how one may come in. */
  readonly notice: HostNotice | null
  /** Resolves when the server first is ready, or will not be. */
  readonly started: Promise<StartProblem | null>
  /** Drains and ends the server (D16); resolves when the process is gone. */
  stop(reason?: StopReason): Promise<void>
}

export const READY_LIMIT_MS = 15_000
export const STOP_LIMIT_MS = 10_000
export const FIRST_RESTART_MS = 500
export const LONGEST_RESTART_MS = 5_000
/** A port that others know is often still held by the run before this one; then by a stranger. */
export const PORT_PATIENCE_MS = 10_000
/** Starts in a row that may fail before a person is asked. */
const MAX_FIRST_STARTS = 3
const MAX_RESTARTS = 20
const MAX_SAMPLES = 60

export function startLanHost(options: LanHostOptions): LanHost {
  const { clock, log } = options
  const startedAt = clock.now()
  let state: LanHostState = 'starting'
  let problem: StartProblem | null = null
  let running: ServerProcess | null = null
  let cancelTimer: (() => void) | null = null
  let port = options.start.port
  let portTaken: number | null = null
  let since = startedAt
  let wasReady = false
  let failures = 0
  let waitedForPort = 0
  let devices: readonly ConnectedDevice[] = []
  let samples: readonly Sample[] = []
  let notice: HostNotice | null = null
  let settle: (problem: StartProblem | null) => void = () => {}
  const started = new Promise<StartProblem | null>((resolve) => (settle = resolve))
  let onGone: (() => void) | null = null

  function timer(ms: number, run: () => void): void {
    cancelTimer?.()
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null
      run()
    })
  }
  function change(next: LanHostState): void {
    state = next
    options.onChange()
  }

  function launch(): void {
    const process = options.fork()
    running = process
    let said: StartProblem | null = null
    timer(READY_LIMIT_MS, () => {
      said = { code: 'server-failed', message: 'The session’s server did not answer in time.' }
      process.kill()
    })
    process.onMessage((message) => {
      if (running !== process) return
      const parsed = fromEmbeddedSchema.safeParse(message)
      if (!parsed.success) return log.error('the server said something unknown')
      if (parsed.data.kind === 'failed') said = parsed.data
      else {
        notice = parsed.data.notice
        if (parsed.data.kind === 'ready') ready(parsed.data)
        else sample(parsed.data)
      }
    })
    process.onExit((code) => {
      if (running === process) gone(code, said)
    })
    process.post({
      kind: 'start',
      ...options.start,
      port,
      // Whoever knows the port must find us there, unless it is taken for good.
      fallbackPort: !wasReady && (!options.portIsKnown || waitedForPort >= PORT_PATIENCE_MS),
    })
  }

  function ready({ port: at, portChanged }: FromEmbedded & { kind: 'ready' }): void {
    cancelTimer?.()
    cancelTimer = null
    if (state === 'stopped' || onGone !== null) return
    // A new session takes any port; of one that others know they have to be told.
    if (portChanged && options.portIsKnown) portTaken = port
    port = at
    failures = 0
    if (!wasReady) since = clock.now()
    wasReady = true
    log.info('session is hosted', { port })
    options.onReady(port)
    change('running')
    settle(null)
  }

  function sample({
    devices: connected,
    kind: _kind,
    notice: _notice,
    storageBytes: _storageBytes,
    ...figures
  }: FromEmbedded & { kind: 'sample' }) {
    devices = connected
    const trips = connected.flatMap(({ roundTrip }) => (roundTrip === null ? [] : [roundTrip]))
    const roundTripMs = trips.reduce((sum, trip) => sum + trip, 0) / Math.max(1, trips.length)
    const taken = { ...figures, connections: connected.length, roundTripMs }
    samples = [...samples, taken].slice(-MAX_SAMPLES)
    options.onChange()
  }

  function gone(code: number, said: StartProblem | null): void {
    cancelTimer?.()
    cancelTimer = null
    running = null
    devices = []
    if (onGone !== null) return onGone()
    log.warn('the server ended by itself', { code, reason: said?.code })
    const portTaken = said?.code === 'port-in-use' && !wasReady
    if (!portTaken) failures += 1
    const limit = wasReady ? MAX_RESTARTS : MAX_FIRST_STARTS
    if (failures >= limit || (portTaken && waitedForPort >= PORT_PATIENCE_MS)) {
      problem = said ?? {
        code: 'server-failed',
        message: `The session’s server ended ${failures} times in a row (code ${code}).`,
      }
      settle(problem)
      return change('failed')
    }
    const delay = Math.min(FIRST_RESTART_MS * 2 ** Math.max(0, failures - 1), LONGEST_RESTART_MS)
    if (portTaken) waitedForPort += delay
    timer(delay, launch)
    change(wasReady ? 'restarting' : 'starting')
  }

  function stop(reason: StopReason = 'stopped'): Promise<void> {
    cancelTimer?.()
    cancelTimer = null
    const process = running
    settle({ code: 'server-failed', message: 'Hosting was stopped.' })
    if (process === null) {
      if (state !== 'stopped') change('stopped')
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const before = onGone
      onGone = () => {
        before?.()
        if (state !== 'stopped') change('stopped')
        resolve()
      }
      if (before !== null) return
      process.post({ kind: 'stop', reason })
      timer(STOP_LIMIT_MS, () => {
        log.warn('the server did not stop in time')
        process.kill()
      })
    })
  }

  launch()
  return {
    get state() {
      return state
    },
    get problem() {
      return problem
    },
    get portTaken() {
      return portTaken
    },
    get port() {
      return port
    },
    get since() {
      return since
    },
    get devices() {
      return devices
    },
    get samples() {
      return samples
    },
    get notice() {
      return notice
    },
    started,
    stop,
  }
}
