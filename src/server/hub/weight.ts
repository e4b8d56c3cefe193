import type { RoomEvent } from '../../protocol/records.ts'

/** What an event costs in a frame besides its text: ids, keys, punctuation. */
const FIXED_BYTES = 300

/**
 * About how many bytes an event takes in a frame; cheap enough to ask of each. Two bytes a code unit is
 * between plain English (1) and the worst JSON escape (6); a batch cut at `MAX_PAGE_BYTES` of it still fits
 * a frame when every character needs the worst.
 */
export function eventWeight(event: RoomEvent): number {
  return FIXED_BYTES + ('text' in event ? 2 * event.text.length : 0)
}

/** Cuts events into runs of about `maxBytes`, at least one event each, in order. */
export function cutByWeight(
  events: readonly RoomEvent[],
  maxBytes: number,
): readonly (readonly RoomEvent[])[] {
  const runs: RoomEvent[][] = []
  let weight = Infinity
  for (const event of events) {
    weight += eventWeight(event)
    const last = runs.at(-1)
    if (last === undefined || weight > maxBytes) {
      runs.push([event])
      weight = eventWeight(event)
    } else {
      last.push(event)
    }
  }
  return runs
}
