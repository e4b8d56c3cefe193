/** A process of its own for one database: looking through a large file blocks, and must be stoppable. */
import { lookAtDatabase } from './hosting/look-at-database.ts'

const file = process.argv.at(-1) ?? ''
process.stdout.write(`${JSON.stringify(lookAtDatabase(file))}\n`)
