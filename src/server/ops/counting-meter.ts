import type { Meter, MeterName } from '../hub/ports.ts'

export interface CountingMeter extends Meter {
  get(name: MeterName): number
  /** Mean of what was observed since the last call, 0 without any. */
  takeMean(name: Parameters<Meter['observe']>[0]): number
}

export function countingMeter(): CountingMeter {
  const counts = new Map<MeterName, number>()
  const observed = new Map<string, { sum: number; count: number }>()
  return {
    count(name, by = 1) {
      counts.set(name, (counts.get(name) ?? 0) + by)
    },
    observe(name, value) {
      const known = observed.get(name)
      if (known === undefined) {
        observed.set(name, { sum: value, count: 1 })
      } else {
        known.sum += value
        known.count++
      }
    },
    get: (name) => counts.get(name) ?? 0,
    takeMean(name) {
      const { sum, count } = observed.get(name) ?? { sum: 0, count: 0 }
      observed.delete(name)
      return count === 0 ? 0 : sum / count
    },
  }
}
