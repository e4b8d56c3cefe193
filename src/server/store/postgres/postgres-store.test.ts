import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOperation } from '../../../testing/contracts/create-operation.ts'
import { codesContract } from '../../../testing/contracts/codes-contract.ts'
import { integrationsContract } from '../../../testing/contracts/integrations-contract.ts'
import { registryContract } from '../../../testing/contracts/registry-contract.ts'
import { storeContract } from '../../../testing/contracts/store-contract.ts'
import { storeHands } from '../../../testing/contracts/store-hands.ts'
import { type SeededRandom, seededRandom } from '../../../testing/seeded-random.ts'
import { startPostgres, type TestPostgres } from '../../../testing/services/postgres.ts'
import { programSupport } from '../../../testing/services/service-process.ts'
import type { DeviceId, InviteId, MemberId, SessionId } from '../../../protocol/ids.ts'
import { CHANGING } from './codes.ts'
import { openDatabase, type PostgresDatabase } from './database.ts'
import { openPostgresStore, type PostgresStore } from './postgres-store.ts'

const support = programSupport('initdb', 'postgres', 'psql')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ THE STORE ON POSTGRESQL IS NOT TESTED HERE: ${support.why}\n\n`)
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

describe.skipIf(support.kind === 'no')('PostgreSQL', () => {
  let postgres: TestPostgres
  let schemas = 0
  const opened: PostgresStore[] = []
  beforeAll(async () => {
    postgres = await startPostgres()
    postgres.sql(Array.from({ length: 60 }, (_, n) => `CREATE SCHEMA s${n + 1};`).join(' '))
  })
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close().catch(() => {})))
    await kept?.db.close()
    await postgres.dispose()
  })

  const freshUrl = (): string => postgres.url(`s${++schemas}`)
  async function open(
    url: string,
    random: Pick<SeededRandom, 'uuid'>,
    more: { sessionId?: SessionId; sessionName?: string } = {},
  ): Promise<PostgresStore> {
    const store = await openPostgresStore({
      ...{ url, hash, log: () => {} },
      uuid: () => random.uuid(),
      ...more,
    })
    opened.push(store)
    return store
  }

  // One store for all of the contracts, emptied in between: making its tables takes longer than most tests.
  let kept:
    | { store: PostgresStore; readonly db: PostgresDatabase; readonly url: string }
    | undefined
  let current = seededRandom(1)
  const uuid = (): string => current.uuid()
  async function emptyStore(): Promise<PostgresStore> {
    if (kept === undefined) {
      const url = freshUrl()
      kept = { url, store: await open(url, { uuid }), db: openDatabase(url, () => {}) }
    }
    const tables = await kept.db.read<{ name: string }>({
      text: `SELECT tablename AS name FROM pg_tables
        WHERE schemaname = current_schema() AND tablename NOT IN ('meta', 'migrations')`,
    })
    const names = tables.map(({ name }) => name).join(', ')
    await kept.db.read({ text: `TRUNCATE ${names}; DELETE FROM meta WHERE key = 'settings'` })
    return kept.store
  }
  for (const contract of [storeContract, registryContract, integrationsContract]) {
    contract('the PostgreSQL store', (random) => {
      current = random
      return {
        open: emptyStore,
        async reopen() {
          if (kept === undefined) throw new Error('nothing was opened')
          await kept.store.close()
          return (kept.store = await open(kept.url, { uuid }))
        },
        dispose: () => Promise.resolve(),
      }
    })
  }

  codesContract('PostgreSQL', async () => {
    const { codes, registry } = await emptyStore()
    if (codes === undefined) throw new Error('no codes')
    return {
      // Several of its connections, as of several nodes.
      nodes: [codes, codes] as const,
      registry,
      async pass(ms) {
        // As if everything had been so much earlier.
        const ago = `interval '${ms} milliseconds'`
        const text = `UPDATE codes SET expires_at = expires_at - ${ago};
          UPDATE guesses SET at = at - ${ago};`
        await kept?.db.read({ text })
      },
    }
  })

  describe('several nodes on one PostgreSQL', () => {
    it('[D4, D6] number one room without gaps or doubles, whoever writes', async () => {
      const random = seededRandom(11)
      const url = freshUrl()
      // All of them at once: only one may make the tables, and all must agree on the session.
      const nodes = await Promise.all([1, 2, 3].map((seed) => open(url, seededRandom(seed))))
      expect(new Set(nodes.map(({ session }) => session.id)).size).toBe(1)
      const [first] = nodes
      if (first === undefined) throw new Error('no node')
      const { admit, create, writeOf, eventsOf } = storeHands(
        () => first,
        () => random,
      )
      const mara = await admit('Mara')
      const rooms = [await create(mara), await create(mara)]
      const writes = Array.from({ length: 600 }, (_, n) =>
        writeOf(mara, random.pick(rooms), { kind: 'post', text: `${n}` }),
      )
      // Every write goes to two nodes, as if a client had moved before it heard the ack; batches name rooms in
      // either order.
      await Promise.all(
        nodes.map(async (node, index) => {
          const mine = writes.filter((_, n) => n % 3 !== index)
          while (mine.length > 0) {
            const batch = mine.splice(0, random.int(1, 40))
            const results = await node.commit(random.chance(0.5) ? batch : batch.toReversed())
            for (const { kind } of results) expect(['committed', 'duplicate']).toContain(kind)
          }
        }),
      )
      const logs = await Promise.all(rooms.map((room) => eventsOf(room, 0)))
      for (const log of logs) expect(log.map(({ seq }) => seq)).toEqual(log.map((_, n) => n + 1))
      const texts = logs
        .flat()
        .flatMap((event) => (event.type === 'message.posted' ? event.text : []))
      expect(texts.map(Number).toSorted((a, b) => a - b)).toEqual(writes.map((_, n) => n))
    })

    it('make one default group and one direct room, however many ask at once', async () => {
      const random = seededRandom(12)
      const url = freshUrl()
      const nodes = await Promise.all([1, 2, 3].map((seed) => open(url, seededRandom(seed + 50))))
      const [first] = nodes
      if (first === undefined) throw new Error('no node')
      const { admit, writeOf, newId } = storeHands(
        () => first,
        () => random,
      )
      const [mara, sam] = [await admit('Mara'), await admit('Sam')]
      for (const change of [
        { isDefault: true, roomKind: 'group', members: [mara.member] },
        { isDefault: false, roomKind: 'direct', members: [mara.member, sam.member] },
      ] as const) {
        const results = await Promise.all(
          nodes.map((node) => {
            const operation = createOperation({ ...change, members: [...change.members] })
            const id = newId()
            return node.commit([writeOf(mara, id as never, operation, id as never)])
          }),
        )
        const kinds = results.flat().map(({ kind }) => kind)
        expect(kinds.toSorted()).toEqual(['committed', 'exists', 'exists'])
      }
    })

    it('[D19] tell what others changed since a mark, by transaction and not by time', async () => {
      const random = seededRandom(13)
      const url = freshUrl()
      const [here, there] = [await open(url, seededRandom(1)), await open(url, seededRandom(2))]
      const { admit, create, one, writeOf } = storeHands(
        () => there,
        () => random,
      )
      const mara = await admit('Mara')
      const [busy, quiet] = [await create(mara), await create(mara)]
      const { shared } = here
      if (shared === undefined) throw new Error('not shared')
      const mark = await shared.mark()
      await one(writeOf(mara, busy, { kind: 'post', text: 'x' }))
      const sam = await admit('Sam')
      const changed = await shared.changedSince(mark)
      expect(changed.rooms).toEqual([
        { id: busy, epoch: expect.any(String) as string, head: 3, reshaped: false },
      ])
      expect(changed.members).toMatchObject([{ id: sam.member, name: 'Sam', role: 'member' }])
      await one(writeOf(mara, quiet, { kind: 'change', name: 'renamed' }))
      const next = await shared.changedSince(changed.mark)
      expect(next.rooms).toMatchObject([{ id: quiet, reshaped: true }])
      expect(await shared.states([quiet])).toMatchObject([
        { id: quiet, name: 'renamed', head: 3, members: [mara.member] },
      ])
    })

    it('[I3, I4] let one of many in by an invite for one, and give a name once, whichever node is asked', async () => {
      const random = seededRandom(16)
      const url = freshUrl()
      const nodes = await Promise.all([1, 2, 3].map((seed) => open(url, seededRandom(seed + 80))))
      const act = { by: null, at: 1 }
      const wanted = {
        ...({ kind: 'invite', role: 'member', tokenHash: 'hash', label: 'one' } as const),
        ...{ id: random.uuid() as InviteId, expiresAt: null, maxUses: 1, member: null },
      }
      await nodes[0]?.registry.createInvite(wanted, act)
      const comer = (name: string) => ({
        member: { id: random.uuid() as MemberId, name },
        device: { id: random.uuid() as DeviceId, name: 'laptop', key: random.key() },
        ...{ at: 2, isOpen: false, maxMembers: 100 },
      })
      const invited = await Promise.all(
        nodes.map(({ registry }, n) =>
          registry.register({
            ...comer(`Guest ${n}`),
            ticket: { kind: 'invite', tokenHash: 'hash' },
          }),
        ),
      )
      expect(invited.filter(({ kind }) => kind === 'in')).toHaveLength(1)
      expect(
        invited.filter((entry) => 'code' in entry && entry.code === 'invite-used-up'),
      ).toHaveLength(2)
      const named = await Promise.all(
        nodes.map(({ registry }) =>
          registry.register({ ...comer('Mara'), ticket: { kind: 'operator' } }),
        ),
      )
      expect(named.filter(({ kind }) => kind === 'in')).toHaveLength(1)
      expect(named.filter((entry) => 'code' in entry && entry.code === 'name-taken')).toHaveLength(
        2,
      )
      const audit = await nodes[1]?.registry.audit(1_000, 100)
      expect(audit?.map(({ number }) => number)).toEqual([3, 2, 1])
    })

    it('[I13] make one member of a bearer who comes to all of them at once, as whoever', async () => {
      const random = seededRandom(17)
      const url = freshUrl()
      const nodes = await Promise.all([1, 2, 3].map((seed) => open(url, seededRandom(seed + 90))))
      const bearer = { subject: 'a hash', doorMember: undefined }
      const entries = await Promise.all(
        nodes.map(({ registry }, n) =>
          registry.register({
            member: { id: random.uuid() as MemberId, name: `Mara ${n}` },
            device: { id: random.uuid() as DeviceId, name: 'laptop', key: random.key() },
            ...{ at: 2, isOpen: false, maxMembers: 100, bearer },
            ticket: { kind: 'vouched', role: 'member', by: 'an authority' },
          }),
        ),
      )
      const [won, ...more] = entries.flatMap((entry) => (entry.kind === 'in' ? [entry] : []))
      expect(more).toEqual([])
      const { id, name } = won!.member
      for (const entry of entries.filter(({ kind }) => kind !== 'in')) {
        expect(entry).toMatchObject({ code: 'identity-taken', member: { id, name } })
      }
      expect((await nodes[2]?.members())?.map((member) => member.id)).toEqual([id])
    })

    it('refuse to be another session, or older than the database', async () => {
      const random = seededRandom(14)
      const url = freshUrl()
      const store = await open(url, random, { sessionName: 'Field Station' })
      expect(store.session.name).toBe('Field Station')
      const other = open(url, random, { sessionId: random.uuid() as SessionId })
      await expect(other).rejects.toMatchObject({ kind: 'other-session' })
      postgres.sql(`INSERT INTO s${schemas}.migrations VALUES (999, 'from the future')`)
      await expect(open(url, random)).rejects.toMatchObject({ kind: 'newer' })
    })
  })

  it('[D3] waits for the disk whatever the database is set to, and never reads a whole log', async () => {
    postgres.sql('ALTER ROLE landline SET synchronous_commit = off')
    const db = openDatabase(freshUrl(), () => {})
    expect(await db.read({ text: 'SHOW synchronous_commit' })).toEqual([
      { synchronous_commit: 'on' },
    ])
    expect(await db.read({ text: 'SHOW enable_seqscan' })).toEqual([{ enable_seqscan: 'off' }])
    await db.close()
    postgres.sql('ALTER ROLE landline RESET synchronous_commit')
  })

  it('[T9, D3] commits messages while guesses of strangers wait for a node that froze with their lock', async () => {
    const random = seededRandom(16)
    const url = freshUrl()
    const store = await open(url, random)
    const { admit, create, writeOf } = storeHands(
      () => store,
      () => random,
    )
    const mara = await admit('Mara')
    const room = await create(mara)
    const frozen = openDatabase(url, () => {})
    let thaw = (): void => {}
    const isFrozen = new Promise<void>((resolve) => (thaw = resolve))
    await new Promise<void>((locked, failed) => {
      frozen
        .transaction(async (session) => {
          await session.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [CHANGING] })
          locked()
          await isFrozen
          return { value: undefined, statements: [] }
        })
        .catch(failed)
    })
    const order: string[] = []
    const guesses = Array.from({ length: 4 }, async () => {
      await store.codes?.begin({ kind: 'passphrase' }, 60_000, () => true)
      order.push('guess')
    })
    const results = await store.commit([writeOf(mara, room, { kind: 'post', text: 'on time' })])
    order.push('message')
    expect(results).toMatchObject([{ kind: 'committed' }])
    thaw()
    await Promise.all(guesses)
    expect(order).toEqual(['message', ...Array<string>(4).fill('guess')])
    expect(store.health()).toEqual({ ok: true })
    await frozen.close()
  })

  it('[D3, D5] fails fast while PostgreSQL is away, says so, and goes on without a restart', async () => {
    const random = seededRandom(15)
    const store = await open(freshUrl(), random)
    const { admit, create, writeOf } = storeHands(
      () => store,
      () => random,
    )
    const mara = await admit('Mara')
    const room = await create(mara)
    const write = writeOf(mara, room, { kind: 'post', text: 'kept' })
    await store.commit([write])
    expect(store.health()).toEqual({ ok: true })
    await postgres.kill()
    const next = writeOf(mara, room, { kind: 'post', text: 'later' })
    for (let n = 0; n < 5; n++) await expect(store.commit([next])).rejects.toThrow()
    expect(store.health()).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/Postgre/) as string,
    })
    await postgres.start()
    // Resent as a client does: until it is taken.
    const deadline = performance.now() + 10_000
    let results
    while (results === undefined) {
      results = await store.commit([write, next]).catch(() => undefined)
      if (performance.now() > deadline) throw new Error('PostgreSQL is back, but the store is not')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(results).toMatchObject([{ kind: 'duplicate', seq: 3 }, { kind: 'committed' }])
    expect(store.health()).toEqual({ ok: true })
  })
})
