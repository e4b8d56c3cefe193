import { useEffect, useId, useRef, useState } from 'react'

interface SwitchProps {
  readonly label: string
  readonly text: string
  readonly on: boolean
  /** Whatever `on` was read from: another one is news of it. */
  readonly told: unknown
  readonly disabled?: boolean
  /** True when it was done. */
  readonly onChange: (on: boolean) => Promise<boolean>
}

interface Wish {
  readonly on: boolean
  /** Once it is done: what was told until then. What is told after it is the truth, whatever it is. */
  readonly done?: { readonly told: unknown }
}

/** Shows what was wanted from the click on, until it is done or refused: a second click takes the first one back. */
export function Switch({ label, text, on, told, disabled = false, onChange }: SwitchProps) {
  const id = useId()
  const [wish, setWish] = useState<Wish | null>(null)
  const newest = useRef(told)
  useEffect(() => {
    newest.current = told
  }, [told])

  async function change(wanted: boolean): Promise<void> {
    const mine: Wish = { on: wanted }
    setWish(mine)
    const next = (await onChange(wanted)) ? { ...mine, done: { told: newest.current } } : null
    // A later click has a wish of its own.
    setWish((current) => (current === mine ? next : current))
  }

  const isOver = wish === null || (wish.done !== undefined && wish.done.told !== told)
  const shown = isOver ? on : wish.on
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={shown}
        aria-label={label}
        aria-describedby={id}
        aria-busy={wish !== null && wish.done === undefined}
        checked={shown}
        disabled={disabled}
        onChange={(event) => void change(event.target.checked)}
      />
      <span>
        <strong>{label}</strong>
        <span id={id}>{text}</span>
      </span>
    </label>
  )
}
