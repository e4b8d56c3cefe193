/** What was asked for goes to `out`; everything else is said beside it. */
export interface Output {
  out(line: string): void
  say(line: string): void
}

/** The command cannot be carried out as it was given; the words say what to change. */
export class CommandFault extends Error {}
