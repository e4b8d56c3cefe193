import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { manualClock } from '../../../testing/manual-clock.ts'
import { PostgresFault } from './migrate.ts'
import { waitForDatabase } from './wait-for-database.ts'

const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })
const said = (code: string): Error =>
  Object.assign(new pg.DatabaseError(`said ${code}`, 0, 'error'), { code })

/** Opens a database that fails so often, and tells how it went after this time. */
async function waited(fault: Error, failures: number, afterMs: number) {
  const clock = manualClock()
  const lines: string[] = []
  const log = { info() {}, warn: (fields: object) => void lines.push(JSON.stringify(fields)) }
  let tries = 0
  let end = 'waiting'
  const open = async (): Promise<string> => {
    if (++tries <= failures) throw fault
    return 'opened'
  }
  void waitForDatabase(open, 30_000, { clock, log }).then(
    (value) => (end = value),
    (thrown: Error) => (end = thrown.message),
  )
  await clock.advance(afterMs)
  return { end, tries, lines }
}

describe('a database that is not there when a node starts', () => {
  it.each([
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'].map(system),
    ...['57P03', '57P01', '53300', '08006'].map(said),
    new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')], 'both'),
    new Error('Connection terminated due to connection timeout'),
  ])('is waited for, with a line for each try: $message', async (fault) => {
    const { end, lines } = await waited(fault, 3, 2_000)
    expect(end).toBe('opened')
    expect(lines).toHaveLength(3)
    expect(lines[2]).toContain('"againInMs":1000')
  })

  it('is given up after half a minute, with its fault', async () => {
    expect(await waited(system('ECONNREFUSED'), 1_000, 25_000)).toMatchObject({ end: 'waiting' })
    const { end, tries } = await waited(system('ECONNREFUSED'), 1_000, 30_000)
    expect(end).toBe('connect ECONNREFUSED')
    expect(tries).toBeLessThan(15)
  })

  it.each([
    ...['28P01', '28000', '3D000', '42501'].map(said),
    ...['SELF_SIGNED_CERT_IN_CHAIN', 'ERR_INVALID_URL'].map(system),
    new PostgresFault('newer', 'A newer version of Landline has used this database.'),
  ])('is not waited for when waiting mends nothing: $message', async (fault) => {
    expect(await waited(fault, 1, 0)).toEqual({ end: fault.message, tries: 1, lines: [] })
  })

  it.each([
    ['between two tries', () => Promise.reject(system('ECONNREFUSED'))],
    ['in the middle of one', () => new Promise<never>(() => {})],
  ])('is waited for no longer when that is asked for %s', async (_, open) => {
    const clock = manualClock()
    const stop = new AbortController()
    const log = { info() {}, warn() {} }
    const waiting = waitForDatabase(open, 30_000, { clock, log }, stop.signal)
    await clock.advance(1_000)
    stop.abort(new Error('asked'))
    await expect(waiting).rejects.toThrow('asked')
  })
})
