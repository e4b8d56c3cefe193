import { roomLogs } from './0001-room-logs.ts'
import type { Migration } from './migration.ts'

export const allMigrations: readonly Migration[] = [roomLogs]
