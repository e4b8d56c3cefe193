/**
 * `npm run soak -- [--people 300] [--seed 1] [--fault node-parted] [--seconds 3600]`: the long form of soak.test.ts.
 * Everything that must be survived, or what --fault names of it, with full outages, however long that takes; then, if
 * so many seconds are not over yet, whatever comes up until they are. Exit code 1 for any problem.
 */
import { parseArgs } from 'node:util'
import { launchSoak } from './launch.ts'
import type { Planned } from './soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '0' },
    people: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    // How long Redis is away; nodes are parted for half of it, and what hangs and PostgreSQL are away for a quarter.
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
const first: readonly Planned[] = [
  { fault: 'rolling-restart', outageMs: 0 },
  { fault: 'node-restarted', outageMs: 0 },
  { fault: 'node-killed', outageMs: 0 },
  { fault: 'redis-killed', outageMs },
  { fault: 'redis-hung', outageMs: outageMs / 4 },
  { fault: 'redis-flushed', outageMs: 0 },
  { fault: 'postgres-killed', outageMs: outageMs / 4 },
  { fault: 'postgres-hung', outageMs: outageMs / 4 },
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
  },
  say,
)
for (const { fault, lasted, sent, settledAfter, problems } of result.rounds) {
  const words = problems.length === 0 ? 'all of it with everybody' : 'FAILED'
  say(`${fault}: ${lasted} ms, ${sent} messages, settled after ${settledAfter} ms, ${words}`)
}
say(`${result.sent} messages through ${result.rounds.length} faults, ${result.warnings} warnings`)
for (const problem of result.problems) say(`PROBLEM: ${problem}`)
say(result.problems.length === 0 ? 'every message once, in one order, with everybody' : 'FAILED')
process.exit(result.problems.length === 0 ? 0 : 1)
