import { useMemo } from 'react'
import type { MessageView } from '../../client/views.ts'
import { useActions } from '../app/context.ts'
import { focusComposer } from '../composer/focus-composer.ts'
import { useRoomContext } from './room-context.ts'

export interface MessageCommands {
  reply(message: MessageView): void
  edit(message: MessageView): void
  copy(message: MessageView): void
  remove(message: MessageView): void
}

/** What the toolbar and the keys of a message do. */
export function useMessageCommands(): MessageCommands {
  const { messages, sessions, navigation } = useActions()
  const { session, room } = useRoomContext()
  return useMemo(
    () => ({
      reply(message) {
        messages.compose(session, room, { kind: 'reply', to: message.id })
        focusComposer()
      },
      edit(message) {
        messages.compose(session, room, { kind: 'edit', message: message.id, text: message.text })
        focusComposer()
      },
      copy: (message) => void sessions.copy(message.text),
      remove: (message) =>
        navigation.openDialog({ kind: 'delete-message', room, message: message.id }),
    }),
    [messages, sessions, navigation, session, room],
  )
}
