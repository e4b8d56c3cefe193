import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Row, type Table, tables } from './tables.ts'
import { TransferFault } from './transfer.ts'

export const EXPORT_VERSION = 1

const headerSchema = z.object({
  kind: z.literal('landline-export'),
  version: z.int(),
  /** Milliseconds since 1970. */
  at: z.int(),
})
const rowSchema = z.object({
  table: z.enum(tables.map(({ name }) => name)),
  row: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
const endSchema = z.object({ kind: z.literal('end'), rows: z.int(), sha256: z.string() })

/** One JSON line for each row, between a line that says what it is and one that says that it is whole. */
export interface ExportLines {
  header(at: number): string
  row(row: Row): string
  end(): string
  readonly rows: number
}

export function exportLines(): ExportLines {
  const hash = createHash('sha256')
  let rows = 0
  const line = (value: object): string => {
    const text = `${JSON.stringify(value)}\n`
    hash.update(text)
    return text
  }
  return {
    header: (at) => line({ kind: 'landline-export', version: EXPORT_VERSION, at }),
    row(row) {
      rows++
      return line(row)
    },
    end: () => `${JSON.stringify({ kind: 'end', rows, sha256: hash.copy().digest('hex') })}\n`,
    get rows() {
      return rows
    },
  }
}

/** Reads an export; throws `TransferFault` for what is damaged, cut off or of a newer version. */
export async function* rowsOfLines(lines: AsyncIterable<string>): AsyncGenerator<Row> {
  const hash = createHash('sha256')
  let number = 0
  let rows = 0
  let isWhole = false
  for await (const line of lines) {
    number++
    const value = parse(line, number)
    if (number === 1) {
      const header = headerSchema.safeParse(value)
      if (!header.success) throw new TransferFault('This is no export of a session.')
      if (header.data.version !== EXPORT_VERSION) {
        throw new TransferFault(
          `The export has version ${header.data.version}; ${EXPORT_VERSION} is known.`,
        )
      }
    } else {
      if (isWhole) throw new TransferFault(`Line ${number} comes after the end.`)
      const end = endSchema.safeParse(value)
      if (end.success) {
        if (end.data.rows !== rows || end.data.sha256 !== hash.digest('hex')) {
          throw new TransferFault('The export was changed or damaged.')
        }
        isWhole = true
        continue
      }
      const row = rowSchema.safeParse(value)
      if (!row.success) throw new TransferFault(`Line ${number} is not understood.`)
      const whole = withColumnsSince(row.data)
      expectColumns(whole, number)
      rows++
      hash.update(`${line}\n`)
      yield whole
      continue
    }
    hash.update(`${line}\n`)
  }
  if (!isWhole) throw new TransferFault('The export ends early: it was cut off.')
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new TransferFault(`Line ${number} is no JSON.`)
  }
}

/** An older export knows nothing of columns that came later. */
function withColumnsSince({ table, row }: Row): Row {
  const since = (tables.find(({ name }) => name === table)?.columns ?? []).flatMap(
    ({ name, before }) => (before === undefined ? [] : [[name, before] as const]),
  )
  return { table, row: { ...Object.fromEntries(since), ...row } }
}

function expectColumns({ table, row }: Row, number: number): void {
  const columns = tables.find(({ name }) => name === table)?.columns ?? []
  for (const column of columns) {
    if (!fits(row[column.name], column)) {
      throw new TransferFault(`Line ${number}: ${table}.${column.name} is not as it must be.`)
    }
  }
  if (Object.keys(row).length !== columns.length) {
    throw new TransferFault(`Line ${number}: ${table} has a column that is not known.`)
  }
}

function fits(value: unknown, { kind, isOptional }: Table['columns'][number]): boolean {
  if (value === null) return isOptional
  switch (kind) {
    case 'id':
      return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    case 'text':
      return typeof value === 'string'
    case 'number':
      return Number.isSafeInteger(value)
    case 'flag':
      return typeof value === 'boolean'
  }
}
