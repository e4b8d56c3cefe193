import { useEffect } from 'react'
import { useActions, useGetState } from './context.ts'
import { neighbourRoom } from '../store/select.ts'
import { sessionOf } from '../store/state.ts'

/** The places F6 walks through, in reading order. */
const PANES = '[data-pane]'
const FOCUSABLE =
  'textarea, [tabindex="0"], button:not([tabindex="-1"]):not(:disabled), input:not(:disabled), a[href]'

function focusPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter(
    (pane) => pane.getClientRects().length > 0,
  )
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  for (let distance = 1; distance <= panes.length; distance += 1) {
    const pane = panes[(at + step * distance + panes.length * 2) % panes.length]
    const target =
      pane?.querySelector<HTMLElement>('[data-roving][tabindex="0"]') ??
      pane?.querySelector<HTMLElement>(FOCUSABLE)
    if (target === null || target === undefined) continue
    target.focus()
    return
  }
}

/** Keys that work wherever the focus is, as long as no dialog is open. */
export function useShortcuts(): void {
  const { navigation } = useActions()
  const getState = useGetState()

  useEffect(() => {
    function run(event: KeyboardEvent): boolean {
      const state = getState()
      const command = event.ctrlKey || event.metaKey
      if (command && !event.altKey && event.key.toLowerCase() === 'k') {
        navigation.openDialog({ kind: 'jump' })
        return true
      }
      if (state.dialog !== null) return false
      if (command && event.key === '/') {
        navigation.openDialog({ kind: 'shortcuts' })
        return true
      }
      if (event.key === 'F6') {
        focusPane(event.shiftKey ? -1 : 1)
        return true
      }
      if (event.key === 'Escape' && state.sidebarOpen) {
        navigation.showSidebar(false)
        return true
      }
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
      if (event.altKey && !command && step !== null && state.activeSession !== null) {
        const session = sessionOf(state, state.activeSession)
        const room = neighbourRoom(session, step, event.shiftKey)
        if (room !== null) navigation.openRoom(state.activeSession, room)
        return true
      }
      return false
    }
    function onKeyDown(event: KeyboardEvent): void {
      if (!event.isComposing && run(event)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [navigation, getState])
}
