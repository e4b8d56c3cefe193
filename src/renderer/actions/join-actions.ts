import type { JoinTarget } from '../../ipc/join-views.ts'
import { change } from './ports.ts'
import type { ActionPorts, Outcome } from './ports.ts'
import type { SessionActions } from './session-actions.ts'

/** The ways into a session without an invite link. One is under way at a time in a window. */
export interface JoinActions {
  look(target: JoinTarget): Outcome<'join.look'>
  open(target: JoinTarget, fingerprint: string): Outcome<'join.open'>
  byToken(target: JoinTarget, fingerprint: string, token: string): Outcome<'join.token'>
  byPassphrase(target: JoinTarget, passphrase: string): Outcome<'join.passphrase'>
  byCode(code: string, target?: JoinTarget): Outcome<'join.code'>
  /** Gives up what is under way, and forgets its steps. */
  cancel(): void
  /** Whether the window may use a camera. */
  scan(active: boolean): Outcome<'join.scan'>
}

export function joinActions(
  ports: ActionPorts,
  { thenOpen }: Pick<SessionActions, 'thenOpen'>,
): JoinActions {
  const { bridge } = ports
  const forget = (): void => change(ports, (state) => ({ ...state, joining: [] }))

  return {
    look(target) {
      forget()
      return bridge.invoke('join.look', { target })
    },
    open(target, fingerprint) {
      forget()
      return thenOpen(bridge.invoke('join.open', { target, fingerprint }))
    },
    byToken(target, fingerprint, token) {
      forget()
      return thenOpen(bridge.invoke('join.token', { target, fingerprint, token }))
    },
    byPassphrase(target, passphrase) {
      forget()
      return thenOpen(bridge.invoke('join.passphrase', { target, passphrase }))
    },
    byCode(code, target) {
      forget()
      const aimed = target === undefined ? { code } : { code, target }
      return thenOpen(bridge.invoke('join.code', aimed))
    },
    cancel() {
      forget()
      void bridge.invoke('join.cancel', {})
    },
    scan: (active) => bridge.invoke('join.scan', { active }),
  }
}
