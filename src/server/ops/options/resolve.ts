import { givenByEnvironment } from './given-by-environment.ts'
import { givenByFile } from './given-by-file.ts'
import { givenByFlags, type RunFlags } from './given-by-flags.ts'
import type { Given, Source } from './given.ts'
import { type Leaf, leavesOfSettings, shownValue } from './leaves.ts'
import { type Settings, settingsSchema } from './settings.ts'

export type ReadFile = (file: string) => string

export interface Resolved {
  readonly kind: 'resolved'
  readonly settings: Settings
  readonly run: RunFlags
  /** The value that won, of every option that was given. */
  readonly origins: ReadonlyMap<string, Given>
  readonly leaves: readonly Leaf[]
}

export interface Violations {
  readonly kind: 'faults'
  readonly faults: readonly string[]
  /** What was right, with the usual values for the rest, so that contradictions in it can be told as well. */
  readonly rest?: Resolved
}

/**
 * Flags win over the environment, the environment over the file (G1). All that is wrong is said at once, each
 * with the name it has where it was given, the value, and what is allowed.
 */
export function resolveSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): Resolved | Violations {
  const leaves = leavesOfSettings()
  const flags = givenByFlags(args, leaves)
  const variables = givenByEnvironment(environment, leaves)
  const name = flags.run.config ?? environment['LANDLINE_CONFIG']
  const file = name === undefined ? NOTHING : readSource(name, leaves, readFile)

  const origins = new Map<string, Given>()
  for (const { given } of [file, variables, flags])
    for (const one of given) origins.set(one.path, one)
  const faults = [...flags.faults, ...variables.faults, ...file.faults]
  const resolved = { kind: 'resolved', run: flags.run, origins, leaves } as const
  const parsed = settingsSchema.safeParse(treeOf(origins.values()))
  if (parsed.success) {
    const all = { ...resolved, settings: parsed.data }
    return faults.length > 0 ? { kind: 'faults', faults, rest: all } : all
  }
  const byPath = new Map(leaves.map((leaf) => [leaf.path, leaf]))
  const wrong = new Map<string, string>()
  for (const { path, message, code } of parsed.error.issues) {
    const leaf = leafAt(path, byPath)
    if (leaf !== undefined && !wrong.has(leaf.path)) {
      wrong.set(leaf.path, violation(leaf, origins.get(leaf.path), { message, code }))
    }
  }
  const right = [...origins.values()].filter(({ path }) => !wrong.has(path))
  const settings = settingsSchema.parse(treeOf(right))
  return {
    ...{ kind: 'faults', faults: [...faults, ...wrong.values()] },
    rest: { ...resolved, settings },
  }
}

const NOTHING: Source = { given: [], faults: [] }

function readSource(name: string, leaves: readonly Leaf[], readFile: ReadFile): Source {
  let content: string
  try {
    content = readFile(name)
  } catch (fault) {
    const words = fault instanceof Error ? fault.message : String(fault)
    return { given: [], faults: [`--config ${name} cannot be read: ${words}`] }
  }
  return givenByFile(name, content, leaves)
}

function treeOf(given: Iterable<Given>): Record<string, unknown> {
  const tree: Record<string, Record<string, unknown>> = {}
  for (const { path, value } of given) {
    const [first = '', second] = path.split('.')
    if (second === undefined) tree[first] = value as Record<string, unknown>
    else (tree[first] ??= {})[second] = value
  }
  return tree
}

/** Of the option itself, or of the list that the faulty entry is in. */
function leafAt(path: readonly PropertyKey[], leaves: ReadonlyMap<string, Leaf>): Leaf | undefined {
  for (let length = path.length; length > 0; length--) {
    const leaf = leaves.get(path.slice(0, length).join('.'))
    if (leaf !== undefined) return leaf
  }
  return undefined
}

function violation(
  leaf: Leaf,
  given: Given | undefined,
  { message, code }: { readonly message: string; readonly code: string },
): string {
  const shown = shownValue(leaf, given?.value)
  // Zod's own words where the schema says more than a range does, such as what an origin looks like.
  const says = code === 'custom' || leaf.kind === 'list' || leaf.allowed === 'text'
  const more = says ? ` (${message})` : ''
  return `${given?.name ?? leaf.path} must be ${leaf.allowed}${more}, not ${shown}.`
}
