/** Damages a JSON value in its structure: the frame stays readable and reaches what checks the meaning. */
import type { SeededRandom } from '../seeded-random.ts'
import { mangleText, STRINGS } from './mangle.ts'

/** Values that are of another type, or at an edge. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  1e308,
  -1e-7,
  [],
  {},
  [[]],
  [null],
  { __proto__: null },
]

/** Reads as a JSON text only; `JSON.stringify` would never write it. */
const ODD_TEXTS = [
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{}}}',
  '1e999',
  '-0',
  '"\\ud800"',
  '{"type":1,"type":2}',
  ' \n\t',
  '[1,]',
  'NaN',
]

/** A JSON text near `seed`. `others` are valid values to borrow parts from. */
export function mangleJson(
  random: SeededRandom,
  seed: unknown,
  others: readonly unknown[] = [],
): string {
  let value: unknown = structuredClone(seed)
  for (let times = random.int(1, 3); times > 0; times--) value = change(random, value, others)
  const text = JSON.stringify(value) ?? 'null'
  if (random.chance(0.1)) return mangleText(random, text)
  if (random.chance(0.03)) return text.replace(/"[^"]*"|\d+/, () => random.pick(ODD_TEXTS))
  if (random.chance(0.01)) {
    return '[{"a":'.repeat(random.int(1, 4_000)) + text
  }
  return text
}

/** The value itself, or one somewhere in it, changed. */
function change(random: SeededRandom, value: unknown, others: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.08)) {
    return replacement(random, value, others)
  }
  if (Array.isArray(value)) {
    const list = value as unknown[]
    const index = random.int(0, Math.max(0, list.length - 1))
    const changes: (() => unknown[])[] = [
      () => list.with(index, change(random, list[index], others)),
      () => list.toSpliced(index, 1),
      () => [...list, ...list],
      () => Array<unknown>(random.pick([2, 17, 600])).fill(list[index] ?? null),
      () => [...list, replacement(random, list[index], others)],
    ]
    return list.length === 0 ? [replacement(random, null, others)] : random.pick(changes)()
  }
  const record: Record<string, unknown> = { ...value }
  const keys = Object.keys(record)
  const [key] = keys.length === 0 ? ['x'] : [random.pick(keys)]
  const changes: (() => Record<string, unknown>)[] = [
    () => ({ ...record, [key]: change(random, record[key], others) }),
    () => ({ ...record, [key]: change(random, record[key], others) }),
    () => Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)),
    () => ({ ...record, [random.pick(STRINGS)]: record[key] }),
    () => ({ ...record, ...borrowed(random, others) }),
  ]
  return random.pick(changes)()
}

function replacement(random: SeededRandom, value: unknown, others: readonly unknown[]): unknown {
  if (typeof value === 'string' && random.chance(0.5)) return mangleText(random, value)
  if (typeof value === 'number' && random.chance(0.5)) return value + random.pick([-1, 1, 0.5, 2e9])
  if (random.chance(0.2)) return borrowed(random, others)
  return random.chance(0.5) ? random.pick(STRINGS) : random.pick(VALUES)
}

function borrowed(random: SeededRandom, others: readonly unknown[]): Record<string, unknown> {
  const other = others.length === 0 ? null : random.pick(others)
  return typeof other === 'object' && other !== null ? { ...other } : { x: other }
}
