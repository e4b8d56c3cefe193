/**
 * What disk and database themselves allow, in one process without sockets. Arguments: a folder, milliseconds for each
 * figure, rows in a transaction. Prints one line of JSON (`Limits`).
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { uuidv7 } from 'uuidv7'
import { inTransaction, openDatabase } from '../../src/server/store/sqlite/database.ts'
import { percentile } from '../figures/statistics.ts'
import { TEXT } from '../generator/attendance.ts'
import type { Limits } from './limit-figures.ts'

const [folder = '.', ms = '300', rowsOfBatch = '1'] = process.argv.slice(2)
const LASTING_MS = Number(ms)
const batch = Number(rowsOfBatch)

function fsyncs(): number[] {
  const file = openSync(join(folder, 'fsync'), 'w')
  const page = Buffer.alloc(4_096, 1)
  const took: number[] = []
  for (const end = performance.now() + LASTING_MS; performance.now() < end;) {
    const startedAt = performance.now()
    writeSync(file, page, 0, page.length, (took.length % 256) * page.length)
    fdatasyncSync(file)
    took.push((performance.now() - startedAt) * 1_000)
  }
  closeSync(file)
  return took
}

/** Rows a second into a table as append-friendly as ours, with the same settings of the database. */
const db = openDatabase(join(folder, 'limits.db'), [
  {
    name: 'limits',
    up: (made) =>
      made.exec(
        `CREATE TABLE events (num INTEGER PRIMARY KEY, room INTEGER NOT NULL, seq INTEGER NOT NULL,
           id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (room, seq))`,
      ),
  },
])
const insert = db.prepare('INSERT INTO events (room, seq, id, at, text) VALUES (1, ?, ?, ?, ?)')
let seq = 0

function commits(): number[] {
  const took: number[] = []
  for (const end = performance.now() + LASTING_MS; performance.now() < end;) {
    const startedAt = performance.now()
    inTransaction(db, () => {
      for (let row = 0; row < batch; row++) insert.run(++seq, uuidv7(), Date.now(), TEXT)
    })
    took.push(performance.now() - startedAt)
  }
  return took
}

const fsyncMicroseconds = percentile(fsyncs(), 0.5)
const took = commits()
const limits: Limits = {
  fsyncMicroseconds,
  commitMs: percentile(took, 0.5),
  rowsPerSecond: (took.length * batch * 1_000) / took.reduce((sum, one) => sum + one, 0),
}
db.close()
process.stdout.write(`${JSON.stringify(limits)}\n`)
