import type { Log } from '../../hub/ports.ts'
import type { ParsedOptions } from '../headless-options.ts'
import type { Settings } from './settings.ts'

export interface Reload {
  readonly log: Log
  /** Reads all sources anew. */
  readonly read: () => ParsedOptions
  readonly take: (next: Settings) => void
}

/** Reads the options again; with one violation everything stays as it was. */
export function reload({ log, read, take }: Reload): void {
  const parsed = read()
  if (parsed.kind === 'faults') {
    log.warn({ faults: parsed.faults }, 'the options were not reloaded')
    return
  }
  take(parsed.options.settings)
  log.info({}, 'limits and log level were reloaded; other options wait for the next start')
}

/** Reloads at every such signal from now on. Windows has none; there it never comes. */
export function reloadOn(signal: NodeJS.Signals, parts: Reload): void {
  process.on(signal, () => reload(parts))
}
