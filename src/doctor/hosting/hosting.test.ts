import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../testing/certificates.ts'
import { newHostKey } from '../../testing/served-session.ts'
import { answerOf } from '../edges/look-in-process.ts'
import { lookWithNode } from '../edges/look-with-node.ts'
import { ownerOfPort } from '../edges/port-owner.ts'
import { runCommand } from '../edges/run-command.ts'
import { checkHostKey } from './certificate.ts'
import type { HostIdentity } from './certificate.ts'
import { checkDatabase } from './database.ts'
import { lookAtDatabase } from './look-at-database.ts'
import { checkFreePort, tryPort } from './port.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-doctor-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal

function makeDatabase(journal = 'WAL'): string {
  const file = join(folder, 'session.db')
  const db = new Database(file)
  db.pragma(`journal_mode = ${journal}`)
  db.exec('CREATE TABLE kept (id INTEGER PRIMARY KEY, words TEXT)')
  const insert = db.prepare('INSERT INTO kept (words) VALUES (?)')
  db.transaction(() => {
    for (let row = 0; row < 2_000; row += 1) insert.run('a message that takes some room '.repeat(4))
  })()
  db.close()
  return file
}

/** Writes noise over a page in the middle, as a failing disk does. */
function damage(file: string): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4_096, 0xa5), 0, 4_096, 4_096 * 12)
  closeSync(handle)
}

describe('the database', () => {
  it('that is whole passes, looked at by a process of its own', async () => {
    const answer = await answerOf(lookWithNode(makeDatabase()), never)
    expect(answer).toMatchObject({ kind: 'whole', journal: 'wal', writable: true })
    expect(checkDatabase(answer, false).state).toBe('ok')
  })

  it('that is damaged, or no database, is told with what to do', () => {
    const file = makeDatabase()
    damage(file)
    expect(lookAtDatabase(file)).toEqual({ kind: 'damaged' })
    expect(checkDatabase({ kind: 'damaged' }, false)).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('put back the last good copy'),
    })
    writeFileSync(
      join(folder, 'text.db'),
      'these words are no database, and there are enough of them',
    )
    expect(lookAtDatabase(join(folder, 'text.db'))).toEqual({ kind: 'damaged' })
    expect(lookAtDatabase(folder).kind).toBe('unreadable')
  })

  it('that a server has open is left to it, and to nobody else', () => {
    const file = makeDatabase()
    const server = new Database(file)
    server.pragma('locking_mode = EXCLUSIVE')
    server.exec("INSERT INTO kept (words) VALUES ('x')")
    const answer = lookAtDatabase(file)
    expect(answer).toEqual({ kind: 'in-use' })
    expect(checkDatabase(answer, true).state).toBe('ok')
    expect(checkDatabase(answer, false).state).toBe('warning')
    // The look took nothing from it.
    server.exec("INSERT INTO kept (words) VALUES ('y')")
    server.close()
    expect(lookAtDatabase(file).kind).toBe('whole')
  })

  it('that is not there, cannot be written, has no log or too large a one', () => {
    expect(lookAtDatabase(join(folder, 'none.db'))).toEqual({ kind: 'missing' })
    expect(checkDatabase({ kind: 'missing' }, false).state).toBe('skipped')
    expect(checkDatabase(lookAtDatabase(makeDatabase('DELETE')), false).state).toBe('warning')
    const whole = { kind: 'whole', journal: 'wal', bytes: 1, walBytes: 1, writable: true } as const
    expect(checkDatabase({ ...whole, writable: false }, false).state).toBe('failed')
    expect(checkDatabase({ ...whole, walBytes: 9e8 }, false).state).toBe('warning')
    expect(checkDatabase({ kind: 'unreadable', code: 'EACCES' }, false).state).toBe('failed')
  })

  it('is given up when the person stops the doctor', async () => {
    const stop = new AbortController()
    const answer = answerOf(lookWithNode(makeDatabase()), stop.signal)
    stop.abort()
    expect((await answer).kind).toBe('unreadable')
  })
})

describe('key and certificate', () => {
  const { privateKey: key, fingerprint } = newHostKey()
  const now = Date.now()
  const DAY_MS = 86_400_000
  const check = (more: Partial<HostIdentity>, at = now) =>
    checkHostKey(
      {
        key: { kind: 'key', fingerprint },
        certificate: selfSigned(key),
        expected: fingerprint,
        ...more,
      },
      at,
    )

  it('that fit each other pass', () => {
    expect(check({})).toMatchObject({ state: 'ok', detail: expect.stringMatching(/\d+ more days/) })
    expect(check({ certificate: null }).state).toBe('ok')
    expect(check({ key: { kind: 'none' } }).state).toBe('skipped')
  })
  it('a key that cannot be read or that members do not know is a fault', () => {
    expect(check({ key: { kind: 'fault', message: 'Locked.' } })).toMatchObject({
      state: 'failed',
      detail: 'Locked.',
    })
    expect(check({ expected: newHostKey().fingerprint }).state).toBe('failed')
  })
  it('a certificate that is damaged, another key’s, old or too new can be made anew', () => {
    expect(check({ certificate: 'nonsense' }).state).toBe('warning')
    expect(check({ certificate: selfSigned(newHostKey().privateKey) }).detail).toContain(
      'another key',
    )
    expect(check({}, now + 900 * DAY_MS).detail).toContain('expired')
    expect(check({}, now - 900 * DAY_MS).detail).toContain('clock')
  })
})

describe('the port', () => {
  it('is free, or taken by a program that is named where the system says', async () => {
    const server = createServer()
    server.listen(0, '0.0.0.0')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const trial = await tryPort(port, '0.0.0.0')
    const owner = await ownerOfPort(port, process.platform, runCommand, never)
    const taken = checkFreePort(port, trial, owner)
    expect(taken).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining(`Port ${port} is taken by`),
    })
    // The test itself runs in it, so that every system may tell.
    expect(owner).toMatch(/node|vitest/i)
    expect(taken.fix).toContain(`“${owner}”`)
    await new Promise((closed) => server.close(closed))
    expect(await tryPort(port, '0.0.0.0')).toEqual({ kind: 'free' })
    expect(await ownerOfPort(port, process.platform, runCommand, never)).toBeNull()
  })
  it('0 is picked later; one that may not be used is a fault', () => {
    expect(checkFreePort(0, { kind: 'free' }, null).state).toBe('skipped')
    expect(checkFreePort(80, { kind: 'refused', code: 'EACCES' }, null)).toMatchObject({
      state: 'failed',
      fix: expect.stringContaining('1024'),
    })
    expect(checkFreePort(4_000, { kind: 'refused', code: 'EADDRINUSE' }, null).state).toBe(
      'warning',
    )
  })
})
