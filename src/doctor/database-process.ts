/** A process of its own for one database: looking through a large file blocks, and must be stoppable. */
import { lookAtDatabase } from './hosting/look-at-database.ts'

const answer = `${JSON.stringify(lookAtDatabase(process.argv.at(-1) ?? ''))}\n`
// Started by the app as a utility process, or by plain Node, which has no such port.
const { parentPort } = process as unknown as {
  parentPort?: { postMessage(message: unknown): void } | null
}
if (parentPort === undefined || parentPort === null) process.stdout.write(answer)
else parentPort.postMessage(answer)
