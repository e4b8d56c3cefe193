/** What was asked for goes to `out`; everything else is said beside it. */
export interface Output {
  out(line: string): void
  say(line: string): void
}

/** The command cannot be carried out as it was given; the words say what to change. */
export class CommandFault extends Error {}

/** It was understood, and something outside did not let it be done; the words are for the person at the terminal. */
export class CommandFailure extends Error {}

export function wordsOf(fault: unknown): string {
  const faults: unknown[] = fault instanceof AggregateError ? fault.errors : [fault]
  return faults.map((each) => (each instanceof Error ? each.message : String(each))).join('; ')
}
