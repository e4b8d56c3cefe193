import type { AuditAction, AuditEntry } from '../../../protocol/admin.ts'
import type { MemberId } from '../../../protocol/ids.ts'
import type { Registry, StoredDevice, StoredInvite, StoredMember } from '../../hub/registry-port.ts'
import { createRegistry } from '../registry/registry.ts'
import type { Steps } from '../registry/steps.ts'
import type { RegistryTables } from '../registry/tables.ts'
import { readSettings } from '../stored-settings.ts'
import type { PostgresDatabase, Statement } from './database.ts'
import { packText, unpackText } from './packed-text.ts'

export const MEMBER_COLUMNS = `id, name, last_seen AS "lastSeen", role, standing,
  standing_at AS "standingAt", standing_entry AS "standingEntry"`
const DEVICE_COLUMNS = `id, member, name, key, added_at AS "addedAt", last_seen AS "lastSeen",
  forgotten, by_token AS "byToken"`
const INVITE_COLUMNS = `id, kind, token_hash AS "tokenHash", label, role, created_at AS "createdAt",
  created_by AS "createdBy", expires_at AS "expiresAt", max_uses AS "maxUses", uses,
  revoked_at AS "revokedAt", made_after AS "madeAfter", member`

/** One change of the registry at a time, over all nodes: names, uses of invites and the last host are counted. */
const CHANGING = 0x6c6c_7265

interface AuditRow {
  readonly number: number
  readonly at: number
  readonly action: AuditAction
  readonly actor: MemberId | null
  readonly actorName: string | null
  readonly target: MemberId | null
  readonly targetName: string | null
  readonly detail: string
}

export function createPostgresRegistry(db: PostgresDatabase): Registry {
  return createRegistry(async (work) => {
    // Most of what is asked changes nothing: a thousand devices that come back need not wait for each other.
    const looked = await db.snapshot((session) =>
      drive(work(tablesOf((statement) => session.query(statement), 'look'))),
    )
    if (looked.kind === 'done') return looked.value
    return db.transaction(async (session) => {
      await session.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [CHANGING] })
      const tables = tablesOf((statement) => session.query(statement), 'change')
      const changed = await drive(work(tables))
      if (changed.kind === 'wants-to-change') throw new Error('a change was not let through')
      return { value: changed.value, statements: [] }
    })
  })
}

/** Yielded instead of changing anything while only looking. */
const WANTS_TO_CHANGE = Symbol('wants to change')

/** Waits for each step's answer and gives it back. */
async function drive<Value>(
  steps: Steps<Value>,
): Promise<
  { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'wants-to-change' }
> {
  let answer: unknown
  for (;;) {
    const step = steps.next(answer)
    if (step.done === true) return { kind: 'done', value: step.value }
    if (step.value === WANTS_TO_CHANGE) {
      steps.return(undefined as never)
      return { kind: 'wants-to-change' }
    }
    answer = await step.value
  }
}

function tablesOf(
  query: <Row extends object>(statement: Statement) => Promise<Row[]>,
  mode: 'look' | 'change',
): RegistryTables {
  function* all<Row extends object>(text: string, ...values: unknown[]): Steps<Row[]> {
    return (yield query<Row>({ text, values })) as Row[]
  }
  function* one<Row extends object>(text: string, ...values: unknown[]): Steps<Row | undefined> {
    return (yield* all<Row>(text, ...values))[0]
  }
  function* change(text: string, ...values: unknown[]): Steps<void> {
    if (mode === 'look') yield WANTS_TO_CHANGE
    else yield* all(text, ...values)
  }
  function* count(text: string): Steps<number> {
    return (yield* one<{ count: number }>(text))?.count ?? 0
  }

  return {
    member: (id) => one<StoredMember>(`SELECT ${MEMBER_COLUMNS} FROM members WHERE id = $1`, id),
    *memberNamed(folded) {
      const text = 'SELECT id FROM members WHERE folded = $1 ORDER BY num LIMIT 1'
      return (yield* one<{ id: MemberId }>(text, folded))?.id
    },
    memberCount: () => count('SELECT count(*) AS count FROM members'),
    hostCount: () =>
      count(`SELECT count(*) AS count FROM members WHERE role = 'host' AND standing = 'active'`),
    saveMember: (member, folded) =>
      change(
        `INSERT INTO members (id, name, last_seen, role, standing, standing_at, standing_entry, folded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
           standing = excluded.standing, standing_at = excluded.standing_at,
           standing_entry = excluded.standing_entry, folded = excluded.folded,
           changed = pg_current_xact_id()`,
        ...[member.id, member.name, member.lastSeen, member.role, member.standing],
        ...[member.standingAt, member.standingEntry, folded],
      ),

    *device(id) {
      const text = `SELECT ${DEVICE_COLUMNS} FROM devices WHERE id = $1`
      const row = yield* one<StoredDevice>(text, id)
      return row === undefined ? undefined : deviceOf(row)
    },
    *devicesOf(member) {
      const text = `SELECT ${DEVICE_COLUMNS} FROM devices WHERE member = $1 AND NOT forgotten
        ORDER BY num`
      return (yield* all<StoredDevice>(text, member)).map(deviceOf)
    },
    *isBannedKey(key) {
      const text = `SELECT 1 FROM devices d JOIN members m ON m.id = d.member
        WHERE d.key = $1 AND m.standing = 'banned' LIMIT 1`
      return (yield* one(text, key)) !== undefined
    },
    saveDevice: (device) =>
      change(
        `INSERT INTO devices (id, member, name, key, added_at, last_seen, forgotten, by_token)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, key = excluded.key,
           last_seen = excluded.last_seen, forgotten = excluded.forgotten,
           by_token = excluded.by_token`,
        ...[device.id, device.member, packText(device.name), device.key, device.addedAt],
        ...[device.lastSeen, device.forgotten, device.byToken],
      ),

    *memberOfSubject(subject) {
      const text = 'SELECT member FROM bearers WHERE subject = $1'
      return (yield* one<{ member: MemberId }>(text, subject))?.member
    },
    *hasSubject(member) {
      return (yield* one('SELECT 1 FROM bearers WHERE member = $1', member)) !== undefined
    },
    bindSubject: (subject, member) =>
      change('INSERT INTO bearers (subject, member) VALUES ($1, $2)', subject, member),
    unbindSubject: (member) => change('DELETE FROM bearers WHERE member = $1', member),

    *settings() {
      const text = `SELECT value FROM meta WHERE key = 'settings'`
      const row = yield* one<{ value: string }>(text)
      return row === undefined ? undefined : readSettings(row.value)
    },
    saveSettings: (settings) =>
      change(
        `INSERT INTO meta (key, value) VALUES ('settings', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        JSON.stringify(settings),
      ),

    *invites() {
      const text = `SELECT ${INVITE_COLUMNS} FROM invites ORDER BY num DESC`
      return (yield* all<StoredInvite>(text)).map(inviteOf)
    },
    *invite(id) {
      const text = `SELECT ${INVITE_COLUMNS} FROM invites WHERE id = $1`
      const row = yield* one<StoredInvite>(text, id)
      return row === undefined ? undefined : inviteOf(row)
    },
    *inviteByToken(hash) {
      const text = `SELECT ${INVITE_COLUMNS} FROM invites WHERE token_hash = $1`
      const row = yield* one<StoredInvite>(text, hash)
      return row === undefined ? undefined : inviteOf(row)
    },
    saveInvite: (invite) =>
      change(
        `INSERT INTO invites (id, kind, token_hash, label, role, created_at, created_by, expires_at,
           max_uses, uses, revoked_at, made_after, member)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET uses = excluded.uses, revoked_at = excluded.revoked_at`,
        ...[invite.id, invite.kind, invite.tokenHash, packText(invite.label), invite.role],
        ...[invite.createdAt, invite.createdBy, invite.expiresAt, invite.maxUses, invite.uses],
        ...[invite.revokedAt, invite.madeAfter, invite.member],
      ),
    deleteInvite: (id) => change('DELETE FROM invites WHERE id = $1', id),

    lastAudit: () => count('SELECT coalesce(max(number), 0) AS count FROM audit'),
    appendAudit: ({ number, at, action, actor, target, detail }) =>
      change(
        `INSERT INTO audit (number, at, action, actor, actor_name, target, target_name, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        ...[number, at, action, actor?.id ?? null, actor?.name ?? null],
        ...[target?.id ?? null, target?.name ?? null, packText(detail)],
      ),
    *auditBefore(before, limit) {
      const text = `SELECT number, at, action, actor, actor_name AS "actorName", target,
          target_name AS "targetName", detail
        FROM audit WHERE number < $1 ORDER BY number DESC LIMIT $2`
      return (yield* all<AuditRow>(text, before, limit)).map(entryOf)
    },
  }
}

const deviceOf = (row: StoredDevice): StoredDevice => ({ ...row, name: unpackText(row.name) })
const inviteOf = (row: StoredInvite): StoredInvite => ({ ...row, label: unpackText(row.label) })

function entryOf({ actor, actorName, target, targetName, detail, ...entry }: AuditRow): AuditEntry {
  return {
    ...entry,
    actor: actor === null ? null : { id: actor, name: actorName ?? '' },
    target: target === null ? null : { id: target, name: targetName ?? '' },
    detail: unpackText(detail),
  }
}
