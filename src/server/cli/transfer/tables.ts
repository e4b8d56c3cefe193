/**
 * Everything a session consists of, in a form that no store has for itself: rows name each other by id, times are
 * milliseconds, yes and no are true and false. The order is one in which every row finds what it names.
 */
export interface Table {
  readonly name: TableName
  readonly columns: readonly Column[]
  /** What orders the rows in each store; rows that came later come later. */
  readonly order: { readonly sqlite: readonly string[]; readonly postgres: readonly string[] }
}

export interface Column {
  readonly name: string
  readonly kind: 'id' | 'text' | 'number' | 'flag'
  readonly isOptional: boolean
  /** The table whose row it names; SQLite keeps that row's number instead. */
  readonly names?: TableName
  /** What it is in an export of the time before there was such a column. */
  readonly before?: Value
}

export type TableName =
  | 'meta'
  | 'members'
  | 'devices'
  | 'bearers'
  | 'rooms'
  | 'room_members'
  | 'events'
  | 'revisions'
  | 'reactions'
  | 'reads'
  | 'invites'
  | 'audit'
  | 'integrations'
  | 'integration_positions'

export type Value = string | number | boolean | null
export interface Row {
  readonly table: TableName
  readonly row: Readonly<Record<string, Value>>
}

const id = (name: string, names?: TableName): Column =>
  names === undefined
    ? { name, kind: 'id', isOptional: false }
    : { name, kind: 'id', isOptional: false, names }
const text = (name: string): Column => ({ name, kind: 'text', isOptional: false })
const number = (name: string): Column => ({ name, kind: 'number', isOptional: false })
const flag = (name: string): Column => ({ name, kind: 'flag', isOptional: false })
const optional = (column: Column): Column => ({ ...column, isOptional: true })
const byNumber = { sqlite: ['num'], postgres: ['num'] } as const
const by = (...columns: readonly string[]) => ({ sqlite: columns, postgres: columns })

export const tables: readonly Table[] = [
  { name: 'meta', columns: [text('key'), text('value')], order: by('key') },
  {
    name: 'members',
    columns: [
      ...[id('id'), text('name'), number('last_seen'), text('role'), text('standing')],
      ...[number('standing_at'), number('standing_entry'), text('folded')],
    ],
    order: byNumber,
  },
  {
    name: 'devices',
    columns: [
      ...[id('id'), id('member', 'members'), text('name'), optional(text('key'))],
      ...[number('added_at'), number('last_seen'), flag('forgotten')],
      { ...flag('by_token'), before: false },
    ],
    order: byNumber,
  },
  {
    name: 'bearers',
    columns: [text('subject'), id('member', 'members')],
    order: by('subject'),
  },
  {
    name: 'rooms',
    columns: [
      ...[id('id'), text('kind'), text('name'), text('topic'), text('visibility')],
      ...[flag('is_default'), id('epoch'), number('head'), number('created_at')],
      optional(text('member_set')),
    ],
    order: { sqlite: ['num'], postgres: ['created_at', 'id'] },
  },
  {
    name: 'room_members',
    columns: [id('room', 'rooms'), id('member', 'members')],
    order: by('room', 'member'),
  },
  {
    name: 'events',
    columns: [
      ...[id('room', 'rooms'), number('seq'), id('id'), id('device', 'devices')],
      ...[id('actor', 'members'), number('at'), text('type'), optional(id('target', 'events'))],
      ...[optional(text('text')), optional(text('extra'))],
    ],
    // What an event is about came before it, in the same room.
    order: { sqlite: ['num'], postgres: ['room', 'seq'] },
  },
  {
    name: 'revisions',
    columns: [
      ...[id('message', 'events'), text('text'), optional(number('edited_at'))],
      ...[flag('deleted'), number('revision')],
    ],
    order: by('message'),
  },
  {
    name: 'reactions',
    columns: [id('message', 'events'), text('emoji'), id('member', 'members'), number('seq')],
    order: by('message', 'emoji', 'member'),
  },
  {
    name: 'reads',
    columns: [id('room', 'rooms'), id('member', 'members'), number('seq')],
    order: by('room', 'member'),
  },
  {
    name: 'invites',
    columns: [
      ...[id('id'), text('kind'), text('token_hash'), text('label'), text('role')],
      ...[number('created_at'), optional(id('created_by')), optional(number('expires_at'))],
      ...[optional(number('max_uses')), number('uses'), optional(number('revoked_at'))],
      ...[number('made_after'), optional(id('member'))],
    ],
    order: byNumber,
  },
  {
    name: 'audit',
    columns: [
      ...[number('number'), number('at'), text('action'), optional(id('actor'))],
      ...[optional(text('actor_name')), optional(id('target')), optional(text('target_name'))],
      text('detail'),
    ],
    order: by('number'),
  },
  {
    name: 'integrations',
    columns: [
      ...[id('id'), id('device'), text('name'), text('what'), number('created_at')],
      ...[id('created_by'), optional(text('token_hash')), optional(text('signing_key'))],
      ...[optional(number('disabled_at')), optional(number('failing_since'))],
    ],
    order: byNumber,
  },
  {
    name: 'integration_positions',
    columns: [id('integration'), id('room'), number('seq')],
    order: by('integration', 'room'),
  },
]
