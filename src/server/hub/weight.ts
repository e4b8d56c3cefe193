import type { Message, RoomEvent } from '../../protocol/records.ts'

/** What an event or a message costs in a frame besides its texts: ids, keys, punctuation. */
const FIXED_BYTES = 300
/** A member id with its quotes and comma. */
const ID_BYTES = 39
/** Around an emoji and its members. */
const REACTION_BYTES = 30
/** JSON writes these with six bytes each. */
const ESCAPED = /[\u0000-\u0007\u000B\u000E-\u001F]/

/**
 * About how many bytes an event takes in a frame; cheap enough to ask of each. A batch cut at
 * `MAX_PAGE_BYTES` of it fits a frame whatever its characters are.
 */
export function eventWeight(event: RoomEvent): number {
  let weight = FIXED_BYTES
  if ('text' in event) weight += textWeight(event.text)
  else if ('emoji' in event) weight += textWeight(event.emoji)
  else if (event.type === 'room.created' || event.type === 'room.changed') {
    weight += textWeight(event.name ?? '') + textWeight(event.topic ?? '')
  }
  return weight
}

/** The same of a message as a page shows it: with its latest text and with its reactions. */
export function messageWeight(message: Message): number {
  return message.reactions.reduce(
    (weight, { emoji, members }) =>
      weight + REACTION_BYTES + textWeight(emoji) + ID_BYTES * members.length,
    FIXED_BYTES + textWeight(message.text),
  )
}

/** Two bytes a code unit is between plain English (1) and Chinese (3). */
function textWeight(text: string): number {
  return text.length * (ESCAPED.test(text) ? 6 : 2)
}

/** Cuts events into runs of about `maxBytes`, at least one event each, in order. */
export function cutByWeight(
  events: readonly RoomEvent[],
  maxBytes: number,
): readonly (readonly RoomEvent[])[] {
  const runs: RoomEvent[][] = []
  let weight = Infinity
  for (const event of events) {
    const own = eventWeight(event)
    weight += own
    const last = runs.at(-1)
    if (last === undefined || weight > maxBytes) {
      runs.push([event])
      weight = own
    } else {
      last.push(event)
    }
  }
  return runs
}
