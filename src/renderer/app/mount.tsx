import '../theme/base.css'
import '../parts/parts.css'
import '../parts/layers.css'
import { Toast } from '@base-ui/react/toast'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { Bridge } from '../../ipc/contract.ts'
import { createActions } from '../actions/actions.ts'
import type { Clock } from '../clock.ts'
import { createAppStore } from '../store/store.ts'
import type { AppStore } from '../store/store.ts'
import { words } from '../words.ts'
import { App } from './App.tsx'
import { ErrorBoundary } from './ErrorBoundary.tsx'

/** Puts the app together in a page; returns how to take it apart again. */
export function mountApp(
  element: HTMLElement,
  bridge: Bridge | null,
  clock: Clock,
  store: AppStore = createAppStore(),
): () => void {
  const root = createRoot(element)
  if (bridge === null) {
    root.render(<p role="alert">{words.outsideApp}</p>)
    return () => root.unmount()
  }
  const toasts = Toast.createToastManager()
  const tell = (description: string): void => void toasts.add({ description, priority: 'high' })
  const actions = createActions(bridge, store, clock, tell)
  const stopTelling = tellWhenPainted(bridge, store)
  const stop = actions.start()
  root.render(
    <StrictMode>
      <ErrorBoundary>
        <App services={{ store, actions, clock }} toasts={toasts} />
      </ErrorBoundary>
    </StrictMode>,
  )
  return () => {
    stop()
    stopTelling()
    root.unmount()
  }
}

/** Tells the app once that a screen a person can use is on the window. Returns how to stop. */
function tellWhenPainted(bridge: Bridge, store: AppStore): () => void {
  const stop = store.subscribe(({ phase }) => {
    if (phase !== 'ready') return
    stop()
    // The first frame is where React's work is drawn; in the second it has been.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => void bridge.invoke('app.ready', {}).catch(() => undefined)),
    )
  })
  return stop
}
