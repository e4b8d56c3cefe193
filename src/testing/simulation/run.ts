/**
 * `npm run simulate -- [--from N] [--seeds N]`: many lives of a session, one after the other. A failing seed
 * prints the line that repeats it. Exit code 1 when any promise was broken.
 */
import { parseArgs } from 'node:util'
import { simulate } from './simulation.ts'

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '3000' },
    steps: { type: 'boolean', default: false },
  },
})
const from = Number(values.from)
const count = Number(values.seeds)
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('--from and --seeds take whole numbers, for example --from 1 --seeds 3000\n')
  process.exit(2)
}

let failed = 0
let messages = 0
for (let seed = from; seed < from + count; seed++) {
  const result = await simulate(seed)
  messages += result.messages
  if (values.steps) process.stdout.write(`${result.steps.join('\n')}\n`)
  if (result.violations.length > 0) {
    failed++
    process.stdout.write(
      `seed ${seed} broke its promises; repeat with: npm run simulate -- --from ${seed} --seeds 1 --steps\n`,
    )
    for (const violation of result.violations) process.stdout.write(`  ${violation}\n`)
  } else if ((seed - from + 1) % 100 === 0) {
    process.stdout.write(`${seed - from + 1} of ${count} seeds\n`)
  }
}
process.stdout.write(`${count - failed} seeds held, ${failed} broke, ${messages} messages\n`)
process.exit(failed === 0 ? 0 : 1)
