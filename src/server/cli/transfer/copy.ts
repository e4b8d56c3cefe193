import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { exportLines, rowsOfLines } from './ndjson.ts'
import type { SessionData } from './open-session.ts'
import type { Row } from './tables.ts'

/** Writes an export; the file is there only once it is whole. Answers with the number of rows. */
export async function exportTo(file: string, from: SessionData, now: number): Promise<number> {
  const unfinished = `${file}.unfinished`
  const out = createWriteStream(unfinished, { mode: 0o600 })
  try {
    const rows = await writeExport(out, from, now)
    out.end()
    await once(out, 'finish')
    renameSync(unfinished, file)
    return rows
  } catch (fault) {
    out.destroy()
    rmSync(unfinished, { force: true })
    throw fault
  }
}

export async function writeExport(out: Writable, from: SessionData, now: number): Promise<number> {
  const lines = exportLines()
  const write = async (line: string): Promise<void> => {
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
