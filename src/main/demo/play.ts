import type { ClientSession } from '../../client/client-session.ts'
import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import { say, until } from './cast.ts'
import { HOST, LINES, ROOMS } from './script.ts'
import type { DirectKey, Line, Person, RoomKey } from './script.ts'

export type People = ReadonlyMap<Person, ClientSession>
export type Rooms = ReadonlyMap<RoomKey | DirectKey, RoomId>

/** Makes the rooms and speaks the script in its order; resolves with the rooms. */
export async function playScript(people: People): Promise<Rooms> {
  const rooms = await makeRooms(people)
  const spoken = new Map<string, MessageId>()
  for (const line of LINES) await speak(line, people, roomOf(rooms, line.in), spoken)
  return rooms
}

async function makeRooms(people: People): Promise<Map<RoomKey | DirectKey, RoomId>> {
  const host = personOf(people, HOST)
  const general = host.contents().rooms.find((room) => room.isDefault)
  if (general === undefined) throw new Error('the session has no default group')
  const rooms = new Map<RoomKey | DirectKey, RoomId>([['general', general.id]])
  for (const { key, topic, without } of ROOMS) {
    const members = [...people.keys()].filter((name) => name !== HOST && !without.includes(name))
    const made = await host.createRoom({
      name: key,
      topic,
      visibility: 'public',
      members: members.map((name) => memberOf(people, name)),
    })
    if (!made.ok) throw new Error(made.failure.message)
    rooms.set(key, made.value.room)
  }
  for (const key of new Set(LINES.map((line) => line.in))) {
    if (!isDirect(key)) continue
    const [by, to] = key.split(' + ') as [Person, Person]
    const opened = await personOf(people, by).openDirect([memberOf(people, to)])
    if (!opened.ok) throw new Error(opened.failure.message)
    rooms.set(key, opened.value.room)
  }
  return rooms
}

async function speak(
  line: Line,
  people: People,
  room: RoomId,
  spoken: Map<string, MessageId>,
): Promise<void> {
  const author = personOf(people, line.by)
  await inRoom(author, room)
  const answered = line.answers === undefined ? undefined : spoken.get(line.answers)
  const message = await say(author, room, line.first ?? line.text, answered)
  if (line.first !== undefined) author.edit(room, message, line.text)
  spoken.set(line.text, message)
  for (const [name, emoji] of line.reactions ?? []) {
    const admirer = personOf(people, name)
    await inRoom(admirer, room)
    await until(admirer, () => admirer.react(room, message, emoji).ok)
  }
}

/** A person learns of a room they were added to a moment after it was made. */
function inRoom(session: ClientSession, room: RoomId): Promise<void> {
  return until(session, () => session.contents().rooms.some((one) => one.id === room))
}

const isDirect = (key: RoomKey | DirectKey): key is DirectKey => key.includes(' + ')

function personOf(people: People, name: Person): ClientSession {
  const session = people.get(name)
  if (session === undefined) throw new Error(`${name} is not in the session`)
  return session
}
const memberOf = (people: People, name: Person): MemberId =>
  personOf(people, name).view().self.memberId

function roomOf(rooms: Rooms, key: RoomKey | DirectKey): RoomId {
  const room = rooms.get(key)
  if (room === undefined) throw new Error(`there is no room ${key}`)
  return room
}
