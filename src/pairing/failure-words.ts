import type { PairingFailure, PairingFailureKind } from './outcome.ts'
import type { ProbeProblem } from './probe-subnets.ts'

/** One sentence or two for a person: what happened, and what to do. */
const WORDS: Readonly<Record<PairingFailureKind, string>> = {
  'not-a-code': 'A code has 8 letters and digits, such as 7KQ2-M4XD. Look at it again.',
  'wrong-code':
    'The code is not right. Compare it with the one on the host’s screen. If it is the same there, somebody may be in between: use the invite link instead.',
  'wrong-passphrase':
    'The passphrase is not right. Mind capital letters. If you are sure of it, somebody may be posing as the host: ask for an invite link.',
  'no-code': 'This host has no such code now. Codes change: ask for the one that is shown now.',
  'no-passphrase': 'This session has no passphrase. Ask the host for a code or an invite link.',
  'too-many-tries': 'There were too many wrong tries. Wait a little and try again.',
  busy: 'The host is letting others in at this moment. Try again in a few seconds.',
  locked: 'The host lets nobody new in now. Ask the host to unlock the session.',
  unavailable: 'The host cannot answer right now. Try again in a moment.',
  unreachable:
    'Nobody answers at this address. Check that the host is running, that both computers are on the same network, and that no firewall or VPN is in the way.',
  'not-a-host':
    'Something answers at this address, but it is no Landline session. Check the address and the port.',
  'other-key':
    'Whoever answers has another key than the one that was announced. Do not go on; ask the host for an invite link.',
  'other-session': 'Another session is hosted at this address now. Look for yours in the list.',
  timeout: 'The host did not answer in time. Try again, nearer to the access point if you can.',
  aborted: 'Joining was stopped.',
  'not-found':
    'No session with this code was found on this network. Use the invite link, or type the host’s address.',
}

const SEARCH_WORDS: Readonly<Record<ProbeProblem, string>> = {
  'no-network':
    'This computer is on no local network. Connect it to the same Wi-Fi or cable network as the host.',
  blocked:
    'This computer does not let Landline look at the network. Allow it in the firewall, or under “Local network” in the privacy settings.',
  'nothing-answered':
    'No other computer answered on this network. Guest networks often keep computers apart: use another network, or the host’s address with the code.',
  'no-host':
    'Other computers answered, but none of them hosts a session here. Check that hosting is on and that the host’s firewall lets Landline through.',
  'other-code':
    'There are sessions on this network, but none has made this code. Compare it with the one on the host’s screen.',
}

export function pairingFailureWords(
  failure: Pick<PairingFailure, 'why' | 'retryAfterMs'> & {
    readonly report?: { readonly problem: ProbeProblem | null } | null
  },
): string {
  const problem = failure.report?.problem ?? null
  if (failure.why === 'not-found' && problem !== null) return SEARCH_WORDS[problem]
  const { retryAfterMs } = failure
  if (failure.why === 'too-many-tries' && retryAfterMs !== undefined && retryAfterMs > 1_000) {
    return `There were too many wrong tries. Try again in ${spanWords(retryAfterMs)}.`
  }
  return WORDS[failure.why]
}

function spanWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  if (seconds < 90) return `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
