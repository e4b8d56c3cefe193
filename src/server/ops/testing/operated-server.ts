import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach } from 'vitest'
import type { Clock } from '../../hub/ports.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../start-server.ts'
import { createOperations } from '../operations.ts'
import { liveSettings } from '../options/live-settings.ts'
import { settingsSchema } from '../options/settings.ts'
import { systemClock } from '../system-clock.ts'
import { createTracing } from '../tracing/tracing.ts'

export interface Entry {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** What was logged in this test. */
let entries: Entry[]
let folder: string
let running: RunningServer[]

export const logged = (): readonly Entry[] => entries

const entryOf =
  (level: string) =>
  (fields: Entry['fields'], message: string): void =>
    void entries.push({ level, fields, message })
export const log = { debug: entryOf('debug'), info: entryOf('info'), warn: entryOf('warn') }

/** For each test of the file a folder and servers of its own. */
export function operatedServers(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-operations-'))
    running = []
    entries = []
  })
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  })
}

/** A server with everything that operators add. */
export async function serve(
  given: object,
  exporter?: InMemorySpanExporter,
  { watchedBy = systemClock(), ...more }: Partial<ServerOptions> & { watchedBy?: Clock } = {},
): Promise<RunningServer> {
  const settings = settingsSchema.parse(given)
  const live = liveSettings(settings)
  const sampleRatio = settings.monitoring.tracingSampleRatio
  const tracing =
    exporter === undefined
      ? null
      : createTracing(new SimpleSpanProcessor({ exporter }), { sampleRatio })
  const server = await startServer(
    {
      ...{ dataDir: folder, host: '127.0.0.1', port: 0, admission: { kind: 'open' } },
      hub: { writes: live.writes },
      operations: createOperations({ settings, live, clock: watchedBy, log, tracing }),
      ...more,
    },
    log,
  )
  if (server.kind === 'failed') throw new Error(server.message)
  running.push(server)
  return server
}

export async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  const text = await response.text()
  return { status: response.status, text, id: response.headers.get('x-request-id') }
}

/** Value of a metric, by its name and labels as they are written. */
export function figure(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  if (line === undefined) throw new Error(`there is no ${name}`)
  return Number(line.slice(name.length))
}
