import type { ClientSession } from '../../client/client-session.ts'
import type { RoomId } from '../../protocol/ids.ts'
import { value } from '../client-kit.ts'

const PAGE = 100

/** What is wrong with what one person has. */
export function wrongs(sent: readonly string[], seen: readonly string[]): string[] {
  const wrong: string[] = []
  const had = new Set(seen)
  const missing = sent.filter((text) => !had.has(text)).length
  const foreign = had.size - (sent.length - missing)
  if (seen.length > had.size) wrong.push(`has ${seen.length - had.size} messages twice`)
  if (missing > 0) wrong.push(`lacks ${missing} messages`)
  if (foreign > 0) wrong.push(`has ${foreign} messages that nobody sent`)
  const last = new Map<string, number>()
  for (const text of seen) {
    const [author = '', number] = text.split(' ')
    if (Number(number) < (last.get(author) ?? -1)) wrong.push(`has ${text} too late`)
    last.set(author, Number(number))
  }
  return wrong
}

/** The timeline after that number, page by page, as somebody who scrolls up. */
export async function textsAfter(
  one: ClientSession,
  room: RoomId,
  after: number,
): Promise<string[]> {
  const seen: string[] = []
  let before: number | undefined
  for (;;) {
    const page = value(await one.timeline(room, { before, limit: PAGE }))
    const items = page.items.filter(({ order }) => order > after)
    seen.unshift(...items.flatMap((item) => (item.type === 'message' ? [item.text] : [])))
    before = items[0]?.order
    const isAll = items.length < page.items.length || page.older !== 'more'
    if (isAll || before === undefined) return seen
  }
}
