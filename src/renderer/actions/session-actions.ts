import type { CommandArguments, CommandName, ThemeChoice } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { apply } from '../store/apply.ts'
import type { Navigation } from './navigation.ts'
import { attempt, change } from './ports.ts'
import type { ActionPorts, Outcome } from './ports.ts'

export interface SessionActions {
  /** Asks for the whole state again: after a command whose effect must be on screen when it returns. */
  refresh(): Promise<void>
  setName(name: string): Outcome<'profile.set-name'>
  setTheme(theme: ThemeChoice): Promise<void>
  host(wanted: CommandArguments<'session.host'>): Outcome<'session.host'>
  setStayAwake(stayAwake: boolean): Outcome<'app.set-settings'>
  /** Another name in this session only. */
  setSessionName(session: SessionId, name: string): Outcome<'session.set-name'>
  /** With a bearer token; answers when the server has looked at it. */
  signIn(session: SessionId, token: string): Outcome<'session.sign-in'>
  resumeHosting(session: SessionId): Outcome<'session.resume-hosting'>
  stopHosting(session: SessionId): Outcome<'session.stop-hosting'>
  setDoors(session: SessionId, open: boolean): Outcome<'session.set-doors'>
  loadHosting(session: SessionId): Outcome<'session.hosting'>
  join(invite: string): Outcome<'session.join'>
  /** Refreshes and shows the session that was joined. */
  thenOpen<Value extends { readonly session: SessionId }>(
    outcome: Promise<Result<Value>>,
  ): Promise<Result<Value>>
  /** Keeps `found` up to date until the returned function is called. */
  watchFound(): () => void
  leave(session: SessionId): Outcome<'session.leave'>
  connectNow(session: SessionId): Promise<void>
  disconnect(session: SessionId): Promise<void>
  openLink(url: string): void
  copy(text: string): Promise<boolean>
}

export function sessionActions(ports: ActionPorts, navigation: Navigation): SessionActions {
  const { bridge } = ports
  /** A dialog may lie over the first screen, and both show the list. */
  let watchers = 0

  async function watch(active: boolean): Promise<void> {
    const result = await bridge.invoke('discovery.watch', { active })
    if (!result.ok || !active) return
    change(ports, (state) => apply(state, { type: 'found', sessions: result.value }))
  }

  async function refresh(): Promise<void> {
    const result = await bridge.invoke('app.state', {})
    change(ports, (state) => {
      if (!result.ok) {
        return state.phase === 'loading'
          ? { ...state, phase: { problem: result.failure.message } }
          : state
      }
      return { ...apply(state, { type: 'app', app: result.value }), phase: 'ready' }
    })
  }

  async function thenRefresh<Name extends CommandName>(outcome: Outcome<Name>): Outcome<Name> {
    const result = await outcome
    if (result.ok) await refresh()
    return result
  }

  async function thenOpen<Value extends { readonly session: SessionId }>(
    outcome: Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    const result = await outcome
    if (result.ok) {
      await refresh()
      navigation.openSession(result.value.session)
    }
    return result
  }

  return {
    refresh,
    setName: (name) => thenRefresh<'profile.set-name'>(bridge.invoke('profile.set-name', { name })),
    async setTheme(theme) {
      await attempt(ports, 'app.set-theme', { theme })
      await refresh()
    },
    host: (wanted) => thenOpen(bridge.invoke('session.host', wanted)),
    setStayAwake: (stayAwakeWhileHosting) =>
      thenRefresh<'app.set-settings'>(bridge.invoke('app.set-settings', { stayAwakeWhileHosting })),
    setSessionName: (session, name) =>
      thenRefresh<'session.set-name'>(bridge.invoke('session.set-name', { session, name })),
    signIn: (session, token) => bridge.invoke('session.sign-in', { session, token }),
    thenOpen,
    resumeHosting: (session) =>
      thenRefresh<'session.resume-hosting'>(bridge.invoke('session.resume-hosting', { session })),
    stopHosting: (session) =>
      thenRefresh<'session.stop-hosting'>(bridge.invoke('session.stop-hosting', { session })),
    setDoors: (session, open) => bridge.invoke('session.set-doors', { session, open }),
    async loadHosting(session) {
      const result = await bridge.invoke('session.hosting', { session })
      if (result.ok)
        change(ports, (state) => apply(state, { type: 'hosting', hosting: result.value }))
      return result
    },
    join: (invite) => thenOpen(bridge.invoke('session.join', { invite })),
    watchFound() {
      watchers += 1
      if (watchers === 1) void watch(true)
      return () => {
        watchers -= 1
        if (watchers === 0) void watch(false)
      }
    },
    leave: (session) => thenRefresh<'session.leave'>(bridge.invoke('session.leave', { session })),
    connectNow: (session) => attempt(ports, 'session.connect-now', { session }),
    disconnect: (session) => attempt(ports, 'session.disconnect', { session }),
    openLink: (url) => void attempt(ports, 'app.open-link', { url }),
    async copy(text) {
      const result = await bridge.invoke('app.copy-text', { text })
      if (!result.ok) ports.tell(result.failure.message)
      return result.ok
    },
  }
}
