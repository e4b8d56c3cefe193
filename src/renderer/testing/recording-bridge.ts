import type {
  AppEvent,
  Bridge,
  CommandArguments,
  CommandName,
  CommandResults,
} from '../../ipc/contract.ts'
import type { Failure, Result } from '../../ipc/errors.ts'

type Answer = Result<unknown> | Promise<Result<unknown>>
type Answers = {
  [Name in CommandName]?: (args: CommandArguments<Name>) => Answer
}

export interface RecordingBridge extends Bridge {
  readonly calls: readonly { readonly name: CommandName; readonly args: unknown }[]
  argumentsOf(name: CommandName): readonly unknown[]
  /** What the command answers from now on; `null` is the answer to everything else. */
  answer<Name extends CommandName>(
    name: Name,
    answer: (
      args: CommandArguments<Name>,
    ) => Result<CommandResults[Name]> | Promise<Result<CommandResults[Name]>>,
  ): void
  emit(...events: AppEvent[]): void
}

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value })

export const failed = (message: string, kind: Failure['kind'] = 'internal'): Result<never> => ({
  ok: false,
  failure: { kind, message },
})

/** A bridge whose other end is the test. */
export function recordingBridge(): RecordingBridge {
  const calls: { name: CommandName; args: unknown }[] = []
  const listeners = new Set<(events: readonly AppEvent[]) => void>()
  const answers: Answers = {}
  return {
    calls,
    argumentsOf: (name) => calls.filter((call) => call.name === name).map((call) => call.args),
    answer(name, answer) {
      Object.assign(answers, { [name]: answer })
    },
    emit(...events) {
      for (const listener of listeners) listener(events)
    },
    async invoke(name, args) {
      calls.push({ name, args })
      const answer = answers[name] as ((given: unknown) => Answer) | undefined
      return ((await answer?.(args)) ?? ok(null)) as never
    },
    onEvents(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
