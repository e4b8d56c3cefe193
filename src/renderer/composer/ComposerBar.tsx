import { AtSign, Bold, Check, Code, Italic, SendHorizontal, Smile } from 'lucide-react'
import { IconButton } from '../parts/Button.tsx'
import { EmojiPicker } from '../timeline/EmojiPicker.tsx'
import { words } from '../words.ts'

interface ComposerBarProps {
  readonly counter: { readonly used: number; readonly limit: number } | null
  readonly saving: boolean
  readonly editing: boolean
  readonly canSend: boolean
  readonly onInsert: (piece: string) => void
  readonly onMarkers: (marker: string) => void
  readonly onMention: () => void
}

const icon = { size: 16, strokeWidth: 1.5, 'aria-hidden': true } as const

export function ComposerBar(props: ComposerBarProps) {
  const { counter, saving, editing, canSend, onInsert, onMarkers, onMention } = props
  const sendLabel = editing ? words.composer.save : words.composer.send
  return (
    <div className="composer-bar">
      <EmojiPicker
        onPick={onInsert}
        trigger={
          <IconButton label={words.composer.emoji}>
            <Smile {...icon} />
          </IconButton>
        }
      />
      <IconButton label={words.composer.mention} onClick={onMention}>
        <AtSign {...icon} />
      </IconButton>
      <IconButton label={words.composer.bold} onClick={() => onMarkers('**')}>
        <Bold {...icon} />
      </IconButton>
      <IconButton label={words.composer.italic} onClick={() => onMarkers('*')}>
        <Italic {...icon} />
      </IconButton>
      <IconButton label={words.composer.code} onClick={() => onMarkers('`')}>
        <Code {...icon} />
      </IconButton>
      <span className="composer-state" role="status">
        {saving ? words.composer.saving : ''}
      </span>
      {counter === null ? null : (
        <span className="composer-counter" data-over={counter.used > counter.limit}>
          {words.composer.counter(counter.used, counter.limit)}
        </span>
      )}
      <IconButton
        type="submit"
        className="composer-send"
        label={sendLabel}
        aria-disabled={!canSend}
      >
        {editing ? <Check {...icon} /> : <SendHorizontal {...icon} />}
      </IconButton>
    </div>
  )
}
