import type { Logger } from '../logger.ts'
import type { Paths } from '../paths.ts'
import type { RunningApp } from '../app.ts'

export function runDemo(_running: RunningApp, _options: { paths: Paths; log: Logger }): void {}
