import { useEffect, useRef, useState } from 'react'
import type { FormEvent } from 'react'
import type { RoomView, SessionView } from '../../client/views.ts'
import { isModerator } from '../admin/may.ts'
import { useActions, useClock, useSession } from '../app/context.ts'
import { TEXT_LENGTH } from '../limits.ts'
import { words } from '../words.ts'
import { ComposerBar } from './ComposerBar.tsx'
import { ComposeNote } from './ComposeNote.tsx'
import { composerId, focusComposer } from './focus-composer.ts'
import { withInserted, withMarkers } from './insert.ts'
import { MentionList, mentionOptionId } from './MentionList.tsx'
import { useComposerKeys } from './use-composer-keys.ts'
import { useMentions } from './use-mentions.ts'
import './composer.css'

/** The counter appears this close to the limit. */
const COUNTER_FROM = TEXT_LENGTH - 500

interface ComposerProps {
  readonly session: SessionView
  readonly room: RoomView
}

/** The field to write in; where this person may not write, why. What waits in the outbox is not lost. */
export function Composer({ session, room }: ComposerProps) {
  return session.readOnly && !isModerator(session.self.role) ? (
    <p className="composer-area composer-closed" role="note">
      {words.admin.readOnlyNote}
    </p>
  ) : (
    <WritingField session={session} room={room} />
  )
}

function WritingField({ session, room }: ComposerProps) {
  const { drafts, messages } = useActions()
  const clock = useClock()
  const mode = useSession((state) => state.modes.get(room.id)) ?? ({ kind: 'new' } as const)
  const draft = useSession((state) => state.drafts.get(room.id)) ?? room.draft
  const [problem, setProblem] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  const input = useRef<HTMLTextAreaElement>(null)

  const editing = mode.kind === 'edit' ? mode : null
  const text = editing?.text ?? draft
  const tooLong = text.length > TEXT_LENGTH
  const blank = text.trim() === ''

  function setText(next: string): void {
    setProblem(null)
    if (editing !== null) return messages.compose(session.id, room.id, { ...editing, text: next })
    drafts.set(session.id, room.id, next)
    messages.typing(session.id, room.id, next.trim() !== '')
  }

  const mentions = useMentions({ room, text, input, setText })

  async function submit(): Promise<void> {
    if (blank || tooLong) {
      if (tooLong) setProblem(words.composer.tooLong(text.length - TEXT_LENGTH))
      return
    }
    setProblem(null)
    if (editing !== null) return saveEdit(editing)
    messages.typing(session.id, room.id, false)
    const cancelNotice = clock.after(500, () => setSaving(true))
    const result = await messages.send(session.id, room.id)
    cancelNotice()
    setSaving(false)
    if (result !== null && !result.ok) setProblem(result.failure.message)
  }

  async function saveEdit(edit: NonNullable<typeof editing>): Promise<void> {
    const result = await messages.saveEdit(session.id, room.id, edit.message, text.trimEnd())
    if (result.ok) cancelMode()
    else setProblem(result.failure.message)
  }

  function cancelMode(): void {
    setProblem(null)
    messages.compose(session.id, room.id, { kind: 'new' })
    focusComposer()
  }

  const keys = useComposerKeys({
    room,
    session,
    text,
    mode,
    mentions,
    submit: () => void submit(),
    cancel: cancelMode,
    format: (marker) => change(withMarkers(field(), marker)),
  })

  const field = (): HTMLTextAreaElement => {
    if (input.current === null) throw new Error('the composer is not on screen')
    return input.current
  }

  /** Puts text and selection into the field after the state has caught up. */
  function change(next: { readonly text: string; readonly from: number; readonly to: number }) {
    setText(next.text)
    requestAnimationFrame(() => {
      input.current?.focus()
      input.current?.setSelectionRange(next.from, next.to)
    })
  }

  useEffect(() => {
    const flush = (): void => drafts.flush(session.id, room.id)
    window.addEventListener('blur', flush)
    window.addEventListener('pagehide', flush)
    return () => {
      flush()
      messages.typing(session.id, room.id, false)
      window.removeEventListener('blur', flush)
      window.removeEventListener('pagehide', flush)
    }
  }, [drafts, messages, session.id, room.id])

  useEffect(() => focusComposer(), [room.id])

  return (
    <form
      className="composer-area"
      aria-label={words.composer.form}
      data-pane="composer"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void submit()
      }}
    >
      <MentionList mentions={mentions} />
      {problem === null ? null : (
        <p id="composer-problem" className="composer-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="composer" data-problem={tooLong || problem !== null}>
        <ComposeNote mode={mode} room={room.id} onCancel={cancelMode} />
        <textarea
          ref={input}
          id={composerId}
          className="composer-input"
          rows={1}
          dir="auto"
          value={text}
          placeholder={words.composer.placeholder(room)}
          aria-label={words.composer.label(room)}
          aria-describedby={problem === null ? undefined : 'composer-problem'}
          aria-invalid={tooLong ? true : undefined}
          aria-autocomplete="list"
          aria-controls={mentions.open ? mentions.listId : undefined}
          aria-activedescendant={mentions.open ? mentionOptionId(mentions.active) : undefined}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={keys}
          onSelect={mentions.onSelect}
          onBlur={() => {
            drafts.flush(session.id, room.id)
            mentions.close()
          }}
        />
        <ComposerBar
          counter={text.length > COUNTER_FROM ? { used: text.length, limit: TEXT_LENGTH } : null}
          saving={saving}
          editing={editing !== null}
          canSend={!blank && !tooLong}
          onInsert={(piece) => change(withInserted(field(), piece))}
          onMarkers={(marker) => change(withMarkers(field(), marker))}
          onMention={() => change(withInserted(field(), '@'))}
        />
      </div>
    </form>
  )
}
