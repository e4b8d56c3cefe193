/** What the tests of the outbox say over and over, about whichever kit the test has now. */
import type { MessageView } from '../client/views.ts'
import type { ClientMessage, Submit } from '../protocol/client-messages.ts'
import type { MessageId } from '../protocol/ids.ts'
import { type ClientKit, resetOf, ROOM, roomId, roomState, value } from './client-kit.ts'

export const SECOND = roomId(2)
export const twoRooms = () => [
  resetOf(roomState()),
  resetOf(roomState({ id: SECOND, name: 'second' })),
]

export function submits(messages: readonly ClientMessage[]): Submit[] {
  return messages.filter((sent) => sent.type === 'submit')
}
export function texts(messages: readonly ClientMessage[]): string[] {
  return submits(messages).map(({ operation }) => ('text' in operation ? operation.text : ''))
}
export const ack = (id: MessageId, seq: number, room = ROOM) =>
  ({ type: 'ack', id, room, seq, at: 1_000 + seq }) as const
export const refused = (id: MessageId, code: 'too-large' | 'not-a-member' | 'message-deleted') =>
  ({ type: 'refused', id, room: ROOM, code, message: '' }) as const

export function outboxDrill(kit: () => ClientKit) {
  async function items(room = ROOM): Promise<MessageView[]> {
    const page = value(await kit().session.timeline(room, { limit: 200 }))
    return page.items.filter((item) => item.type === 'message')
  }
  return {
    items,
    states: async (room = ROOM): Promise<string[]> =>
      (await items(room)).map((item) => `${item.text}:${item.state.kind}`),
    send: (text: string, room = ROOM): MessageId => value(kit().session.send(room, text)).message,
    /** Takes the newest connection away and makes a new one. */
    async reconnect(...frames: Parameters<ClientKit['goOnline']>) {
      kit().server.current().close(1006)
      kit().session.connectNow()
      return await kit().goOnline(...frames)
    },
  }
}
