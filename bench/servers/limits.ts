/**
 * What disk and database themselves allow, in one process without sockets. Arguments: a folder, milliseconds for each
 * figure, repetitions. Prints one line of JSON (`Limits`).
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { uuidv7 } from 'uuidv7'
import { inTransaction, openDatabase } from '../../src/server/store/sqlite/database.ts'
import { percentile } from '../figures/statistics.ts'
import { TEXT } from '../generator/attendance.ts'
import { type Limits, limitBatches } from './limit-figures.ts'

const [folder = '.', ms = '300', repetitions = '5'] = process.argv.slice(2)
const LASTING_MS = Number(ms)

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

function rowsPerSecond(batch: number): number {
  const startedAt = performance.now()
  let rows = 0
  while (performance.now() - startedAt < LASTING_MS) {
    inTransaction(db, () => {
      for (let row = 0; row < batch; row++) insert.run(++seq, uuidv7(), Date.now(), TEXT)
    })
    rows += batch
  }
  return (rows * 1_000) / (performance.now() - startedAt)
}

const limits: Limits = { fsyncMicroseconds: [], rowsPerSecond: { 1: [], 32: [], 256: [] } }
for (let repetition = 0; repetition < Number(repetitions); repetition++) {
  limits.fsyncMicroseconds.push(percentile(fsyncs(), 0.5))
  for (const batch of limitBatches) limits.rowsPerSecond[batch].push(rowsPerSecond(batch))
}
db.close()
process.stdout.write(`${JSON.stringify(limits)}\n`)
