import type { AuditAction } from '../../../protocol/admin.ts'
import type { MemberId } from '../../../protocol/ids.ts'
import type { Steps } from './steps.ts'
import type { RegistryTables } from './tables.ts'

/** Longest detail of an entry, in UTF-16 code units. */
const MAX_DETAIL = 200

export interface Deed {
  readonly action: AuditAction
  readonly at: number
  readonly by: MemberId | null
  readonly target?: { readonly id: MemberId; readonly name: string } | undefined
  readonly detail?: string
}

/** Writes the deed down (I10); returns the number of the entry. */
export function* record(tables: RegistryTables, deed: Deed): Steps<number> {
  const number = (yield* tables.lastAudit()) + 1
  const actor = deed.by === null ? undefined : yield* tables.member(deed.by)
  yield* tables.appendAudit({
    number,
    at: deed.at,
    action: deed.action,
    // Names of that moment: who is called otherwise later did it under this one.
    actor: actor === undefined ? null : { id: actor.id, name: actor.name },
    target: deed.target === undefined ? null : { id: deed.target.id, name: deed.target.name },
    detail: (deed.detail ?? '').slice(0, MAX_DETAIL),
  })
  return number
}
