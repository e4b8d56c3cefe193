/**
 * `npm run fuzz -- [--seconds N] [--seed N] [--cases N] [--door NAME]`: attacks every door of a real server, and
 * everything that reads what strangers wrote, in turn. What goes wrong is printed with the line that repeats it;
 * an input that a parser fell over belongs in `regressions.ts`. Exit code 1 when anything went wrong.
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { seededRandom } from '../seeded-random.ts'
import type { Door } from './door.ts'
import { doors } from './doors.ts'
import { judgeInput } from './judge.ts'
import { type Parser, parsers } from './parsers.ts'
import { siege } from './siege.ts'

/** Of one server; a new one after that shows what the last one kept. */
const CASES_A_SERVER = 500
const CASES_A_PARSER = 500
/** What may stay in memory after any number of servers have come and gone. */
const MOST_GROWTH_BYTES = 67_108_864

/** Enough to go on with. */
const MOST_FAILURES = 20

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    cases: { type: 'string' },
    door: { type: 'string' },
  },
})
// Whoever read it is gone: without this, the complaint about it would be complained about.
process.stdout.on('error', () => process.exit(1))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const seconds = Number(values.seconds)
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000_000)
const most = Number(values.cases ?? Infinity)
const names = [...doors, ...parsers].map(({ name }) => name)
const wanted = values.door === undefined ? names : names.filter((name) => name === values.door)
if (!(seconds > 0) || !Number.isSafeInteger(firstSeed) || !(most > 0) || wanted.length === 0) {
  process.stderr.write(
    `--seconds, --seed and --cases take numbers, --door one of ${names.join(', ')}\n`,
  )
  process.exit(2)
}

// Odd YAML brings warnings by the hundred, which would bury what matters.
process.removeAllListeners('warning')
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const endAt = performance.now() + seconds * 1_000
const isTime = (): boolean => performance.now() < endAt
const repeat = (name: string, seed: number, cases = 1): string =>
  `repeat with: npm run fuzz -- --door ${name} --seed ${seed} --cases ${cases}`
/** What fell once is left alone, so that the time goes to the others. */
const fallen = new Set<string>()
const isWanted = (name: string): boolean => wanted.includes(name) && !fallen.has(name) && isTime()
const counts = new Map<string, number>()
let failures = 0
let heapAtFirst: number | null = null

// Nothing that comes from outside may throw where nobody catches: a server would be gone.
let now = 'start'
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (fault: unknown) => {
    failures++
    if (failures > MOST_FAILURES) process.exit(1)
    say(
      `✖ ${now}: ${event}: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`,
    )
  })
}

async function attackDoor(door: Door, seed: number): Promise<void> {
  const target = Math.min(most, CASES_A_SERVER)
  const before = failures
  const { cases, wrongs } = await siege(door, seed, (count) => {
    now = repeat(door.name, seed, count + 1)
    return count < target && failures === before && (most < Infinity || isTime())
  })
  counts.set(door.name, (counts.get(door.name) ?? 0) + cases)
  if (failures > before || wrongs.length > 0) fallen.add(door.name)
  for (const { seed: at, wrong } of wrongs) {
    failures++
    say(`✖ ${door.name}, seed ${at}: ${wrong}\n  ${repeat(door.name, seed, cases)}`)
  }
}

function attackParser(parser: Parser, from: number): void {
  const target = Math.min(most, CASES_A_PARSER)
  for (let index = 0; index < target && (most < Infinity || isTime()); index++) {
    const seed = from + index
    now = repeat(parser.name, seed)
    const input = parser.make(seededRandom(seed))
    counts.set(parser.name, (counts.get(parser.name) ?? 0) + 1)
    for (const wrong of judgeInput(parser, input)) {
      failures++
      const text =
        typeof input === 'string' ? JSON.stringify(input) : Buffer.from(input).toString('hex')
      say(`✖ ${parser.name}, seed ${seed}: ${wrong}\n  ${text.slice(0, 2_000)}\n  ${now}`)
    }
  }
}

function checkMemory(): void {
  collectGarbage()
  const { heapUsed } = process.memoryUsage()
  heapAtFirst ??= heapUsed
  if (heapUsed - heapAtFirst < MOST_GROWTH_BYTES) return
  failures++
  say(`✖ memory grew from ${heapAtFirst} to ${heapUsed} bytes`)
  heapAtFirst = heapUsed
}

say(`from seed ${firstSeed} on`)
for (let seed = firstSeed; failures < MOST_FAILURES && wanted.some(isWanted);) {
  for (const door of doors) if (isWanted(door.name)) await attackDoor(door, seed)
  for (const parser of parsers) if (isWanted(parser.name)) attackParser(parser, seed)
  checkMemory()
  if (most < Infinity) break
  seed += CASES_A_SERVER
}
for (const [name, count] of counts) say(`${name}: ${count} cases`)
say(failures === 0 ? 'everything held' : `${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
