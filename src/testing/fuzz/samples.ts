/**
 * Valid values made from the schemas themselves, so that a message that is new in the wire is fuzzed without
 * anybody thinking of it. What `refine` asks beyond the schema, a sample may miss; most do not.
 */
import { z } from 'zod'
import type { SeededRandom } from '../seeded-random.ts'

/** Values to be used for fields of these names: ids that exist give damaged messages a meaning. */
export type Hints = Readonly<Record<string, readonly string[]>>

/** What `z.toJSONSchema` writes, as far as samples need it. */
interface Shape {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape | false
  readonly prefixItems?: readonly Shape[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** The alternatives of a union, or the schema alone. */
export function shapesOf(schema: z.ZodType): readonly Shape[] {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape
  return shape.oneOf ?? shape.anyOf ?? [shape]
}

export function sample(random: SeededRandom, shape: Shape, hints: Hints = {}, field = ''): unknown {
  if (shape.const !== undefined) return shape.const
  if (shape.enum !== undefined) return random.pick(shape.enum)
  const others = shape.oneOf ?? shape.anyOf
  if (others !== undefined) return sample(random, random.pick(others), hints, field)
  if (shape.allOf !== undefined) {
    return sample(random, Object.assign({}, shape, { allOf: undefined }, ...shape.allOf) as Shape)
  }
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.properties ?? {})
          .filter(([name]) => shape.required?.includes(name) === true || random.chance(0.5))
          .map(([name, inner]) => [name, sample(random, inner, hints, name)]),
      )
    case 'array': {
      const fixed = (shape.prefixItems ?? []).map((inner) => sample(random, inner, hints, field))
      const most = Math.min(3, shape.maxItems ?? 3)
      const count = random.int(Math.min(shape.minItems ?? 0, most), most)
      const items = shape.items
      if (items === undefined || items === false) return fixed
      const more = Array.from({ length: count }, () => sample(random, items, hints, field))
      return [...fixed, ...more]
    }
    case 'string':
      return sampleText(random, shape, hints[field])
    case 'integer':
    case 'number': {
      const least = Math.max(shape.minimum ?? 0, -1_000_000)
      return random.int(least, Math.min(shape.maximum ?? Infinity, least + 100))
    }
    case 'boolean':
      return random.chance(0.5)
    case undefined:
    default:
      return null
  }
}

function sampleText(random: SeededRandom, shape: Shape, hinted: readonly string[] = []): string {
  if (hinted.length > 0 && random.chance(0.9)) return random.pick(hinted)
  const { pattern, minLength = 0, maxLength = 60 } = shape
  const words = `words${random.int(0, 999)}`.padEnd(minLength, 'x').slice(0, maxLength)
  if (pattern === undefined) return words
  const rule = new RegExp(pattern, 'u')
  const known = [random.uuid(), `${random.key().slice(0, 42)}A`, ...TOKENS, words]
  return known.find((text) => rule.test(text)) ?? words
}

/** One of each form that patterns of the wire ask for. */
const TOKENS = [
  'A'.repeat(86),
  'A'.repeat(22),
  'A'.repeat(43),
  '7K',
  '7KQ2M4XD',
  '7KQ2-M4XD',
  '10.0.0.1:47800',
  '2026-11-22T00:00:00Z',
]
