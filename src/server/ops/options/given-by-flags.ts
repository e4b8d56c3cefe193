import { parseArgs } from 'node:util'
import { type Given, type Source, suggestion, valueOf } from './given.ts'
import { flagOf, type Leaf } from './leaves.ts'

/** Flags that are no options of the server but say what this run is to do. */
export interface RunFlags {
  readonly help: boolean
  readonly printInvite: boolean
  readonly ownerInvite: boolean
  readonly printOptions: boolean
  readonly config: string | undefined
}

const runFlags = {
  help: { type: 'boolean' },
  'print-invite': { type: 'boolean' },
  'owner-invite': { type: 'boolean' },
  'print-options': { type: 'boolean' },
  config: { type: 'string' },
} as const

export function givenByFlags(
  args: readonly string[],
  leaves: readonly Leaf[],
): Source & { readonly run: RunFlags } {
  const byFlag = new Map(
    leaves.flatMap((leaf) => (leaf.flag === undefined ? [] : [[leaf.flag, leaf]])),
  )
  const kinds: Record<string, { type: 'boolean' | 'string' }> = { ...runFlags }
  // Known only to be refused without their value, which would else be taken for a word and be said again.
  const secrets = secretFlags(leaves)
  for (const flag of secrets.keys()) kinds[flag] = { type: 'string' }
  for (const [flag, { kind }] of byFlag)
    kinds[flag] = { type: kind === 'boolean' ? 'boolean' : 'string' }
  const { tokens } = parseArgs({
    args: [...args],
    options: kinds,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })

  const faults: string[] = []
  const given: Given[] = []
  const run = {
    help: false,
    printInvite: false,
    ownerInvite: false,
    printOptions: false,
    config: undefined as string | undefined,
  }
  let last: string | undefined
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional' || !token.rawName.startsWith('--')) {
      // Never quoted: it may be the value of a flag with a typing error, and a secret.
      const place = last === undefined ? 'The first word' : `A word after ${last}`
      const fault = `${place} is not understood: flags begin with --.`
      if (faults.at(-1) !== fault) faults.push(fault)
      continue
    }
    const { name, rawName, value, inlineValue } = token
    last = rawName
    const kind = kinds[name]
    const instead = secrets.get(name)
    if (instead !== undefined) {
      faults.push(`--${name} is no flag, since command lines are seen by others: ${instead}.`)
    } else if (kind === undefined) {
      faults.push(
        `${rawName} is not known.${suggestion(
          rawName,
          Object.keys(kinds).flatMap((flag) => (secrets.has(flag) ? [] : [`--${flag}`])),
        )}`,
      )
    } else if (
      kind.type === 'string' &&
      (value === undefined || (!inlineValue && value.startsWith('--')))
    ) {
      faults.push(`--${name} needs a value.`)
    } else if (name === 'config') {
      run.config = value
    } else if (name in runFlags) {
      if (name === 'help') run.help = true
      if (name === 'print-invite') run.printInvite = true
      if (name === 'owner-invite') run.ownerInvite = true
      if (name === 'print-options') run.printOptions = true
    } else {
      const leaf = byFlag.get(name)
      if (leaf === undefined) throw new Error(`--${name} has no option`)
      given.push({
        path: leaf.path,
        value: value === undefined ? true : valueOf(value, leaf.kind),
        source: 'flag',
        name: `--${name}`,
      })
    }
  }
  return { given, faults, run }
}

/** What people would take for the flag of a secret, and what to give instead. */
function secretFlags(leaves: readonly Leaf[]): ReadonlyMap<string, string> {
  return new Map(
    leaves
      .filter(({ isSecret }) => isSecret)
      .flatMap(({ path, variable }) => {
        const inFile = leaves.find((leaf) => leaf.path === `${path}File`)
        const instead = `use --${inFile?.flag} or ${variable}`
        const byVariable = variable.replace('LANDLINE_', '').toLowerCase().replaceAll('_', '-')
        return [flagOf(path), byVariable].map((flag) => [flag, instead] as const)
      }),
  )
}
