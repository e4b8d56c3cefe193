import { failed, ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'

const MIB = 1_048_576
/** Below, SQLite may fail in the middle of a checkpoint. */
const TOO_LITTLE = 64 * MIB
const LITTLE = 512 * MIB

/** `freeBytes`: what this person may still write where the data is; null when the system does not say. */
export function checkDisk(freeBytes: number | null): Finding {
  if (freeBytes === null) {
    return warning(
      'The free space of the disk cannot be read.',
      'See that the folder of Landline’s data exists and belongs to you.',
    )
  }
  const room = `${sizeWords(freeBytes)} are free where messages are kept.`
  if (freeBytes < TOO_LITTLE) {
    return failed(`Only ${room}`, 'Make room on this disk; nothing new can be kept without it.')
  }
  if (freeBytes < LITTLE) return warning(`Only ${room}`, 'Make room on this disk soon.')
  return ok(room)
}

export function sizeWords(bytes: number): string {
  if (bytes < MIB) return `${Math.max(1, Math.round(bytes / 1_024))} KB`
  if (bytes < 1_024 * MIB) return `${Math.round(bytes / MIB)} MB`
  return `${(bytes / (1_024 * MIB)).toFixed(1)} GB`
}
