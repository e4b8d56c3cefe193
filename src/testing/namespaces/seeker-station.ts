/**
 * The computer of somebody who has a code and no link: looks for the host and pairs with the
 * real network of the namespace it runs in. Reads commands and writes outcomes, both as lines of JSON.
 */
import { createInterface } from 'node:readline'
import { findHostAndPair } from '../../pairing/find-and-pair.ts'
import type { PairingOutcome } from '../../pairing/outcome.ts'
import { pairWithCode } from '../../pairing/pair.ts'
import { createInvite } from '../../protocol/invite.ts'

export type SeekerCommand =
  /** Asks the computers of its own networks. */
  | { readonly kind: 'find'; readonly code: string }
  | { readonly kind: 'at'; readonly host: string; readonly port: number; readonly code: string }

/** `invite`: the link it got, or null; `why` it did not. */
export interface SeekerLine {
  readonly invite: string | null
  readonly why: string
}

const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

function outcome(command: SeekerCommand): Promise<PairingOutcome> {
  if (command.kind === 'find') return findHostAndPair({ code: command.code, announced: [] })
  const { host, port, code } = command
  return pairWithCode({ host, port, code })
}

createInterface({ input: process.stdin }).on('line', (line) => {
  void outcome(JSON.parse(line) as SeekerCommand).then((made) => {
    const got: SeekerLine =
      made.kind === 'paired'
        ? { invite: createInvite(made.invite), why: '' }
        : { invite: null, why: made.why }
    tell(got)
  })
})
process.stdin.on('end', () => process.exit(0))
tell({ ready: true })
