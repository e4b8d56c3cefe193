import { commandSchemas } from '../../ipc/contract.ts'
import type { CommandArguments, CommandName, CommandResults } from '../../ipc/contract.ts'
import type { Failure, FailureKind, Result } from '../../ipc/errors.ts'
import type { Logger } from '../logger.ts'
import { errorFields } from '../logger.ts'

/** Who sent a command, as far as a decision needs it. */
export interface Sender {
  /** Id of the window's contents. */
  readonly windowId: number
  /** Null when the frame is already gone. */
  readonly frameUrl: string | null
  readonly isMainFrame: boolean
}

export interface CommandContext {
  readonly windowId: number
}

export type CommandHandlers = {
  readonly [Name in CommandName]: (
    args: CommandArguments<Name>,
    context: CommandContext,
  ) => Result<CommandResults[Name]> | Promise<Result<CommandResults[Name]>>
}

export interface GatePolicy {
  readonly isOwnWindow: (windowId: number) => boolean
  /** Origins our pages are loaded from: the app scheme, and the dev server while developing. */
  readonly origins: readonly string[]
}

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value })
export const done: Result<null> = { ok: true, value: null }
export const fail = (kind: FailureKind, message: string): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind, message },
})

/** Answers one command of a window. Never rejects: what goes wrong is a `Failure` the window can show. */
export async function answerCommand(
  policy: GatePolicy,
  handlers: CommandHandlers,
  log: Logger,
  sender: Sender,
  name: unknown,
  args: unknown,
): Promise<Result<unknown>> {
  if (!isTrusted(policy, sender)) {
    log.warn('command from a stranger refused', { window: sender.windowId })
    return fail('forbidden-sender', 'This page may not talk to the app.')
  }
  if (!isCommandName(name)) {
    log.warn('unknown command refused', { window: sender.windowId })
    return fail('invalid-arguments', 'There is no such command.')
  }
  const parsed = commandSchemas[name].safeParse(args)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const path = issue?.path.join('.') || 'arguments'
    log.warn('command with wrong arguments refused', { command: name, path })
    return fail('invalid-arguments', `${name}: ${path}: ${issue?.message ?? 'not as expected'}`)
  }
  try {
    // The schema of this very name has just checked the arguments; the compiler cannot pair the two.
    const handle = handlers[name] as (
      args: unknown,
      context: CommandContext,
    ) => Result<unknown> | Promise<Result<unknown>>
    return await handle(parsed.data, { windowId: sender.windowId })
  } catch (error) {
    log.error('command failed', { command: name, ...errorFields(error) })
    return fail('internal', 'Something went wrong inside the app. The log says more.')
  }
}

function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(commandSchemas, name)
}

export function isTrusted(policy: GatePolicy, sender: Sender): boolean {
  if (!sender.isMainFrame || sender.frameUrl === null) return false
  if (!policy.isOwnWindow(sender.windowId)) return false
  let url: URL
  try {
    url = new URL(sender.frameUrl)
  } catch {
    return false
  }
  // `origin` is opaque («null») for schemes URL does not know, so it is put together here.
  return policy.origins.includes(`${url.protocol}//${url.host}`)
}
