import { z } from 'zod'
import { settingsSchema } from './settings.ts'

/** One option: where it lies in the settings, and how it is named in each source. */
export interface Leaf {
  /** As in a file: `rateLimit.burstSize`. */
  readonly path: string
  /** Without dashes; undefined for secrets. */
  readonly flag: string | undefined
  readonly variable: string
  readonly kind: 'number' | 'boolean' | 'text' | 'list'
  /** In words: what is allowed. */
  readonly allowed: string
  readonly standard: unknown
  readonly isSecret: boolean
  readonly isReloadable: boolean
  readonly help: string
}

interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly default?: unknown
  readonly flag?: string
  readonly variable?: string
  readonly secret?: boolean
  readonly reload?: boolean
  readonly help?: string
}

/** All options, read off the schema, so that names, ranges and defaults are written once. */
export function leavesOfSettings(): readonly Leaf[] {
  // Names are checked by transformations that JSON Schema cannot say; they count as any text.
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' })
  return [...leavesOf(schema as Node, [])]
}

function* leavesOf(node: Node, path: readonly string[]): Generator<Leaf> {
  if (node.properties !== undefined) {
    for (const [key, inner] of Object.entries(node.properties))
      yield* leavesOf(inner, [...path, key])
    return
  }
  const dotted = path.join('.')
  yield {
    path: dotted,
    flag: node.secret === true ? undefined : (node.flag ?? flagOf(dotted)),
    variable: node.variable ?? `LANDLINE_${wordsOf(dotted).join('_').toUpperCase()}`,
    kind: kindOf(node),
    allowed: allowedBy(node),
    standard: node.default,
    isSecret: node.secret === true,
    isReloadable: node.reload === true,
    help: node.help ?? '',
  }
}

/** Of an option that has no other name. */
export function flagOf(path: string): string {
  return wordsOf(path).join('-')
}

function wordsOf(path: string): string[] {
  return path.split(/\.|(?=[A-Z])/).map((word) => word.toLowerCase())
}

function kindOf({ type }: Node): Leaf['kind'] {
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'boolean'
  return type === 'array' ? 'list' : 'text'
}

function allowedBy(node: Node): string {
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`
  const kind = kindOf(node)
  if (kind === 'number')
    return `a ${node.type === 'integer' ? 'whole ' : ''}number from ${grouped(node.minimum)} to ${grouped(node.maximum)}`
  if (kind === 'boolean') return 'true or false'
  if (kind === 'list') return 'a list'
  return node.maxLength === undefined
    ? 'text'
    : `${grouped(node.minLength ?? 1)} to ${grouped(node.maxLength)} characters`
}

function grouped(value = 0): string {
  return value.toLocaleString('en-US')
}

/** What lies there: of `rateLimit.burstSize`, say. */
export function valueAt(settings: object, path: string): unknown {
  let node: unknown = settings
  for (const key of path.split('.')) {
    if (typeof node !== 'object' || node === null) return undefined
    node = (node as Readonly<Record<string, unknown>>)[key]
  }
  return node
}

/** A value as it may be shown: no secret, and no user and password in an address. */
export function shownValue({ isSecret }: Leaf, value: unknown): string {
  if (isSecret) return '[hidden]'
  return (JSON.stringify(value) ?? 'nothing').replace(/(:\/\/)[^/?#"]*@/g, '$1[hidden]@')
}
