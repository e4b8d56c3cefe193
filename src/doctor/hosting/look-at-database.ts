import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { DatabaseAnswer } from './database-answer.ts'

/** Reads all of the file, which can take long: run where nobody waits for the thread. Changes nothing. */
export function lookAtDatabase(file: string): DatabaseAnswer {
  if (!existsSync(file)) return { kind: 'missing' }
  let db: Database.Database | undefined
  try {
    db = new Database(file, { fileMustExist: true, timeout: 200 })
    const journal = String(db.pragma('journal_mode', { simple: true }))
    const found = db.pragma('quick_check(1)', { simple: true })
    if (found !== 'ok') return { kind: 'damaged' }
    return {
      kind: 'whole',
      journal,
      bytes: sizeOf(file),
      walBytes: sizeOf(`${file}-wal`),
      writable: canWrite(db),
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/BUSY|LOCKED/.test(code)) return { kind: 'in-use' }
    if (/CORRUPT|NOTADB/.test(code)) return { kind: 'damaged' }
    if (code === '') throw error
    return { kind: 'unreadable', code }
  } finally {
    db?.close()
  }
}

function canWrite(db: Database.Database): boolean {
  try {
    db.exec('BEGIN IMMEDIATE')
    db.exec('ROLLBACK')
    return true
  } catch (error) {
    // Somebody else writes at this very moment: then it can be written.
    return error instanceof Database.SqliteError && /BUSY|LOCKED/.test(error.code)
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}
