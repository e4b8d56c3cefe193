/** What a command takes besides the options of the server: flags with a value, and words. */
export interface CommandFlags {
  readonly values: Readonly<Record<string, string>>
  readonly words: readonly string[]
  /** For the server's own options. */
  readonly rest: readonly string[]
  readonly faults: readonly string[]
}

/** Takes out the flags of the command; words come before the first flag. */
export function commandFlags(args: readonly string[], names: readonly string[]): CommandFlags {
  const values: Record<string, string> = {}
  const words: string[] = []
  const rest: string[] = []
  const faults: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const [flag, inline] = split(arg)
    if (!arg.startsWith('--') && rest.length === 0) {
      words.push(arg)
    } else if (arg.startsWith('--') && names.includes(flag)) {
      const value = inline ?? args[++index]
      if (value === undefined || value === '') faults.push(`--${flag} needs a value.`)
      else values[flag] = value
    } else {
      rest.push(arg)
    }
  }
  return { values, words, rest, faults }
}

function split(arg: string): readonly [string, string | undefined] {
  const at = arg.indexOf('=')
  return at === -1 ? [arg.slice(2), undefined] : [arg.slice(2, at), arg.slice(at + 1)]
}
