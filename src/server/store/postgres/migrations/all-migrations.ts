import { roomLogs } from './0001-room-logs.ts'
import { registry } from './0002-registry.ts'
import type { Migration } from './migration.ts'

export const allMigrations: readonly Migration[] = [roomLogs, registry]
