import type { Bridge, CommandArguments, CommandName, CommandResults } from '../../ipc/contract.ts'
import type { Failure, Result } from '../../ipc/errors.ts'
import type { Clock } from '../clock.ts'
import type { AppState } from '../store/state.ts'
import type { AppStore } from '../store/store.ts'

/** What every group of actions is built from. */
export interface ActionPorts {
  readonly bridge: Bridge
  readonly store: AppStore
  readonly clock: Clock
  /** Shows one sentence for a moment, for failures that have no form to stand in. */
  readonly tell: (message: string) => void
}

export type Outcome<Name extends CommandName> = Promise<Result<CommandResults[Name]>>

export function change(ports: ActionPorts, next: (state: AppState) => AppState): void {
  ports.store.setState(next)
}

export function told(ports: ActionPorts, failure: Failure): void {
  ports.tell(failure.message)
}

/** For commands without a form of their own: a failure is said, nothing is returned. */
export async function attempt<Name extends CommandName>(
  ports: ActionPorts,
  name: Name,
  args: CommandArguments<Name>,
): Promise<void> {
  const result = await ports.bridge.invoke(name, args)
  if (!result.ok) told(ports, result.failure)
}
