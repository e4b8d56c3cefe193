import {
  accessSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { wordsOf } from '../output.ts'
import { TransferFault } from './transfer.ts'
import { exportLines, rowsOfLines } from './ndjson.ts'
import type { SessionData } from './open-session.ts'
import type { Row } from './tables.ts'

/** Writes an export; the file is there only once it is whole. Answers with the number of rows. */
export async function exportTo(file: string, from: SessionData, now: number): Promise<number> {
  const unfinished = `${file}.unfinished`
  // Known before everything is written for nothing.
  if (isFolder(file)) throw new TransferFault(`Cannot write ${file}: it is a folder.`)
  const out = createWriteStream(unfinished, { mode: 0o600 })
  // Told to whoever writes next: a disk may be full while rows are read.
  out.on('error', () => {})
  try {
    await once(out, 'open')
    const rows = await writeExport(out, from, now)
    out.end()
    await finished(out)
    renameSync(unfinished, file)
    return rows
  } catch (fault) {
    out.destroy()
    if (existsSync(unfinished)) rmSync(unfinished)
    const isOfFile = fault instanceof Error && 'path' in fault && fault.path === unfinished
    if (fault !== out.errored && !isOfFile) throw fault
    throw new TransferFault(`Cannot write ${file}: ${wordsOf(fault)}`)
  }
}

/** Before anything is opened or made for what is in it. */
export function expectReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (fault) {
    throw new TransferFault(`Cannot read ${file}: ${wordsOf(fault)}`)
  }
  if (isFolder(file)) throw new TransferFault(`Cannot read ${file}: it is a folder.`)
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
}

export async function writeExport(out: Writable, from: SessionData, now: number): Promise<number> {
  const lines = exportLines()
  const write = async (line: string): Promise<void> => {
    if (out.errored !== null) throw out.errored
    if (!out.write(line)) await once(out, 'drain')
  }
  await write(lines.header(now))
  await from.read((row) => write(lines.row(row)))
  await write(lines.end())
  return lines.rows
}

export async function importFrom(file: string, into: SessionData): Promise<number> {
  return await counted(into, () =>
    rowsOfLines(createInterface({ input: createReadStream(file), crlfDelay: Infinity })),
  )
}

/** From one kind of store to the other, with nothing in between. */
export async function promote(from: SessionData, into: SessionData): Promise<number> {
  const rows: Row[] = []
  await from.read((row) => void rows.push(row))
  return await counted(into, () => rows)
}

async function counted(
  into: SessionData,
  read: () => AsyncIterable<Row> | Iterable<Row>,
): Promise<number> {
  let rows = 0
  await into.target.take(async function* () {
    rows = 0
    for await (const row of read()) {
      rows++
      yield row
    }
  })
  return rows
}
