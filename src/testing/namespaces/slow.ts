/**
 * `npm run test:slow [-- --seconds N]`: the partition of `npm test` at its real length, 60 s by default. Exit
 * code 1 when anything was lost, doubled, in another order or late (D13), 2 where there are no namespaces.
 */
import { parseArgs } from 'node:util'
import { partitionDrill, startDrill } from './drill.ts'
import { namespaceSupport } from './subnet.ts'

/** D13. */
const BACK_WITHIN_MS = 3_000

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } })
const seconds = Number(values.seconds)
const support = namespaceSupport()
if (!Number.isFinite(seconds) || seconds < 1) {
  process.stderr.write('--seconds takes a number, for example --seconds 60\n')
  process.exitCode = 2
} else if (support.kind === 'no') {
  process.stderr.write(`There is no network to part here: ${support.why}\n`)
  process.exitCode = 2
} else {
  process.stdout.write(`two subnets are parted for ${seconds} s while both sides write…\n`)
  const drill = await startDrill()
  try {
    const { wrong, healedMs } = await partitionDrill(drill, seconds * 1_000)
    for (const line of wrong) process.stdout.write(`  ${line}\n`)
    process.stdout.write(wrong.length === 0 ? 'nothing lost, nothing doubled, one order\n' : '')
    process.stdout.write(`all that waited was there ${Math.round(healedMs)} ms after the network\n`)
    process.exitCode = wrong.length === 0 && healedMs < BACK_WITHIN_MS ? 0 : 1
  } finally {
    await drill.dispose()
  }
}
