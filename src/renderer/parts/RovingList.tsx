import { useLayoutEffect, useRef } from 'react'
import type { FocusEvent, KeyboardEvent, ReactNode } from 'react'

interface RovingListProps {
  readonly className?: string
  readonly children: ReactNode
}

const ITEMS = '[data-roving]'

function makeTabStop(items: readonly HTMLElement[], stop: HTMLElement | undefined): void {
  for (const item of items) item.tabIndex = item === stop ? 0 : -1
}

/** One tab stop for many items: arrow keys, Home and End move between everything marked data-roving. */
export function RovingList({ className, children }: RovingListProps) {
  const container = useRef<HTMLDivElement>(null)
  const items = (): HTMLElement[] => [
    ...(container.current?.querySelectorAll<HTMLElement>(ITEMS) ?? []),
  ]

  // Runs after every render because items come and go with the state.
  useLayoutEffect(() => {
    const all = items()
    const stop =
      all.find((item) => item === document.activeElement) ??
      all.find((item) => item.hasAttribute('aria-current')) ??
      all[0]
    makeTabStop(all, stop)
  })

  function onFocus(event: FocusEvent): void {
    const all = items()
    const target = all.find((item) => item === event.target)
    if (target !== undefined) makeTabStop(all, target)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const all = items()
    const at = all.findIndex((item) => item === document.activeElement)
    if (at < 0) return
    const targets: Record<string, number> = {
      ArrowDown: Math.min(at + 1, all.length - 1),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: all.length - 1,
    }
    const target = targets[event.key]
    if (target === undefined) return
    event.preventDefault()
    all[target]?.focus()
  }

  return (
    <div ref={container} className={className} onFocus={onFocus} onKeyDown={onKeyDown}>
      {children}
    </div>
  )
}
