import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cursor } from '../../../protocol/records.ts'
import { newId, type RawClient, rawClient, rawPerson } from '../../../testing/raw-client.ts'
import { startPostgres, type TestPostgres } from '../../../testing/services/postgres.ts'
import { prepareSharedBackends } from '../../shared-backends.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../start-server.ts'
import { systemSecrets } from '../../ops/system-secrets.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import { exportTo, importFrom, promote } from './copy.ts'
import { exportLines } from './ndjson.ts'
import { openPostgresSession, openSqliteSession } from './open-session.ts'
import type { Row } from './tables.ts'

const silent = { info() {}, warn() {} }
const mara = rawPerson('Mara')

async function serve(
  options: Partial<ServerOptions> & { dataDir: string },
): Promise<RunningServer> {
  const server = await startServer(
    { host: '127.0.0.1', port: 0, admission: { kind: 'open' }, ...options },
    silent,
  )
  if (server.kind === 'failed') throw new Error(server.message)
  return server
}

/** Somebody whom a bearer token let in. */
async function comeByToken(dataDir: string): Promise<void> {
  const { secrets, file } = { secrets: systemSecrets(), file: join(dataDir, 'session.db') }
  const store = openSqliteStore({ file, uuid: secrets.uuid, hash: secrets.hash })
  const { member, device, key, name } = rawPerson('Theo')
  const entry = await store.registry.register({
    ...{ member: { id: member, name }, device: { id: device, name: 'laptop', key } },
    ...{ at: 1, ticket: { kind: 'vouched', role: 'member', by: 'an authority' } },
    bearer: { subject: secrets.hash('theo'), doorMember: undefined },
    ...{ isOpen: false, maxMembers: 10 },
  })
  expect(entry.kind).toBe('in')
  await store.close()
}

async function rowsIn(dataDir: string): Promise<Row[]> {
  const data = openSqliteSession(dataDir, true)
  const rows: Row[] = []
  await data.read((row) => void rows.push(row))
  await data.close()
  return rows
}

/** The order between rooms is a store's own; that within a room is not. */
const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted()

describe('a session that is copied', () => {
  let folder: string
  let postgres: TestPostgres
  let source: string
  let cursor: Cursor
  let last: { readonly id: Parameters<RawClient['post']>[2]; readonly ack: object }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'landline-transfer-'))
    source = join(folder, 'source')
    const starting = startPostgres()
    const server = await serve({ dataDir: source, sessionName: 'Ward 3' })
    const client = await rawClient(server.url, mara)
    await client.enter()
    const room = client.general()
    const post = client.post(room, 'a \u0000 in \u0001 a text, and 船')
    await client.next('ack')
    const change = async (operation: object): Promise<void> => {
      client.tell({ type: 'submit', id: newId(), room, operation } as Parameters<
        typeof client.tell
      >[0])
      await client.next('ack')
    }
    await change({ kind: 'edit', target: post, text: 'edited' })
    await change({ kind: 'react', target: post, emoji: '👍' })
    const gone = client.post(room, 'to be deleted')
    await client.next('ack')
    await change({ kind: 'delete', target: gone })
    const id = client.post(room, 'the last one')
    const ack = await client.next('ack')
    last = { id, ack }
    const { epoch } = await client.next('events', ({ events }) =>
      events.some((one) => one.id === id),
    )
    cursor = { room, epoch, seq: ack.seq }
    client.tell({ type: 'read', room, seq: ack.seq })
    await client.next('reads')
    await server.stop()
    await comeByToken(source)
    postgres = await starting
  })
  afterAll(async () => {
    await postgres.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Somebody who was there before comes back: nothing is sent twice, and nothing is missing. */
  async function goesOn(server: RunningServer): Promise<void> {
    const client = await rawClient(server.url, mara)
    await client.enter(undefined, [cursor])
    expect(client.received.filter(({ type }) => type === 'reset')).toEqual([])
    client.post(cursor.room, 'the last one', last.id)
    expect(await client.next('ack')).toEqual(last.ack)
    const id = client.post(cursor.room, 'and on')
    expect(await client.next('ack')).toMatchObject({ id, seq: cursor.seq + 1 })
    await server.stop()
  }

  it('[D4] [D6] has the same ids, numbers and epochs after export and import, and goes on where it was', async () => {
    const file = join(folder, 'export.ndjson')
    const from = openSqliteSession(source, true)
    const exported = await exportTo(file, from, 1)
    await from.close()
    const copy = join(folder, 'copy')
    mkdirSync(copy)
    const into = openSqliteSession(copy, false)
    expect(await importFrom(file, into)).toBe(exported)
    await expect(importFrom(file, into)).rejects.toThrow('already')
    await into.close()
    expect(await rowsIn(copy)).toEqual(await rowsIn(source))
    expect(readFileSync(file, 'utf8')).not.toContain('to be deleted')
    expect((await rowsIn(copy)).filter(({ table }) => table === 'bearers')).toHaveLength(1)
    await goesOn(await serve({ dataDir: copy }))
  })

  it('is taken from an export of the time before tokens were bound to members', async () => {
    const rows = (await rowsIn(source)).filter(({ table }) => table !== 'bearers')
    const lines = exportLines()
    const older = [
      lines.header(1),
      ...rows.map(({ table, row }) => {
        const names = Object.keys(row).filter((name) => name !== 'by_token')
        return lines.row({
          table,
          row: Object.fromEntries(names.map((one) => [one, row[one] ?? null])),
        })
      }),
      lines.end(),
    ]
    const file = join(folder, 'older.ndjson')
    writeFileSync(file, older.join(''))
    const copy = join(folder, 'of-older')
    mkdirSync(copy)
    const into = openSqliteSession(copy, false)
    expect(await importFrom(file, into)).toBe(rows.length)
    await into.close()
    const devices = rows.flatMap(({ table, row }) => (table === 'devices' ? [row] : []))
    expect(devices.map((row) => row['by_token'])).toEqual([false, true])
    expect(await rowsIn(copy)).toEqual(
      rows.map(({ table, row }) =>
        table === 'devices' ? { table, row: { ...row, by_token: false } } : { table, row },
      ),
    )
  })

  it('[D4] [D6] is promoted to PostgreSQL with its history, goes on there, and can be taken back', async () => {
    postgres.sql('CREATE SCHEMA promoted')
    const url = postgres.url('promoted')
    const from = openSqliteSession(source, true)
    const into = await openPostgresSession(url)
    await promote(from, into)
    await expect(promote(from, into)).rejects.toThrow('already')
    const rows: Row[] = []
    await into.read((row) => void rows.push(row))
    expect(sorted(rows)).toEqual(sorted(await read(from)))
    await from.close()

    const back = join(folder, 'back')
    mkdirSync(back)
    const home = openSqliteSession(back, false)
    await promote(into, home)
    expect(sorted(await read(home))).toEqual(sorted(rows))
    await Promise.all([home.close(), into.close()])

    const prepared = prepareSharedBackends({ postgres: url })
    if (prepared.kind === 'fault') throw new Error(prepared.message)
    await goesOn(await serve({ dataDir: join(folder, 'node'), shared: prepared.backends }))
    await goesOn(await serve({ dataDir: back }))
  })

  it('is not taken from a file that was cut off, changed, or made by something else', async () => {
    const file = join(folder, 'whole.ndjson')
    const from = openSqliteSession(source, true)
    await exportTo(file, from, 1)
    await from.close()
    const whole = readFileSync(file, 'utf8')
    const lines = whole.split('\n')
    const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n')
    const damaged: readonly (readonly [string, string])[] = [
      [lines.slice(0, -2).join('\n'), 'cut off'],
      [whole.replace('the last one', 'the lost one'), 'changed'],
      [swapped, 'changed'],
      [`${whole}${lines[1]}\n`, 'after the end'],
      [whole.replace('"version":1', '"version":2'), 'version 2'],
      ['{"hello":1}\n', 'no export'],
      ['what is this', 'no JSON'],
      [whole.replace('"kind":"group"', '"kind":7'), 'rooms.kind'],
    ]
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    for (const [text, words] of damaged) {
      const bad = join(folder, 'bad.ndjson')
      writeFileSync(bad, text)
      const into = openSqliteSession(empty, false)
      await expect(importFrom(bad, into)).rejects.toThrow(words)
      await into.close()
      expect(await rowsIn(empty)).toEqual([])
    }
    expect(() => openSqliteSession(join(folder, 'nowhere'), true)).toThrow('no session')
  })
})

async function read(data: ReturnType<typeof openSqliteSession>): Promise<Row[]> {
  const rows: Row[] = []
  await data.read((row) => void rows.push(row))
  return rows
}
