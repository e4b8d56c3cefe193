/**
 * `npm run soak -- --seconds 600 --people 300 [--seed 1] [--fault node-parted]`: the long form of soak.test.ts. First
 * everything that must be survived, or what --fault names of it, with full outages; then whatever comes up until the
 * time is over. Exit code 1 for any problem.
 */
import { parseArgs } from 'node:util'
import { launchSoak } from './launch.ts'
import type { SoakPlan } from './soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    people: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    // How long Redis is away; nodes are parted for half of it, PostgreSQL is away for a quarter.
    outage: { type: 'string', default: '60' },
    // Of what must be survived only these.
    fault: { type: 'string', multiple: true },
  },
})
const startedAt = performance.now()
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7)
  process.stdout.write(`${seconds} s  ${line}\n`)
}

const outageMs = Number(values.outage) * 1_000
const first: SoakPlan['first'] = [
  { fault: 'rolling-restart', outageMs: 0 },
  { fault: 'node-killed', outageMs: 0 },
  { fault: 'redis-killed', outageMs },
  { fault: 'postgres-killed', outageMs: outageMs / 4 },
  { fault: 'node-parted', outageMs: outageMs / 2 },
  { fault: 'node-parted-from-stores', outageMs: outageMs / 2 },
]
const unknown = values.fault?.find((name) => !first.some(({ fault }) => fault === name))
if (unknown !== undefined) {
  process.stderr.write(`--fault takes ${first.map(({ fault }) => fault).join(', ')}\n`)
  process.exit(2)
}
say(`seed ${values.seed}, ${values.people} people, three nodes`)
const result = await launchSoak(
  {
    people: Number(values.people),
    seed: Number(values.seed),
    first: first.filter(({ fault }) => values.fault?.includes(fault) ?? true),
    untilMs: Number(values.seconds) * 1_000,
    outageMs: outageMs / 4,
    check: 'each',
  },
  say,
)
say(`${result.sent} messages through ${result.faults.length} faults, ${result.warnings} warnings`)
say(`everybody had everything at most ${result.settledAfter} ms after the last message`)
for (const problem of result.problems) say(`PROBLEM: ${problem}`)
say(result.problems.length === 0 ? 'every message once, in one order, with everybody' : 'FAILED')
process.exit(result.problems.length === 0 ? 0 : 1)
