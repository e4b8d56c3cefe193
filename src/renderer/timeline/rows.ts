import type { MessageView, ReadView, TimelineItem } from '../../client/views.ts'
import type { MemberId, MessageId } from '../../protocol/ids.ts'
import { startOfDay } from '../words-format.ts'

/** Messages of one author closer together than this stand under one name. */
const GROUP_MS = 5 * 60_000

export interface Row {
  readonly item: TimelineItem
  /** A day divider stands above it. */
  readonly newDay: boolean
  /** The unread line stands above it. */
  readonly unreadLine: boolean
  /** Shows the author's name and picture. */
  readonly head: boolean
}

/**
 * One row for each item, so that older rows can be put in front without renumbering what is on screen:
 * dividers belong to the item below them.
 */
export function rowsOf(
  items: readonly TimelineItem[],
  unreadAfter: number | undefined,
  self: MemberId,
): readonly Row[] {
  let lineDrawn = unreadAfter === undefined
  return items.map((item, index) => {
    const before = items[index - 1]
    const newDay = before === undefined || startOfDay(before.at) !== startOfDay(item.at)
    const unreadLine =
      !lineDrawn && item.seq !== null && item.seq > (unreadAfter ?? 0) && authorOf(item) !== self
    if (unreadLine) lineDrawn = true
    return { item, newDay, unreadLine, head: newDay || unreadLine || startsGroup(before, item) }
  })
}

function authorOf(item: TimelineItem): MemberId {
  return item.type === 'message' ? item.author : item.event.actor
}

function startsGroup(before: TimelineItem | undefined, item: TimelineItem): boolean {
  if (before?.type !== 'message' || item.type !== 'message') return true
  if (before.author !== item.author || item.replyTo !== undefined) return true
  // Clocks only space things out here, they never order (D19): a step back starts a group too.
  return Math.abs(item.at - before.at) > GROUP_MS
}

export type OwnStatus =
  | { readonly kind: 'sent' }
  | { readonly kind: 'seen'; readonly by: readonly MemberId[] }

/** How far back one looks for the newest own message that somebody has seen. */
const OWN_LOOKED_AT = 50

/** What to say under own messages: the newest that was seen and, when it is a later one, the newest. */
export function ownStatuses(
  items: readonly TimelineItem[],
  self: MemberId,
  reads: ReadonlyMap<MemberId, ReadView['seq']>,
): ReadonlyMap<MessageId, OwnStatus> {
  const statuses = new Map<MessageId, OwnStatus>()
  let looked = 0
  for (let index = items.length - 1; index >= 0 && looked < OWN_LOOKED_AT; index -= 1) {
    const item = items[index]
    if (item === undefined || !isOwnSent(item, self)) continue
    looked += 1
    const { seq } = item
    const by = [...reads].filter(([id, read]) => id !== self && read >= seq).map(([id]) => id)
    if (by.length > 0) {
      statuses.set(item.id, { kind: 'seen', by })
      break
    }
    if (looked === 1) statuses.set(item.id, { kind: 'sent' })
  }
  return statuses
}

function isOwnSent(
  item: TimelineItem,
  self: MemberId,
): item is MessageView & { readonly seq: number } {
  return item.type === 'message' && item.author === self && item.seq !== null && !item.deleted
}

/** Newest number on screen; 0 when nothing is numbered. */
export function newestSeq(items: readonly TimelineItem[]): number {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const seq = items[index]?.seq
    if (seq != null) return seq
  }
  return 0
}

/** Messages of others that came after number `seq`. */
export function arrivedAfter(items: readonly TimelineItem[], seq: number, self: MemberId): number {
  let count = 0
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index]
    if (item === undefined) break
    if (item.seq === null) continue
    if (item.seq <= seq) break
    if (item.type === 'message' && item.author !== self && !item.deleted) count += 1
  }
  return count
}
