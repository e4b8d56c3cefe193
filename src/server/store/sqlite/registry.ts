import type Database from 'better-sqlite3'
import type { AuditAction, AuditEntry } from '../../../protocol/admin.ts'
import type { MemberId } from '../../../protocol/ids.ts'
import type { Registry, StoredDevice, StoredInvite, StoredMember } from '../../hub/registry-port.ts'
import { createRegistry } from '../registry/registry.ts'
import { now, runAtOnce } from '../registry/steps.ts'
import type { RegistryTables } from '../registry/tables.ts'
import { readSettings } from '../stored-settings.ts'
import { inTransaction } from './database.ts'

export const MEMBER_COLUMNS = `id, name, last_seen AS lastSeen, role, standing,
  standing_at AS standingAt, standing_entry AS standingEntry`
const INVITE_COLUMNS = `id, kind, token_hash AS tokenHash, label, role, created_at AS createdAt,
  created_by AS createdBy, expires_at AS expiresAt, max_uses AS maxUses, uses,
  revoked_at AS revokedAt, made_after AS madeAfter, member`
const DEVICES = `SELECT d.id, m.id AS member, d.name, d.key, d.added_at AS addedAt,
  d.last_seen AS lastSeen, d.forgotten, d.by_token AS byToken FROM devices d JOIN members m ON m.num = d.member`

type DeviceRow = Omit<StoredDevice, 'forgotten' | 'byToken'> & {
  readonly forgotten: number
  readonly byToken: number
}
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

export function createSqliteRegistry(db: Database.Database): Registry {
  const tables = sqliteTables(db)
  // Asynchronous by contract, because PostgreSQL is; faults of the disk arrive as rejections.
  return createRegistry(
    async (work) => inTransaction(db, () => ({ value: runAtOnce(work(tables)) })).value,
  )
}

function sqliteTables(db: Database.Database): RegistryTables {
  // `+?`: SQLite plans a statement anew for each value of a bare `?` in a join, which costs more than running it.
  const sql = {
    member: db.prepare<[string], StoredMember>(
      `SELECT ${MEMBER_COLUMNS} FROM members WHERE id = ?`,
    ),
    named: db.prepare<[string], { id: MemberId }>(
      'SELECT id FROM members WHERE folded = ? ORDER BY num LIMIT 1',
    ),
    members: db.prepare<[], { count: number }>('SELECT count(*) AS count FROM members'),
    hosts: db.prepare<[], { count: number }>(
      `SELECT count(*) AS count FROM members WHERE role = 'host' AND standing = 'active'`,
    ),
    saveMember: db.prepare<[StoredMember & { folded: string }]>(
      `INSERT INTO members (id, name, last_seen, role, standing, standing_at, standing_entry, folded)
       VALUES (@id, @name, @lastSeen, @role, @standing, @standingAt, @standingEntry, @folded)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
         standing = excluded.standing, standing_at = excluded.standing_at,
         standing_entry = excluded.standing_entry, folded = excluded.folded`,
    ),
    device: db.prepare<[string], DeviceRow>(`${DEVICES} WHERE d.id = +?`),
    devicesOf: db.prepare<[string], DeviceRow>(
      `${DEVICES} WHERE m.id = +? AND d.forgotten = 0 ORDER BY d.num`,
    ),
    bannedKey: db.prepare<[string], { found: number }>(
      `SELECT 1 AS found FROM devices d JOIN members m ON m.num = d.member
       WHERE d.key = +? AND m.standing = 'banned' LIMIT 1`,
    ),
    saveDevice: db.prepare<[DeviceRow]>(
      `INSERT INTO devices (id, member, name, key, added_at, last_seen, forgotten, by_token)
       VALUES (@id, (SELECT num FROM members WHERE id = @member), @name, @key, @addedAt, @lastSeen,
         @forgotten, @byToken)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, key = excluded.key,
         last_seen = excluded.last_seen, forgotten = excluded.forgotten,
         by_token = excluded.by_token`,
    ),
    memberOfSubject: db.prepare<[string], { id: MemberId }>(
      'SELECT m.id FROM bearers b JOIN members m ON m.num = b.member WHERE b.subject = +?',
    ),
    subjectOf: db.prepare<[string], { found: number }>(
      'SELECT 1 AS found FROM bearers b JOIN members m ON m.num = b.member WHERE m.id = +?',
    ),
    bind: db.prepare<[string, string]>(
      'INSERT INTO bearers (subject, member) SELECT ?, num FROM members WHERE id = ?',
    ),
    unbind: db.prepare<[string]>(
      'DELETE FROM bearers WHERE member = (SELECT num FROM members WHERE id = ?)',
    ),
    settings: db.prepare<[], { value: string }>(`SELECT value FROM meta WHERE key = 'settings'`),
    saveSettings: db.prepare<[string]>(
      `INSERT INTO meta (key, value) VALUES ('settings', ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    invites: db.prepare<[], StoredInvite>(
      `SELECT ${INVITE_COLUMNS} FROM invites ORDER BY num DESC`,
    ),
    invite: db.prepare<[string], StoredInvite>(
      `SELECT ${INVITE_COLUMNS} FROM invites WHERE id = ?`,
    ),
    inviteByToken: db.prepare<[string], StoredInvite>(
      `SELECT ${INVITE_COLUMNS} FROM invites WHERE token_hash = ?`,
    ),
    saveInvite: db.prepare<[StoredInvite]>(
      `INSERT INTO invites (id, kind, token_hash, label, role, created_at, created_by, expires_at,
         max_uses, uses, revoked_at, made_after, member)
       VALUES (@id, @kind, @tokenHash, @label, @role, @createdAt, @createdBy, @expiresAt,
         @maxUses, @uses, @revokedAt, @madeAfter, @member)
       ON CONFLICT (id) DO UPDATE SET uses = excluded.uses, revoked_at = excluded.revoked_at`,
    ),
    deleteInvite: db.prepare<[string]>('DELETE FROM invites WHERE id = ?'),
    lastAudit: db.prepare<[], { last: number | null }>('SELECT max(number) AS last FROM audit'),
    append: db.prepare<[AuditRow]>(
      `INSERT INTO audit (number, at, action, actor, actor_name, target, target_name, detail)
       VALUES (@number, @at, @action, @actor, @actorName, @target, @targetName, @detail)`,
    ),
    auditBefore: db.prepare<[number, number], AuditRow>(
      `SELECT number, at, action, actor, actor_name AS actorName, target,
         target_name AS targetName, detail
       FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?`,
    ),
  }

  return {
    member: (id) => now(sql.member.get(id)),
    memberNamed: (folded) => now(sql.named.get(folded)?.id),
    memberCount: () => now(sql.members.get()?.count ?? 0),
    hostCount: () => now(sql.hosts.get()?.count ?? 0),
    saveMember: (member, folded) => run(() => sql.saveMember.run({ ...member, folded })),
    device: (id) => now(deviceOf(sql.device.get(id))),
    devicesOf: (member) => now(sql.devicesOf.all(member).map(deviceFrom)),
    isBannedKey: (key) => now(sql.bannedKey.get(key) !== undefined),
    saveDevice: (device) =>
      run(() =>
        sql.saveDevice.run({
          ...device,
          forgotten: device.forgotten ? 1 : 0,
          byToken: device.byToken ? 1 : 0,
        }),
      ),
    memberOfSubject: (subject) => now(sql.memberOfSubject.get(subject)?.id),
    hasSubject: (member) => now(sql.subjectOf.get(member) !== undefined),
    bindSubject: (subject, member) => run(() => sql.bind.run(subject, member)),
    unbindSubject: (member) => run(() => sql.unbind.run(member)),
    settings() {
      const json = sql.settings.get()?.value
      return now(json === undefined ? undefined : readSettings(json))
    },
    saveSettings: (settings) => run(() => sql.saveSettings.run(JSON.stringify(settings))),
    invites: () => now(sql.invites.all()),
    invite: (id) => now(sql.invite.get(id)),
    inviteByToken: (hash) => now(sql.inviteByToken.get(hash)),
    saveInvite: (invite) => run(() => sql.saveInvite.run(invite)),
    deleteInvite: (id) => run(() => sql.deleteInvite.run(id)),
    lastAudit: () => now(sql.lastAudit.get()?.last ?? 0),
    appendAudit: ({ actor, target, ...entry }) =>
      run(() =>
        sql.append.run({
          ...entry,
          ...{ actor: actor?.id ?? null, actorName: actor?.name ?? null },
          ...{ target: target?.id ?? null, targetName: target?.name ?? null },
        }),
      ),
    auditBefore: (before, limit) => now(sql.auditBefore.all(before, limit).map(entryFrom)),
  }
}

function run(statement: () => unknown): ReturnType<typeof now<void>> {
  statement()
  return now(undefined)
}

const deviceFrom = (row: DeviceRow): StoredDevice => ({
  ...row,
  forgotten: row.forgotten === 1,
  byToken: row.byToken === 1,
})
const deviceOf = (row: DeviceRow | undefined): StoredDevice | undefined =>
  row === undefined ? undefined : deviceFrom(row)

function entryFrom({ actor, actorName, target, targetName, ...entry }: AuditRow): AuditEntry {
  return {
    ...entry,
    actor: actor === null ? null : { id: actor, name: actorName ?? '' },
    target: target === null ? null : { id: target, name: targetName ?? '' },
  }
}
