import type { Guess, KeptCode, KnownGuesses, SharedCodes } from '../../hub/codes-port.ts'
import type { PostgresDatabase, Session } from './database.ts'

/** One change of codes at a time, over all nodes: places, selectors and guesses are counted. */
export const CHANGING = 0x6c6c_636f
/** No exchange lasts as long; its node is gone. */
const RUNS_MS = 30_000

/** By numbers of the audit log, not by times (D19). A further device's owner is looked at when it comes. */
const IS_GOOD = `expires_at > clock_timestamp() AND (owner IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM audit WHERE number > made_after AND action IN ('removed', 'banned')))`
const GOOD = `SELECT code, owner,
    (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "expiresInMs"
  FROM codes WHERE ${IS_GOOD} ORDER BY owner NULLS FIRST, code`

export function createPostgresCodes(db: PostgresDatabase): SharedCodes {
  /** The lock is taken first: what is read after it nobody changes meanwhile. */
  function change<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
    return db.transaction(async (session) => {
      await session.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [CHANGING] })
      return { value: await work(session), statements: [] }
    })
  }

  return {
    good: () => db.read<KeptCode>({ name: 'good-codes', text: GOOD }),

    give: (owner, how, lifeMs, make, maxOthers = Infinity) =>
      change(async (session) => {
        await session.query({ text: `DELETE FROM codes WHERE NOT (${IS_GOOD})` })
        const good = await session.query<KeptCode>({ text: GOOD })
        const before = good.find((one) => one.owner === owner)
        if (before !== undefined && how === 'keep') return before
        await session.query({
          text: 'DELETE FROM codes WHERE owner IS NOT DISTINCT FROM $1::uuid',
          values: [owner],
        })
        const others = good.filter((one) => one.owner !== null && one.owner !== owner)
        if (owner !== null && others.length > maxOthers) return undefined
        const code = make(good.map((one) => one.code))
        await session.query({
          text: `INSERT INTO codes (code, owner, expires_at, made_after)
            VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond',
              (SELECT coalesce(max(number), 0) FROM audit))`,
          values: [code, owner, lifeMs],
        })
        return { code, owner, expiresInMs: lifeMs }
      }),

    take: (code) =>
      change(async (session) => {
        const text = `DELETE FROM codes WHERE code = $1 AND ${IS_GOOD} RETURNING 1`
        return (await session.query({ text, values: [code] })).length > 0
      }),

    takeFrom: (owner) =>
      change(async (session) => {
        await session.query({ text: 'DELETE FROM codes WHERE owner = $1', values: [owner] })
      }),

    begin: (guess, windowMs, mayBegin) =>
      change(async (session) => {
        await session.query({
          text: `DELETE FROM guesses WHERE at <= clock_timestamp() - $1 * interval '1 millisecond'`,
          values: [windowMs],
        })
        const known = await knownOf(session, guess)
        if (!mayBegin(known)) return { id: undefined, known }
        const code = guess.kind === 'code' ? guess.code : null
        const [row] = await session.query<{ id: string }>({
          text: 'INSERT INTO guesses (code) VALUES ($1) RETURNING id',
          values: [code],
        })
        await count(session, code, 1)
        return { id: row?.id, known }
      }),

    settle: (id, right) =>
      change(async (session) => {
        const [row] = await session.query<{ code: string | null }>({
          text: right
            ? 'DELETE FROM guesses WHERE id = $1 RETURNING code'
            : 'UPDATE guesses SET is_over = true WHERE id = $1 RETURNING code',
          values: [id],
        })
        // It was older than what is counted.
        if (row === undefined) return { ages: [], withCode: 0, running: 0 }
        const { code } = row
        if (right) await count(session, code, -1)
        return knownOf(session, code === null ? { kind: 'passphrase' } : { kind: 'code', code })
      }),
  }
}

async function count(session: Session, code: string | null, by: number): Promise<void> {
  const text = 'UPDATE codes SET guesses = guesses + $2 WHERE code = $1'
  await session.query({ text, values: [code, by] })
}

async function knownOf(session: Session, guess: Guess): Promise<KnownGuesses> {
  const isCode = guess.kind === 'code'
  const code = isCode ? guess.code : null
  const [guesses, [withCode]] = await Promise.all([
    session.query<{ age: number; isRunning: boolean }>({
      text: `SELECT (extract(epoch FROM clock_timestamp() - at) * 1000)::float8 AS age,
          code = $2 AND NOT is_over AND at > clock_timestamp() - $3 * interval '1 millisecond'
            AS "isRunning"
        FROM guesses WHERE (code IS NOT NULL) = $1 ORDER BY at`,
      values: [isCode, code, RUNS_MS],
    }),
    session.query<{ guesses: number }>({
      text: 'SELECT guesses FROM codes WHERE code = $1',
      values: [code],
    }),
  ])
  return {
    ages: guesses.map(({ age }) => age),
    withCode: withCode?.guesses ?? 0,
    running: guesses.filter(({ isRunning }) => isRunning).length,
  }
}
