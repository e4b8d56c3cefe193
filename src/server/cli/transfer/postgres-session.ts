import type { PostgresDatabase, Session } from '../../store/postgres/database.ts'
import { packText, unpackText } from '../../store/postgres/packed-text.ts'
import { type Column, type Row, type Table, tables, type Value } from './tables.ts'
import { type SessionTarget, TransferFault } from './transfer.ts'

const PAGE = 5_000
const BATCH = 1_000

const TYPES = { id: 'uuid', text: 'text', number: 'bigint', flag: 'boolean' } as const

/** All rows of a session, as they were at one moment, while nodes may go on serving it. */
export async function forEachOfPostgres(
  db: PostgresDatabase,
  take: (row: Row) => void | Promise<void>,
): Promise<void> {
  await db.snapshot(async (session) => {
    for (const table of tables) {
      let last: readonly unknown[] | undefined
      for (;;) {
        const page = await pageOf(session, table, last)
        for (const kept of page) await take({ table: table.name, row: toldRow(table, kept) })
        const end = page.at(-1)
        if (page.length < PAGE || end === undefined) break
        last = table.order.postgres.map((_, index) => end[`order_${index}`])
      }
    }
  })
}

async function pageOf(
  session: Session,
  { name, columns, order }: Table,
  last: readonly unknown[] | undefined,
): Promise<Record<string, unknown>[]> {
  const keys = order.postgres
  const asked = [
    ...columns.map((column) => column.name),
    ...keys.map((key, index) => `${key} AS order_${index}`),
  ].join(', ')
  const after =
    last === undefined
      ? ''
      : `WHERE (${keys.join(', ')}) > (${keys.map((_, index) => `$${index + 1}`).join(', ')})`
  return session.query({
    text: `SELECT ${asked} FROM ${name} ${after} ORDER BY ${keys.join(', ')} LIMIT ${PAGE}`,
    values: last ?? [],
  })
}

function toldRow({ columns }: Table, kept: Readonly<Record<string, unknown>>): Row['row'] {
  return Object.fromEntries(
    columns.map(({ name, kind }) => {
      const value = (kept[name] ?? null) as Value
      return [name, kind === 'text' && typeof value === 'string' ? unpackText(value) : value]
    }),
  )
}

/** Into a database that holds no session yet; all of it or nothing. */
export function postgresTarget(db: PostgresDatabase): SessionTarget {
  return {
    async take(read) {
      await db.transaction(async (session) => {
        await session.query({ text: 'LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE' })
        const known = await session.query({ text: 'SELECT 1 FROM meta LIMIT 1' })
        if (known.length > 0) throw new TransferFault('There is a session in PostgreSQL already.')
        let batch: Row[] = []
        const flush = async (): Promise<void> => {
          const [first] = batch
          if (first !== undefined) await insert(session, first.table, batch)
          batch = []
        }
        for await (const row of read()) {
          if (batch.length >= BATCH || (batch[0] !== undefined && batch[0].table !== row.table)) {
            await flush()
          }
          batch.push(row)
        }
        await flush()
        await expectWhole(session)
        return { value: undefined, statements: [] }
      })
    },
  }
}

async function insert(session: Session, name: string, rows: readonly Row[]): Promise<void> {
  const table = tables.find((one) => one.name === name)
  if (table === undefined) throw new TransferFault(`There is no table ${name}.`)
  const { columns } = table
  const names = columns.map((column) => column.name).join(', ')
  const arrays = columns.map(({ kind }, index) => `$${index + 1}::${TYPES[kind]}[]`).join(', ')
  await session.query({
    text: `INSERT INTO ${name} (${names}) SELECT ${names}
      FROM unnest(${arrays}) WITH ORDINALITY AS given (${names}, place) ORDER BY place`,
    values: columns.map((column) =>
      rows.map(({ row }) => keptOf(row[column.name] ?? null, column)),
    ),
  })
}

function keptOf(value: Value, { kind }: Column): Value {
  return kind === 'text' && typeof value === 'string' ? packText(value) : value
}

/** Events name rooms, devices, people and each other without a foreign key: looked at once, at the end. */
async function expectWhole(session: Session): Promise<void> {
  const events = tables.find(({ name }) => name === 'events')
  for (const { name, names } of events?.columns ?? []) {
    if (names === undefined) continue
    const lost = await session.query({
      text: `SELECT 1 FROM events e WHERE e.${name} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ${names} n WHERE n.id = e.${name}) LIMIT 1`,
    })
    if (lost.length > 0) throw new TransferFault(`An event names a ${name} that is not there.`)
  }
}
