import { roomLogs } from './0001-room-logs.ts'
import { registry } from './0002-registry.ts'
import { integrations } from './0003-integrations.ts'
import { bearers } from './0004-bearers.ts'
import { codes } from './0005-codes.ts'
import type { Migration } from './migration.ts'

export const allMigrations: readonly Migration[] = [
  roomLogs,
  registry,
  integrations,
  bearers,
  codes,
]
