import { createContext, useContext, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Actions } from '../actions/actions.ts'
import type { Clock } from '../clock.ts'
import { sessionOf, sessionViewOf } from '../store/state.ts'
import type { AppState, SessionState } from '../store/state.ts'
import type { AppStore } from '../store/store.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { SessionView } from '../../client/views.ts'

export interface AppServices {
  readonly store: AppStore
  readonly actions: Actions
  readonly clock: Clock
}

export const AppContext = createContext<AppServices | null>(null)

function useServices(): AppServices {
  const services = useContext(AppContext)
  if (services === null) throw new Error('AppContext is missing above this component')
  return services
}

export function useAppState<Part>(select: (state: AppState) => Part): Part {
  return useStore(useServices().store, select)
}

export function useActions(): Actions {
  return useServices().actions
}

export function useClock(): Clock {
  return useServices().clock
}

/** For event handlers that need the state of their moment without drawing again on each change. */
export function useGetState(): () => AppState {
  return useServices().store.getState
}

/** The session on screen. Only used below components that render when there is one. */
export function useSessionId(): SessionId {
  const id = useAppState((state) => state.activeSession)
  if (id === null) throw new Error('no session is open')
  return id
}

export function useSession<Part>(select: (session: SessionState) => Part): Part {
  const id = useSessionId()
  return useAppState((state) => select(sessionOf(state, id)))
}

export function useSessionView(): SessionView | undefined {
  return useAppState((state) => sessionViewOf(state, state.activeSession))
}

/** The time now, read again every `every` ms while a component that shows it is on screen. */
export function useNow(every: number): number {
  const clock = useClock()
  const [now, setNow] = useState(() => clock.now())
  useEffect(() => {
    let cancel = clock.after(every, function tick() {
      setNow(clock.now())
      cancel = clock.after(every, tick)
    })
    return () => cancel()
  }, [clock, every])
  return now
}
