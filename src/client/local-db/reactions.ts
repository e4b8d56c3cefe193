import type { MemberId, MessageId } from '../../protocol/ids.ts'
import type { Message } from '../../protocol/records.ts'
import type { ReactionView } from '../views.ts'
import type { LocalDatabase } from './database.ts'

export interface Reactions {
  of(message: MessageId): readonly ReactionView[]
  add(message: MessageId, emoji: string, member: MemberId, position: number): boolean
  remove(message: MessageId, emoji: string, member: MemberId): boolean
  replace(message: MessageId, reactions: Message['reactions']): void
}

export function reactionsIn(database: LocalDatabase): Reactions {
  const of = database.prepare<{ emoji: string; member: MemberId }>(
    'SELECT emoji, member FROM reaction WHERE message = ? ORDER BY position, emoji, member',
  )
  const add = database.prepare('INSERT OR IGNORE INTO reaction VALUES (?, ?, ?, ?)')
  const remove = database.prepare(
    'DELETE FROM reaction WHERE message = ? AND emoji = ? AND member = ?',
  )
  const clear = database.prepare('DELETE FROM reaction WHERE message = ?')
  return {
    of(message) {
      const rows = of.all(message)
      if (rows.length === 0) return NONE
      const byEmoji = new Map<string, MemberId[]>()
      for (const { emoji, member } of rows) {
        const members = byEmoji.get(emoji)
        if (members === undefined) byEmoji.set(emoji, [member])
        else members.push(member)
      }
      return [...byEmoji].map(([emoji, memberIds]) => ({ emoji, memberIds }))
    },
    add: (message, emoji, member, position) =>
      add.run(message, emoji, member, position).changes > 0,
    remove: (message, emoji, member) => remove.run(message, emoji, member).changes > 0,
    replace(message, reactions) {
      clear.run(message)
      // Below every event number, so that later reactions stand after those of the page.
      let position = -1_000_000
      for (const { emoji, members } of reactions) {
        for (const member of members) add.run(message, emoji, member, position++)
      }
    },
  }
}

const NONE: readonly ReactionView[] = []
