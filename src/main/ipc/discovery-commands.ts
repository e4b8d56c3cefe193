import type { FoundSessions } from '../discovery/found-sessions.ts'
import { ok } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'

type DiscoveryCommand = Extract<keyof CommandHandlers, `discovery.${string}`>

export interface Watchers {
  set(windowId: number, active: boolean): void
}

export function discoveryCommands(
  found: FoundSessions,
  watchers: Watchers,
): Pick<CommandHandlers, DiscoveryCommand> {
  return {
    'discovery.watch'({ active }, { windowId }) {
      watchers.set(windowId, active)
      if (active) found.askNow()
      return ok(found.views())
    },
  }
}
