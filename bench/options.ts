import { parseArgs } from 'node:util'

export type Options =
  | {
      readonly kind: 'options'
      readonly quick: boolean
      /** Also the figures of a quick run go into RESULTS.md. */
      readonly keep: boolean
      /** Workloads by the beginnings of their names; all when left out. */
      readonly only: readonly string[] | undefined
      readonly repetitions: number | undefined
    }
  | { readonly kind: 'refused'; readonly why: string }

export function readOptions(args: readonly string[], names: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        repetitions: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    })
    const { quick, keep, only, repetitions } = values
    const unknown = only?.find((one) => !names.some((name) => name.startsWith(one)))
    if (unknown !== undefined) return refused(`--only takes ${names.join(', ')}, not ${unknown}`)
    if (repetitions !== undefined && !/^[1-9]\d?$/.test(repetitions)) {
      return refused(`--repetitions takes a number from 1 to 99, not ${repetitions}`)
    }
    const times = repetitions === undefined ? undefined : Number(repetitions)
    return { kind: 'options', quick, keep, only, repetitions: times }
  } catch (fault) {
    return refused(fault instanceof Error ? fault.message : String(fault))
  }
}

const refused = (why: string): Options => ({ kind: 'refused', why })
