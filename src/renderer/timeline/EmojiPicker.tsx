import { Popover } from '@base-ui/react/popover'
import { useRef, useState } from 'react'
import type { KeyboardEvent, ReactElement } from 'react'
import { words } from '../words.ts'
import { findEmoji } from './emoji.ts'
import './emoji.css'

interface EmojiPickerProps {
  /** The button that opens it. */
  readonly trigger: ReactElement
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  readonly onPick: (emoji: string) => void
}

const COLUMNS = 8

export function EmojiPicker({ trigger, open, onOpenChange, onPick }: EmojiPickerProps) {
  const [ownOpen, setOwnOpen] = useState(false)
  const isOpen = open ?? ownOpen
  const setOpen = onOpenChange ?? setOwnOpen
  return (
    <Popover.Root open={isOpen} onOpenChange={(next) => setOpen(next)}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner side="top" align="end" sideOffset={6} className="float-layer">
          <Popover.Popup className="float emoji-picker" aria-label={words.emoji.title}>
            <Grid
              onPick={(emoji) => {
                setOpen(false)
                onPick(emoji)
              }}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Grid({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const [query, setQuery] = useState('')
  const grid = useRef<HTMLDivElement>(null)
  const found = findEmoji(query)

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button === document.activeElement)
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: at < 0 ? 1 : COLUMNS,
      ArrowUp: -COLUMNS,
    }
    const step = steps[event.key]
    // In the search field left and right move the caret.
    if (step === undefined || (at < 0 && event.key !== 'ArrowDown')) return
    event.preventDefault()
    const target = at + step
    if (target < 0) grid.current?.parentElement?.querySelector('input')?.focus()
    else buttons[Math.min(target, buttons.length - 1)]?.focus()
  }

  return (
    <div onKeyDown={onKeyDown}>
      <input
        className="input"
        type="text"
        aria-label={words.emoji.search}
        placeholder={words.emoji.search}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          const first = found[0]
          if (event.key !== 'Enter' || first === undefined) return
          event.preventDefault()
          onPick(first[0])
        }}
      />
      <div ref={grid} className="emoji-grid">
        {found.map(([emoji, keywords]) => (
          <button
            key={emoji}
            type="button"
            aria-label={`${emoji} ${keywords}`}
            title={keywords}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      {found.length === 0 ? <p className="emoji-none">{words.emoji.none}</p> : null}
    </div>
  )
}
