import { Copy, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react'
import type { MessageView } from '../../client/views.ts'
import { useActions } from '../app/context.ts'
import { IconButton } from '../parts/Button.tsx'
import { words } from '../words.ts'
import { EmojiPicker } from './EmojiPicker.tsx'
import { useMessageCommands } from './message-commands.ts'
import { useRoomContext } from './room-context.ts'

interface MessageActionsProps {
  readonly message: MessageView
  readonly own: boolean
  readonly picking: boolean
}

const icon = { size: 16, strokeWidth: 1.5, 'aria-hidden': true } as const

/** Floats over the message the pointer or the focus is on. */
export function MessageActions({ message, own, picking }: MessageActionsProps) {
  const { messages } = useActions()
  const { session, room, self, setPicking } = useRoomContext()
  const commands = useMessageCommands()
  const settled = message.state.kind !== 'failed'
  const react = (emoji: string): void => {
    const has = message.reactions.some(
      (reaction) => reaction.emoji === emoji && reaction.memberIds.includes(self),
    )
    void messages.toggleReaction(session, room, message.id, emoji, has)
  }
  return (
    <div className="message-actions" role="toolbar" aria-label={words.message.actions}>
      {settled ? (
        <>
          <EmojiPicker
            open={picking}
            onOpenChange={(open) => setPicking(open ? message.id : null)}
            onPick={react}
            trigger={
              <IconButton label={words.message.react}>
                <SmilePlus {...icon} />
              </IconButton>
            }
          />
          <IconButton label={words.message.reply} onClick={() => commands.reply(message)}>
            <Reply {...icon} />
          </IconButton>
          {own ? (
            <IconButton label={words.message.edit} onClick={() => commands.edit(message)}>
              <Pencil {...icon} />
            </IconButton>
          ) : null}
        </>
      ) : null}
      <IconButton label={words.message.copy} onClick={() => commands.copy(message)}>
        <Copy {...icon} />
      </IconButton>
      {own && settled ? (
        <IconButton label={words.message.delete} onClick={() => commands.remove(message)}>
          <Trash2 {...icon} />
        </IconButton>
      ) : null}
    </div>
  )
}
