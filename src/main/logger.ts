import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Says what the app did, never what people wrote: no message text, no secrets, no invite links.
 * Values are numbers, booleans, ids and error codes.
 */
export interface Logger {
  info(what: string, fields?: LogFields): void
  warn(what: string, fields?: LogFields): void
  error(what: string, fields?: LogFields): void
}
export type LogFields = Readonly<Record<string, unknown>>

/** One file and the one before it: enough to look back a few days, small enough to forget. */
const MAX_LOG_BYTES = 1_048_576

export interface LogSink {
  write(line: string): void
}

export function createLogger(sinks: readonly LogSink[], now: () => number): Logger {
  const say = (level: string, what: string, fields: LogFields = {}): void => {
    const line = `${JSON.stringify({ at: new Date(now()).toISOString(), level, what, ...fields })}\n`
    for (const sink of sinks) sink.write(line)
  }
  return {
    info: (what, fields) => say('info', what, fields),
    warn: (what, fields) => say('warn', what, fields),
    error: (what, fields) => say('error', what, fields),
  }
}

/** Appends to `landline.log` in `folder`. A log that cannot be written must never stop the app. */
export function fileSink(folder: string): LogSink {
  const path = join(folder, 'landline.log')
  try {
    mkdirSync(folder, { recursive: true })
  } catch {
    return { write: () => {} }
  }
  return {
    write(line) {
      try {
        if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) {
          renameSync(path, `${path}.1`)
        }
        appendFileSync(path, line, { mode: 0o600 })
      } catch {
        // A full disk is told by the database, which a person can act on.
      }
    },
  }
}

/** What an error may say in the log: its class, its code and its first line. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const code = (error as { code?: unknown }).code
  return {
    error: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    reason: error.message.split('\n', 1)[0],
    stack: error.stack?.split('\n').slice(1, 6).join(' <- '),
  }
}
