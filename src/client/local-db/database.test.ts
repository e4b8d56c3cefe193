import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalDatabase, openDatabase } from './database.ts'
import { migrations } from './migrations.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-db-'))
  file = join(folder, 'deep', 'session.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(steps?: readonly string[]): LocalDatabase {
  const opened = openDatabase(file, steps)
  if (!opened.ok) throw new Error(opened.message)
  return opened.database
}

describe('transactions', () => {
  it('a change that throws is undone as a whole', () => {
    const database = open(['CREATE TABLE t (n INTEGER) STRICT'])
    const insert = database.prepare('INSERT INTO t VALUES (?)')
    expect(() =>
      database.write(() => {
        insert.run(1)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(database.prepare('SELECT * FROM t').all()).toEqual([])
    database.close()
  })

  it('a function that returns a promise is refused by type and at run time', () => {
    const database = open(['CREATE TABLE t (n INTEGER) STRICT'])
    const insert = database.prepare('INSERT INTO t VALUES (?)')
    expect(() =>
      // @ts-expect-error -- a transaction cannot wait
      database.write(async () => insert.run(1)),
    ).toThrow(/promise/)
    expect(database.prepare('SELECT * FROM t').all()).toEqual([])
    database.close()
  })

  it('[D1] a durable write syncs to the disk; what can be had again does not', () => {
    const database = open(['CREATE TABLE t (n INTEGER) STRICT'])
    const level = database.prepare<{ synchronous: number }>('PRAGMA synchronous')
    const during = (write: LocalDatabase['write']): number | undefined =>
      write(() => level.get()?.synchronous ?? -1)
    expect(during(database.writeDurably)).toBe(2)
    expect(during(database.write)).toBe(1)
    expect(during(database.writeDurably)).toBe(2)
    expect(() => database.write(() => database.writeDurably(() => null))).toThrow(/durable/)
    database.close()
  })
})

describe('migrations', () => {
  it('makes a new file, with a write-ahead log, and opens it again', () => {
    open().close()
    open().close()
    const raw = new Database(file, { readonly: true })
    expect(raw.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
    raw.close()
  })

  it('applies only the steps a file does not have, each as a whole', () => {
    const first = 'CREATE TABLE a (n INTEGER) STRICT; INSERT INTO a VALUES (1)'
    open([first]).close()
    const broken = [first, 'INSERT INTO a VALUES (2); INSERT INTO missing VALUES (1)']
    expect(() => openDatabase(file, broken)).toThrow('missing')
    const database = open([first, 'INSERT INTO a VALUES (3)'])
    expect(database.prepare('SELECT n FROM a').all()).toEqual([{ n: 1 }, { n: 3 }])
    database.close()
  })

  it('leaves a newer version’s file alone', () => {
    open(['CREATE TABLE a (n INTEGER)', 'CREATE TABLE b (n INTEGER)']).close()
    expect(openDatabase(file, ['CREATE TABLE a (n INTEGER)'])).toMatchObject({
      ok: false,
      message: expect.stringContaining('newer version'),
    })
  })
})

describe('the first migration', () => {
  it('keeps the full-text index in step with numbered messages', () => {
    const database = open()
    const run = (sql: string): void => void database.prepare(sql).run()
    const found = (word: string): unknown[] =>
      database.prepare('SELECT rowid FROM message_text WHERE message_text MATCH ?').all(word)
    const check = (): void =>
      run(`INSERT INTO message_text (message_text) VALUES ('integrity-check')`)

    run(
      `INSERT INTO message (id, room, author, at, text) VALUES ('m', 'r', 'a', 0, 'pending words')`,
    )
    expect(found('pending')).toEqual([])
    run(`UPDATE message SET text = 'other words' WHERE id = 'm'`)
    run(`UPDATE message SET seq = 1, text = 'numbered words' WHERE id = 'm'`)
    expect([found('other'), found('numbered')]).toEqual([[], [{ rowid: 1 }]])
    run(`UPDATE message SET text = 'edited words' WHERE id = 'm'`)
    expect([found('numbered'), found('edited')]).toEqual([[], [{ rowid: 1 }]])
    run(`UPDATE message SET text = '' WHERE id = 'm'`)
    expect(found('words')).toEqual([])
    check()
    run(`DELETE FROM message`)
    expect(found('words')).toEqual([])
    database.close()
  })
})
