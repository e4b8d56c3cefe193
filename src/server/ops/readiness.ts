import type { Health } from '../hub/health.ts'
import { roomIdSchema } from '../../protocol/ids.ts'
import { inTime } from '../hub/in-time.ts'
import type { Clock, FanOut, Store } from '../hub/ports.ts'

/** Something the node cannot serve without. */
export interface Dependency {
  readonly name: string
  check(): Health | Promise<Health>
}

export type Verdict =
  | {
      readonly kind: 'judged'
      readonly ready: boolean
      /** Of each part, excluded ones too. */
      readonly checks: ReadonlyMap<string, Health>
    }
  /** Something that is no check was to be left out. A typing error would leave in what was meant. */
  | { readonly kind: 'unknown-check'; readonly known: readonly string[] }

/** A part that does not answer in this time is taken for gone. */
const PATIENCE_MS = 2_000
const SERVING = 'serving'

/** Draining makes the node not ready first, so that nobody new is sent to it (D16). `excluded`: parts that have no say. */
export function verdictOf(
  parts: ReadonlyMap<string, Health>,
  isDraining: boolean,
  excluded: readonly string[],
): Verdict {
  const checks = new Map<string, Health>([
    [SERVING, isDraining ? { ok: false, reason: 'draining' } : { ok: true }],
    ...parts,
  ])
  if (excluded.some((name) => !checks.has(name)))
    return { kind: 'unknown-check', known: [...checks.keys()] }
  const ready = [...checks].every(([name, { ok }]) => ok || excluded.includes(name))
  return { kind: 'judged', ready, checks }
}

/** Asks all parts at once. */
export async function healthOf(
  dependencies: readonly Dependency[],
  clock: Pick<Clock, 'after'>,
): Promise<ReadonlyMap<string, Health>> {
  return new Map(
    await Promise.all(
      dependencies.map(async ({ name, check }) => [name, await within(check, clock)] as const),
    ),
  )
}

async function within(check: Dependency['check'], clock: Pick<Clock, 'after'>): Promise<Health> {
  try {
    const health = await inTime(Promise.resolve(check()), PATIENCE_MS, clock)
    return health === 'late' ? { ok: false, reason: 'no answer' } : health
  } catch (fault) {
    return { ok: false, reason: fault instanceof Error ? fault.message : String(fault) }
  }
}

/**
 * Reading is tried each time: an adapter that only remembers its last answer would never be well again on a node
 * that is sent nothing. Why it failed, the adapter knows best.
 */
export function dependenciesOf(
  store: Store & WithHealth,
  fanOut: FanOut & WithHealth,
): Dependency[] {
  return [
    {
      name: 'store',
      async check() {
        try {
          await store.reads(NO_ROOM)
          return { ok: true }
        } catch (fault) {
          const known = await store.health?.()
          if (known?.ok === false) return known
          throw fault
        }
      },
    },
    { name: 'fanOut', check: () => fanOut.health?.() ?? { ok: true } },
  ]
}

interface WithHealth {
  health?(): Health | Promise<Health>
}

const NO_ROOM = roomIdSchema.parse('00000000-0000-0000-0000-000000000000')
