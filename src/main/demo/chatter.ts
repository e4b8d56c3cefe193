import type { ClientSession } from '../../client/client-session.ts'
import type { RoomId } from '../../protocol/ids.ts'
import type { People, Rooms } from './play.ts'
import { ANSWERS, CAST, CHATTER } from './script.ts'

export interface ChatterClock {
  after(ms: number, run: () => void): () => void
}

const TYPING_MS = 2_500
const SHORTEST_PAUSE_MS = 9_000
const LONGEST_PAUSE_MS = 22_000

/** Somebody says something now and then, and everybody answers direct messages. Returns how to stop. */
export function startChatter(
  people: People,
  rooms: Rooms,
  clock: ChatterClock,
  random: () => number,
): () => void {
  const cancels = new Set<() => void>()
  const stops: (() => void)[] = []

  function later(ms: number, run: () => void): void {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel)
      run()
    })
    cancels.add(cancel)
  }
  function write(session: ClientSession, room: RoomId, text: string): void {
    session.setTyping(room, true)
    later(TYPING_MS, () => {
      session.setTyping(room, false)
      session.send(room, text)
    })
  }
  function chat(index: number): void {
    const pause = SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS)
    later(pause, () => {
      const line = CHATTER[index % CHATTER.length]
      const session = line && people.get(line.by)
      const room = line && rooms.get(line.in)
      if (line !== undefined && session !== undefined && room !== undefined) {
        write(session, room, line.text)
      }
      chat(index + 1)
    })
  }

  chat(0)
  for (const name of CAST) {
    const session = people.get(name)
    if (session !== undefined) stops.push(answerDirectMessages(session, write, random))
  }
  return () => {
    for (const stop of stops) stop()
    for (const cancel of cancels) cancel()
    cancels.clear()
  }
}

/** The sample people are polite, not clever: one answer to each new message in a direct room. */
function answerDirectMessages(
  session: ClientSession,
  write: (session: ClientSession, room: RoomId, text: string) => void,
  random: () => number,
): () => void {
  const self = session.view().self.memberId
  const met = new Set<string>()
  return session.on((event) => {
    if (event.type !== 'timeline') return
    const room = session.contents().rooms.find((one) => one.id === event.roomId)
    if (room?.kind !== 'direct') return
    for (const item of event.items) {
      if (item.type !== 'message' || item.author === self || item.deleted) continue
      if (item.seq === null || item.edited || item.reactions.length > 0 || met.has(item.id))
        continue
      met.add(item.id)
      session.markRead(room.id, item.seq)
      write(session, room.id, ANSWERS[Math.floor(random() * ANSWERS.length)] ?? 'Yes.')
    }
  })
}
