import { CSPProvider } from '@base-ui/react/csp-provider'
import { Toast } from '@base-ui/react/toast'
import { Tooltip } from '@base-ui/react/tooltip'
import { useEffect } from 'react'
import { FirstRun } from '../first-run/FirstRun.tsx'
import { Button } from '../parts/Button.tsx'
import { Mark } from '../parts/Mark.tsx'
import { Workspace } from '../workspace/Workspace.tsx'
import { words } from '../words.ts'
import { AppContext, useActions, useAppState } from './context.ts'
import type { AppServices } from './context.ts'
import { Dialogs } from './Dialogs.tsx'
import { Toasts } from './Toasts.tsx'
import './app.css'

interface AppProps {
  readonly services: AppServices
  readonly toasts: ReturnType<typeof Toast.createToastManager>
}

export function App({ services, toasts }: AppProps) {
  return (
    <AppContext value={services}>
      <CSPProvider disableStyleElements>
        <Toast.Provider toastManager={toasts} timeout={8_000}>
          <Tooltip.Provider delay={500}>
            <Screen />
            <Dialogs />
            <Toasts />
          </Tooltip.Provider>
        </Toast.Provider>
      </CSPProvider>
    </AppContext>
  )
}

function Screen() {
  const phase = useAppState((state) => state.phase)
  const hasProfile = useAppState((state) => state.app?.profile != null)
  const hasSession = useAppState((state) => state.activeSession !== null)
  const theme = useAppState((state) => state.app?.theme ?? 'system')

  useEffect(() => {
    const { dataset } = document.documentElement
    if (theme === 'system') delete dataset['theme']
    else dataset['theme'] = theme
  }, [theme])

  if (phase === 'loading') return <Opening />
  if (typeof phase === 'object') return <CannotOpen problem={phase.problem} />
  return hasProfile && hasSession ? <Workspace /> : <FirstRun />
}

function Opening() {
  return (
    <main className="empty" aria-busy="true">
      <Mark size={3.5} />
      <p role="status">{words.opening}</p>
    </main>
  )
}

function CannotOpen({ problem }: { readonly problem: string }) {
  const actions = useActions()
  return (
    <main className="empty">
      <Mark size={3.5} />
      <h2>{words.cannotOpen}</h2>
      <p role="alert">{problem}</p>
      <Button look="primary" onClick={() => void actions.sessions.refresh()}>
        {words.tryAgain}
      </Button>
    </main>
  )
}
