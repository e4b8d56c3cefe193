/** The soak in a network namespace of its own. Arguments: the namespace's name, the plan as JSON. */
import { soak, type SoakPlan, type SoakResult } from './soak.ts'

export type StationLine = { readonly say: string } | { readonly result: SoakResult }

const [, , ward, plan] = process.argv
if (ward === undefined || plan === undefined) throw new Error('usage: station <namespace> <plan>')
const tell = (line: StationLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

// Who started it is gone: servers and nodes end with this process.
process.stdin.on('end', () => process.exit(1)).resume()
const result = await soak(JSON.parse(plan) as SoakPlan, ward, (line) => tell({ say: line }))
process.stdout.write(`${JSON.stringify({ result } satisfies StationLine)}\n`, () => process.exit(0))
