import type { MemberId } from '../../protocol/ids.ts'
import type { MessageRow } from '../local-db/messages.ts'
import type { OutboxWrite } from '../local-db/outbox-rows.ts'
import type { MessageState, MessageView, ReactionView } from '../views.ts'

/** Unsent messages stand after all numbered ones, in the order they were written. */
const FIRST_UNSENT_ORDER = 2 ** 40

export function unsentOrder(n: number): number {
  return FIRST_UNSENT_ORDER + n
}

/** The outbox number an order stands for: those below it stand before. */
export function unsentNumber(order: number): number {
  return order - FIRST_UNSENT_ORDER
}

export function isUnsentOrder(order: number): boolean {
  return order > FIRST_UNSENT_ORDER
}

/**
 * The message as this person should see it: what the server confirmed, with their own unsent changes laid over.
 * A failed edit keeps showing its text, so that no words are lost; a failed delete or reaction does not pretend.
 */
export function messageView(
  row: MessageRow,
  confirmed: readonly ReactionView[],
  post: OutboxWrite | undefined,
  changes: readonly OutboxWrite[],
  self: MemberId,
): MessageView {
  let { text } = row
  let edited = row.edited === 1
  let deleted = row.deleted === 1
  let reactions = confirmed
  for (const { operation, failure } of changes) {
    if (operation.kind === 'edit' && !deleted) {
      text = operation.text
      edited = true
    }
    if (failure !== null) continue
    if (operation.kind === 'delete') deleted = true
    else if (operation.kind === 'react') reactions = withReaction(reactions, operation.emoji, self)
    else if (operation.kind === 'unreact') {
      reactions = withoutReaction(reactions, operation.emoji, self)
    }
  }
  // A failure waits for the person, the rest goes by itself: it must not hide behind a newer change.
  const shown = changes.findLast((change) => change.failure !== null) ?? changes.at(-1)
  return {
    type: 'message',
    id: row.id,
    seq: row.seq,
    order: row.seq ?? unsentOrder(post?.n ?? 0),
    author: row.author,
    at: row.at,
    text: deleted ? '' : text,
    edited: edited && !deleted,
    deleted,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    reactions: deleted ? [] : reactions,
    state: row.seq === null ? stateOf(post) : { kind: 'sent' },
    ...(shown === undefined || shown.operation.kind === 'post'
      ? {}
      : {
          change: {
            ...stateOf(shown),
            operation: shown.operation.kind,
            operationId: shown.id,
          },
        }),
  }
}

function stateOf(write: OutboxWrite | undefined): MessageState {
  const failure = write?.failure
  return failure === null || failure === undefined
    ? { kind: 'pending' }
    : { kind: 'failed', ...failure }
}

function withReaction(
  reactions: readonly ReactionView[],
  emoji: string,
  self: MemberId,
): readonly ReactionView[] {
  const known = reactions.find((reaction) => reaction.emoji === emoji)
  if (known === undefined) return [...reactions, { emoji, memberIds: [self] }]
  if (known.memberIds.includes(self)) return reactions
  return reactions.map((reaction) =>
    reaction === known ? { emoji, memberIds: [...known.memberIds, self] } : reaction,
  )
}

function withoutReaction(
  reactions: readonly ReactionView[],
  emoji: string,
  self: MemberId,
): readonly ReactionView[] {
  return reactions
    .map((reaction) =>
      reaction.emoji === emoji
        ? { emoji, memberIds: reaction.memberIds.filter((member) => member !== self) }
        : reaction,
    )
    .filter((reaction) => reaction.memberIds.length > 0)
}
