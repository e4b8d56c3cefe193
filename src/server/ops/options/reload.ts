import type { Log } from '../../hub/ports.ts'
import type { ParsedOptions } from '../headless-options.ts'
import { valueAt } from './leaves.ts'
import type { Settings } from './settings.ts'

export interface Reload {
  readonly log: Log
  /** What the server was started with. */
  readonly started: Settings
  /** Reads all sources anew. */
  readonly read: () => ParsedOptions
  readonly take: (next: Settings) => void
}

/** Reads the options again; with one violation everything stays as it was. */
export function reload({ log, started, read, take }: Reload): void {
  const parsed = read()
  if (parsed.kind === 'faults') {
    log.warn({ faults: parsed.faults }, 'the options were not reloaded')
    return
  }
  const { settings, resolved } = parsed.options
  take(settings)
  log.info({}, 'limits and log level were reloaded')
  const isOther = (path: string): boolean =>
    JSON.stringify(valueAt(settings, path)) !== JSON.stringify(valueAt(started, path))
  // By their names only: some are secret.
  const waiting = resolved.leaves
    .filter(({ path, isReloadable }) => !isReloadable && isOther(path))
    .map(({ path }) => path)
  if (waiting.length > 0) log.warn({ waiting }, 'options that changed wait for the next start')
}

/**
 * Takes such signals from now on, and reloads at each once there is something to reload: those that came before are
 * answered by one. Windows has none; there it never comes.
 */
export function holdReloads(signal: NodeJS.Signals): { begin(parts: Reload): void } {
  let parts: Reload | undefined
  let isDue = false
  process.on(signal, () => {
    if (parts === undefined) isDue = true
    else reload(parts)
  })
  return {
    begin(given) {
      parts = given
      if (isDue) reload(given)
    },
  }
}
