import { failed, ok, skipped, warning } from '../report.ts'
import type { Finding } from '../report.ts'
import { sizeWords } from '../computer/disk.ts'
import type { DatabaseAnswer } from './database-answer.ts'

/** A log that is never folded back in means that something keeps an old state open, or the disk is full. */
const LARGE_WAL = 256 * 1_048_576

/** For a look that did not end in time. */
export const DATABASE_LATE: Finding = warning(
  'The database is too large to be looked through within 5 seconds; it could be opened.',
  'Nothing needs to be done unless messages are missing; then run the doctor when the computer is less busy.',
)

/** `serving`: this computer hosts the session right now, so that its server owns the file. */
export function checkDatabase(answer: DatabaseAnswer, serving: boolean): Finding {
  switch (answer.kind) {
    case 'missing':
      return skipped('There is no database yet; it is made at the first start.')
    case 'in-use':
      return serving
        ? ok('The server that runs has the database open and would have stopped at damage.')
        : warning(
            'Another program has the database open.',
            'Quit other copies of Landline that use the same data folder.',
          )
    case 'damaged':
      return failed(
        'The database is damaged.',
        'Quit Landline, keep a copy of its data folder, and put back the last good copy of this file; on members’ devices, leaving the session and joining again fetches everything anew.',
      )
    case 'unreadable':
      return failed(
        `The database cannot be opened (${answer.code}).`,
        'See that the folder of Landline’s data belongs to you and that the disk is not full.',
      )
    case 'whole': {
      const size = `${sizeWords(answer.bytes)}, ${sizeWords(answer.walBytes)} in its log`
      if (!answer.writable) {
        return failed(
          `The database is whole (${size}) but cannot be written.`,
          'See that the file and its folder belong to you and that the disk is not full or write-protected.',
        )
      }
      if (answer.journal !== 'wal') {
        return warning(
          `The database is whole (${size}) but keeps no write-ahead log (${answer.journal}).`,
          'Move the data folder to a disk of this computer: network disks cannot keep such a log.',
        )
      }
      if (answer.walBytes > LARGE_WAL) {
        return warning(
          `The database is whole, but its log is large (${size}).`,
          'Quit Landline and start it again, so that the log is folded into the database.',
        )
      }
      return ok(`The database is whole and can be written (${size}).`)
    }
  }
}
