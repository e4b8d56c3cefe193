import type { RoomId } from '../../protocol/ids.ts'
import type { ClientSession } from '../client-session.ts'
import type { Answer, Requests } from '../requests.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import type { Arrivals } from './arrivals.ts'

type RoomRequests = Pick<
  ClientSession,
  | 'createRoom'
  | 'openDirect'
  | 'joinRoom'
  | 'leaveRoom'
  | 'addMembers'
  | 'changeRoom'
  | 'browseRooms'
>

/** What a person asks of the session's rooms; all of it needs the server. */
export function createRoomRequests(options: {
  readonly requests: Requests
  readonly arrivals: Arrivals
  readonly newRoom: () => RoomId
  readonly isHere: (room: RoomId) => boolean
  readonly left: (room: RoomId) => void
}): RoomRequests {
  const { requests, arrivals, isHere } = options

  async function done(asked: Promise<ClientResult<Answer>>): Promise<ClientResult<RoomId>> {
    const result = await asked
    if (!result.ok) return result
    return result.value.type === 'done' ? succeed(result.value.room) : UNEXPECTED
  }

  async function arrived(
    asked: Promise<ClientResult<Answer>>,
  ): Promise<ClientResult<{ readonly room: RoomId }>> {
    const result = await done(asked)
    if (!result.ok) return result
    if (!isHere(result.value)) await arrivals.untilHere(result.value)
    return succeed({ room: result.value })
  }

  const nothing = (result: ClientResult<unknown>): ClientResult<null> =>
    result.ok ? succeed(null) : result

  return {
    createRoom: ({ name, topic, visibility, members }) =>
      arrived(
        requests.ask({
          type: 'create-room',
          room: options.newRoom(),
          name,
          topic,
          visibility,
          members: [...members],
        }),
      ),
    openDirect: (members) => arrived(requests.ask({ type: 'open-direct', members: [...members] })),
    joinRoom: async (room) => nothing(await arrived(requests.ask({ type: 'join-room', room }))),
    async leaveRoom(room) {
      const result = await done(requests.ask({ type: 'leave-room', room }))
      // Asked again after a lost connection had taken the first answer along: it was left then.
      if (!result.ok && result.failure.kind === 'no-such-room' && !isHere(room))
        return succeed(null)
      // The event that says so may still be on its way; the person has left either way.
      if (result.ok && isHere(room)) options.left(room)
      return nothing(result)
    },
    addMembers: async (room, members) =>
      nothing(await done(requests.ask({ type: 'add-members', room, members: [...members] }))),
    changeRoom: async (room, { name, topic }) =>
      nothing(
        await done(
          requests.ask({
            type: 'change-room',
            room,
            ...(name === undefined ? {} : { name }),
            ...(topic === undefined ? {} : { topic }),
          }),
        ),
      ),
    async browseRooms() {
      const result = await requests.ask({ type: 'browse-rooms' })
      if (!result.ok) return result
      return result.value.type === 'directory' ? succeed(result.value.rooms) : UNEXPECTED
    },
  }
}

const UNEXPECTED = fail('unexpected', 'The host did not answer as expected.')
