import { SmilePlus } from 'lucide-react'
import type { MessageView } from '../../client/views.ts'
import { useActions } from '../app/context.ts'
import { IconButton } from '../parts/Button.tsx'
import { Tip } from '../parts/Tip.tsx'
import { words } from '../words.ts'
import { EmojiPicker } from './EmojiPicker.tsx'
import { useRoomContext } from './room-context.ts'

export function Reactions({ message }: { readonly message: MessageView }) {
  const { messages } = useActions()
  const { session, room, self, name } = useRoomContext()
  const toggle = (emoji: string, has: boolean): void =>
    void messages.toggleReaction(session, room, message.id, emoji, has)
  return (
    <ul className="reactions" aria-label={words.message.reactions}>
      {message.reactions.map(({ emoji, memberIds }) => {
        const own = memberIds.includes(self)
        const names = words.message.reactedBy(emoji, memberIds.map(name))
        return (
          <li key={emoji}>
            <Tip text={names}>
              <button
                type="button"
                className="reaction"
                aria-pressed={own}
                aria-label={names}
                onClick={() => toggle(emoji, own)}
              >
                <span aria-hidden="true">{emoji}</span> {memberIds.length}
              </button>
            </Tip>
          </li>
        )
      })}
      <li>
        <EmojiPicker
          trigger={
            <IconButton label={words.message.addReaction} className="reaction">
              <SmilePlus size={14} strokeWidth={1.5} aria-hidden="true" />
            </IconButton>
          }
          onPick={(emoji) =>
            toggle(
              emoji,
              message.reactions.some(
                (reaction) => reaction.emoji === emoji && reaction.memberIds.includes(self),
              ),
            )
          }
        />
      </li>
    </ul>
  )
}
