import type { Log } from '../hub/ports.ts'

/** One JSON line an entry; for processes whose output somebody else gathers. */
export function lineLog(write: (line: string) => void, now: () => number): Log {
  const entry = (level: string, fields: Readonly<Record<string, unknown>>, message: string): void =>
    write(`${JSON.stringify({ level, time: now(), ...fields, msg: message })}\n`)
  return {
    info: (fields, message) => entry('info', fields, message),
    warn: (fields, message) => entry('warn', fields, message),
  }
}
