import type Database from 'better-sqlite3'
import { inTransaction } from '../../store/sqlite/database.ts'
import { type Column, type Row, type Table, tables, type Value } from './tables.ts'
import { type SessionTarget, TransferFault } from './transfer.ts'

type Kept = Readonly<Record<string, string | number | null>>

/** All rows of a session's file. */
export function* rowsOfSqlite(db: Database.Database): Generator<Row> {
  for (const table of tables) {
    const columns = table.columns.map((column) => `${told(column)} AS ${column.name}`).join(', ')
    const order = table.order.sqlite.map((name) => `t.${name}`).join(', ')
    const select = db.prepare<[], Kept>(`SELECT ${columns} FROM ${table.name} t ORDER BY ${order}`)
    for (const kept of select.iterate()) yield { table: table.name, row: toldRow(table, kept) }
  }
}

function told({ name, names }: Column): string {
  return names === undefined ? `t.${name}` : `(SELECT id FROM ${names} WHERE num = t.${name})`
}

function toldRow({ columns }: Table, kept: Kept): Record<string, Value> {
  return Object.fromEntries(
    columns.map(({ name, kind }) => {
      const value = kept[name] ?? null
      return [name, kind === 'flag' ? value === 1 : value]
    }),
  )
}

/** Into a file that holds no session yet; all of it or nothing. */
export function sqliteTarget(db: Database.Database): SessionTarget {
  return {
    async take(read) {
      // Read first: a transaction of SQLite cannot wait.
      const rows: Row[] = []
      for await (const row of read()) rows.push(row)
      inTransaction(db, () => {
        const known = db.prepare('SELECT 1 FROM meta LIMIT 1').get()
        if (known !== undefined)
          throw new TransferFault(`There is a session in ${db.name} already.`)
        const inserts = new Map(tables.map((table) => [table.name, db.prepare(insertOf(table))]))
        for (const { table, row } of rows) {
          const columns = tables.find(({ name }) => name === table)?.columns ?? []
          inserts.get(table)?.run(...columns.map(({ name }) => keptOf(row[name] ?? null)))
        }
      })
    },
  }
}

function insertOf({ name, columns }: Table): string {
  const values = columns.map((column) =>
    column.names === undefined
      ? '?'
      : // A row that is not there has no number: -1 is refused, where nothing would be taken for «none».
        column.isOptional
        ? `(SELECT CASE WHEN v.id IS NULL THEN NULL
             ELSE coalesce((SELECT num FROM ${column.names} n WHERE n.id = v.id), -1) END
           FROM (SELECT ? AS id) v)`
        : `(SELECT num FROM ${column.names} WHERE id = ?)`,
  )
  return `INSERT INTO ${name} (${columns.map((one) => one.name).join(', ')}) VALUES (${values.join(', ')})`
}

function keptOf(value: Value): string | number | null {
  return typeof value === 'boolean' ? Number(value) : value
}
