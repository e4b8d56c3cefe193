import { app, dialog } from 'electron'
import type { Logger } from './logger.ts'

export interface ShutdownOptions {
  readonly ask: boolean
  /** Names of the sessions this computer hosts now. */
  readonly hosted: () => readonly string[]
  /** Closes everything in order; the app ends when it resolves. */
  readonly stop: () => Promise<void>
  readonly log: Logger
}

export interface Shutdown {
  /** Asks first when this computer hosts, unless `ask` is false. */
  request(ask?: boolean): Promise<void>
  readonly isStopping: boolean
  /** Runs first when the app stops. */
  before(run: () => void): void
}

/** Every way out of the app leads through here, so that servers are drained and databases closed (D16). */
export function controlShutdown(options: ShutdownOptions): Shutdown {
  let phase: 'running' | 'stopping' | 'done' = 'running'
  let asking = false
  const first: (() => void)[] = []

  async function request(ask = options.ask): Promise<void> {
    const hosted = options.hosted()
    if (ask && hosted.length > 0) {
      if (asking) return
      asking = true
      const agreed = await confirmed(hosted)
      asking = false
      if (!agreed) return
    }
    await stop()
  }

  async function stop(): Promise<void> {
    if (phase !== 'running') return
    phase = 'stopping'
    try {
      for (const run of first) run()
      await options.stop()
    } catch (error) {
      options.log.error('the app did not stop cleanly', { reason: String(error) })
    }
    phase = 'done'
    app.quit()
  }

  app.on('before-quit', (event) => {
    if (phase === 'done') return
    event.preventDefault()
    void request()
  })
  // The system ends the session, or a person pressed Ctrl+C: there is nobody to answer a question.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void request(false))
  }

  return {
    request,
    get isStopping() {
      return phase !== 'running'
    },
    before: (run) => void first.push(run),
  }
}

async function confirmed(hosted: readonly string[]): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `This computer hosts ${hosted.map((name) => `«${name}»`).join(' and ')}.`,
    detail:
      'If you quit, everyone else is disconnected until you open Landline again. Nothing is lost: what they write meanwhile is delivered then.',
    buttons: ['Keep Hosting', 'Stop and Quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1
}
