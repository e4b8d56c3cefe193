import { X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { RoomView } from '../../client/views.ts'
import type { RoomId } from '../../protocol/ids.ts'
import { useActions, useSession, useSessionId, useSessionView } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { ROOM_NAME_LENGTH, TOPIC_LENGTH } from '../limits.ts'
import { Button, IconButton } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'
import { Members } from './Members.tsx'
import './details.css'

/** Right pane: what the room is, who is in it, and how to change both. */
export function Details({ roomId }: { readonly roomId: RoomId }) {
  const { navigation } = useActions()
  const room = useSession((state) => state.rooms.get(roomId))
  const close = useRef<HTMLButtonElement>(null)

  useEffect(() => close.current?.focus(), [])

  if (room === undefined) return null
  const isGroup = room.kind === 'group'
  return (
    <aside
      className="details"
      aria-label={words.rooms.details}
      data-pane="details"
      onKeyDown={(event) => {
        if (event.key === 'Escape') navigation.showDetails(false)
      }}
    >
      <header>
        <h2 className="ellipsis" dir="auto">
          {words.rooms.title(room)}
        </h2>
        <IconButton ref={close} label={words.close} onClick={() => navigation.showDetails(false)}>
          <X size={18} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </header>
      <div className="details-scroll">
        {isGroup ? <About room={room} /> : null}
        <Members room={room} />
        {isGroup ? <Leave room={room} /> : null}
        <SessionKey />
      </div>
    </aside>
  )
}

/** For comparing with what the person who hosts sees in the hosting panel. */
function SessionKey() {
  const key = useSessionView()?.keyWords
  if (key === undefined) return null
  return (
    <section aria-labelledby="session-key">
      <div className="details-heading">
        <h3 id="session-key">{words.rooms.key}</h3>
      </div>
      <p>{words.keyWords(key)}</p>
      <p className="details-note">{words.rooms.keyText}</p>
    </section>
  )
}

function Leave({ room }: { readonly room: RoomView }) {
  const { navigation } = useActions()
  if (room.isDefault) return <p className="details-note">{words.rooms.defaultGroup}</p>
  return (
    <Button
      look="danger"
      onClick={() => navigation.openDialog({ kind: 'leave-room', room: room.id })}
    >
      {words.rooms.leave}
    </Button>
  )
}

function About({ room }: { readonly room: RoomView }) {
  const { rooms } = useActions()
  const session = useSessionId()
  const [edited, setEdited] = useState<{ name: string; topic: string } | null>(null)
  const { busy, problem, submit, setProblem } = useSubmission()

  async function save(next: { name: string; topic: string }): Promise<void> {
    const name = next.name.trim()
    const topic = next.topic.trim()
    if (name === '') return setProblem(words.rooms.nameMissing)
    const what = {
      ...(name === room.name ? {} : { name }),
      ...(topic === room.topic ? {} : { topic }),
    }
    const unchanged = Object.keys(what).length === 0
    if (unchanged || (await submit(() => rooms.change(session, room.id, what)))) setEdited(null)
  }

  if (edited === null) {
    return (
      <section aria-label={words.rooms.about}>
        <p className="details-topic" dir="auto">
          {room.topic === '' ? words.rooms.noTopic : room.topic}
        </p>
        <p className="details-note">
          {room.visibility === 'public' ? words.rooms.publicText : words.rooms.privateText}
        </p>
        <Button onClick={() => setEdited({ name: room.name, topic: room.topic })}>
          {words.rooms.edit}
        </Button>
      </section>
    )
  }
  return (
    <form
      aria-label={words.rooms.edit}
      onSubmit={(event) => {
        event.preventDefault()
        void save(edited)
      }}
    >
      <Field
        label={words.rooms.name}
        value={edited.name}
        maxLength={ROOM_NAME_LENGTH}
        problem={problem}
        onChange={(event) => setEdited({ ...edited, name: event.target.value })}
      />
      <Field
        label={words.rooms.topic}
        value={edited.topic}
        maxLength={TOPIC_LENGTH}
        onChange={(event) => setEdited({ ...edited, topic: event.target.value })}
      />
      <div className="dialog-actions">
        <Button onClick={() => setEdited(null)}>{words.cancel}</Button>
        <Button type="submit" look="primary" aria-disabled={busy}>
          {words.rooms.save}
        </Button>
      </div>
    </form>
  )
}
