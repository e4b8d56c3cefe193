import type { Comparison, Row } from './figures/rows.ts'
import type { Conditions, Workload } from './workloads/workload.ts'

export interface Found {
  readonly rows: readonly Row[]
  readonly comparisons: readonly Comparison[]
  /** What was to be measured and was not, and why. */
  readonly missing: readonly string[]
}

export interface Surroundings {
  isInstalled(program: string): boolean
  /** What has been found so far: a run that is ended has it as well. */
  keep(found: Found): void
  /** Somebody ends the run. */
  isEnding(): boolean
}

/** One after the other; what one cannot do is its own loss, not that of the others. */
export async function runWorkloads(
  workloads: readonly Workload[],
  conditions: Omit<Conditions, 'miss'>,
  { isInstalled, keep, isEnding }: Surroundings,
): Promise<Found> {
  const rows: Row[] = []
  const comparisons: Comparison[] = []
  const missing: string[] = []
  for (const [index, { name, needs = [], run }] of workloads.entries()) {
    if (isEnding()) break
    conditions.say(name)
    const miss = (why: string): void => {
      missing.push(`${name}: ${why}`)
      conditions.say(`  NOT MEASURED: ${why}`)
    }
    const absent = needs.filter((program) => !isInstalled(program))
    if (absent.length > 0) {
      miss(`${absent.join(', ')} is not installed`)
    } else {
      try {
        const found = await run({ ...conditions, miss })
        rows.push(...found.rows)
        comparisons.push(...found.comparisons)
      } catch (fault) {
        miss(fault instanceof Error ? fault.message : String(fault))
      }
    }
    // What failed then failed because its servers were ended.
    if (isEnding()) break
    const later = workloads.slice(index + 1)
    keep({
      ...{ rows, comparisons },
      missing: [...missing, ...later.map((one) => `${one.name}: the run did not get there`)],
    })
  }
  return { rows, comparisons, missing }
}
