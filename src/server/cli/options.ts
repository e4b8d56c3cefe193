import { readFileSync } from 'node:fs'
import { type HeadlessOptions, parseHeadlessOptions } from '../ops/headless-options.ts'
import { connectionStrings } from '../shared-of-settings.ts'
import { type CommandFlags, commandFlags } from './command-flags.ts'
import { CommandFault } from './output.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface CommandOptions {
  readonly words: readonly string[]
  readonly values: CommandFlags['values']
  readonly options: HeadlessOptions
  /** The connection string of PostgreSQL, when the session is there. */
  readonly postgres: string | undefined
}

/** The words and flags of a command, and the server's own options that say where the session is. */
export function commandOptions(
  args: readonly string[],
  environment: Environment,
  flags: readonly string[],
): CommandOptions {
  const { values, words, rest, faults } = commandFlags(args, flags)
  const parsed = parseHeadlessOptions(rest, environment)
  const found = [...faults, ...(parsed.kind === 'faults' ? parsed.faults : [])]
  if (parsed.kind === 'faults' || found.length > 0) throw new CommandFault(found.join('\n'))
  const strings = connectionStrings(parsed.options.settings, (file) => readFileSync(file, 'utf8'))
  if (strings.kind === 'fault') throw new CommandFault(strings.message)
  return { words, values, options: parsed.options, postgres: strings.postgres }
}
