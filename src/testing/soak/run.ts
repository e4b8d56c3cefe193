/** `npm run soak -- --seconds 600 --people 300 [--seed 1]`: the long form of soak.test.ts. Exit code 1 for any problem. */
import { parseArgs } from 'node:util'
import { faults, soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    people: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    // How long PostgreSQL or Redis are away at most.
    outage: { type: 'string', default: '60' },
  },
})
const startedAt = performance.now()
const end = startedAt + Number(values.seconds) * 1_000
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)
  process.stdout.write(`${seconds} s  ${line}\n`)
}

say(`seed ${values.seed}, ${values.people} people, three nodes`)
const result = await soak({
  people: Number(values.people),
  seed: Number(values.seed),
  outageMs: Number(values.outage) * 1_000,
  next: (random) => (performance.now() < end ? random.pick(faults) : undefined),
  say,
})
say(`${result.sent} messages through ${result.faults.length} faults, ${result.warnings} warnings`)
say(`everybody had everything ${result.settledAfter} ms after the last message`)
for (const problem of result.problems) say(`PROBLEM: ${problem}`)
say(result.problems.length === 0 ? 'every message once, in one order, with everybody' : 'FAILED')
process.exit(result.problems.length === 0 ? 0 : 1)
