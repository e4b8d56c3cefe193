import { destination, type Logger, pino } from 'pino'
import { redactUrl } from '../auth/bearer.ts'
import type { Settings } from './options/settings.ts'

const FAILED = 1

export interface ServerLog {
  readonly log: Logger
  /** Why the process ends: written at whatever level, with every fault. */
  lastWords(fields: object, message: string): void
}

/**
 * The log of a headless server. Nothing else is written on stderr, so that every line there is JSON, or none is:
 * Node's own warnings and the fault that ends the process are entries as well.
 */
export function openLog(
  { level, format }: Pick<Settings['log'], 'level' | 'format'>,
  host: NodeJS.Process = process,
): ServerLog {
  // Written at once: a line about the crash that follows must not be lost in a buffer.
  const stderr = destination({ fd: 2, sync: true })
  const isText = format === undefined ? host.stderr.isTTY : format === 'text'
  const lines = {
    write(line: string): void {
      const safe = redactUrl(line)
      stderr.write(isText ? entryAsText(safe) : safe)
    },
  }
  const log = pino({ base: null, level }, lines)
  const last = pino({ base: null, level: 'fatal' }, lines)
  // Node's own listener prints them as text.
  host.removeAllListeners('warning')
  host.on('warning', ({ name, message }) => log.warn({ warning: name }, message))
  host.on('uncaughtException', (fault) => {
    last.fatal(fault)
    host.exit(FAILED)
  })
  return { log, lastWords: (fields, message) => last.fatal(fields, message) }
}

/** An entry of pino's as a person at a terminal reads it: lists and stacks line by line, the rest in one. */
export function entryAsText(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Entry
  const shown = Object.entries(fields).flatMap(([name, value]) =>
    isLines(value)
      ? []
      : [
          ` ${name}=${typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)}`,
        ],
  )
  const below = [
    ...Object.values(fields).filter(isLines).flat(),
    ...(err?.stack?.split('\n') ?? []),
  ]
  const label = pino.levels.labels[level] ?? String(level)
  const at = new Date(time).toISOString()
  const head = `${at} ${label.toUpperCase().padEnd(5)} ${msg ?? ''}${shown.join('')}`
  return [head, ...below.map((each) => `  ${each}`)].map((each) => `${each}\n`).join('')
}

interface Entry {
  readonly level: number
  readonly time: number
  readonly msg?: string
  readonly err?: { readonly stack?: string }
  readonly [field: string]: unknown
}

const isLines = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
