import { createContext, useContext, useMemo } from 'react'
import type { PersonView, RoomView } from '../../client/views.ts'
import type { MemberId, MessageId, SessionId } from '../../protocol/ids.ts'
import { useActions, useSession } from '../app/context.ts'
import { mentionMatcher } from '../markdown/mentions.ts'
import type { MarkdownContext } from '../markdown/Markdown.tsx'
import { nameOf } from '../store/select.ts'

/** What every row of a room needs; changes seldom, so that rows can be memoised on their item. */
export interface RoomContextValue {
  readonly session: SessionId
  readonly room: RoomView['id']
  readonly self: MemberId
  readonly markdown: MarkdownContext
  readonly name: (id: MemberId) => string
  /** Which message has its reaction picker open by keyboard. */
  readonly setPicking: (message: MessageId | null) => void
}

export const RoomContext = createContext<RoomContextValue | null>(null)

export function useRoomContext(): RoomContextValue {
  const value = useContext(RoomContext)
  if (value === null) throw new Error('RoomContext is missing above this component')
  return value
}

/** Names joined into one string: presence changes must not rebuild every row. */
const nameKey = (people: ReadonlyMap<MemberId, PersonView>): string =>
  [...people.values()].map((person) => `${person.id} ${person.name}`).join('\n')

export function useRoomContextValue(
  session: SessionId,
  self: MemberId,
  room: RoomView,
  setPicking: RoomContextValue['setPicking'],
): RoomContextValue {
  const { sessions } = useActions()
  const people = useSession((state) => state.people)
  const names = useMemo(() => nameKey(people), [people])
  const members = room.memberIds
  return useMemo(() => {
    const mentions = mentionMatcher(members.map((id) => people.get(id)?.name ?? ''))
    return {
      session,
      room: room.id,
      self,
      markdown: { mentions, self: people.get(self)?.name ?? '', openLink: sessions.openLink },
      name: (id: MemberId) => nameOf(people, id),
      setPicking,
    }
    // oxlint-disable-next-line react/exhaustive-deps -- `names` stands for the part of `people` that is used
  }, [session, room.id, self, members, names, sessions, setPicking])
}
