import type { Row } from './tables.ts'

/** The data cannot be taken; the words are for the person at the terminal. */
export class TransferFault extends Error {}

/** A place for a whole session. */
export interface SessionTarget {
  /** Takes all rows or none. `read` may be asked again from the beginning. */
  take(read: () => AsyncIterable<Row> | Iterable<Row>): Promise<void>
}
