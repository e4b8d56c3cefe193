import { roomLogs } from './0001-room-logs.ts'
import { deviceKeys } from './0002-device-keys.ts'
import { registry } from './0003-registry.ts'
import { integrations } from './0004-integrations.ts'
import { bearers } from './0005-bearers.ts'
import type { Migration } from './migration.ts'

export const allMigrations: readonly Migration[] = [
  roomLogs,
  deviceKeys,
  registry,
  integrations,
  bearers,
]
