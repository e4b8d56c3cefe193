import { CommandFailure } from '../output.ts'
import type { Row } from './tables.ts'

/** The data cannot be taken. */
export class TransferFault extends CommandFailure {}

/** A place for a whole session. */
export interface SessionTarget {
  /** Takes all rows or none. `read` may be asked again from the beginning. */
  take(read: () => AsyncIterable<Row> | Iterable<Row>): Promise<void>
}
