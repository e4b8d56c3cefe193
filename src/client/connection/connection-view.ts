import type { ConnectionView, RefusalReason } from '../views.ts'
import type { Phase, WaitingReason } from './phases.ts'

/** The phase as windows see it (D14). `wallOffset` turns monotonic into wall-clock milliseconds. */
export function connectionView(phase: Phase, wallOffset: number): ConnectionView {
  switch (phase.state) {
    case 'offline':
      return { state: 'offline' }
    case 'signing-in':
      return { state: 'authenticating' }
    case 'connecting':
      return { state: 'connecting', attempt: phase.attempt }
    case 'authenticating':
      return { state: 'authenticating' }
    case 'awaiting-approval':
      return { state: 'awaiting-approval' }
    case 'catching-up':
      return { state: 'catching-up', received: phase.received, total: phase.total }
    case 'online': {
      const endsAt = personIsNeededBy(phase)
      return {
        state: 'online',
        ...(endsAt === null ? {} : { signInEndsAt: Math.round(endsAt + wallOffset) }),
      }
    }
    case 'waiting':
      return {
        state: 'waiting',
        reason: WAITING_WORDS[phase.reason],
        ...(phase.reason === 'stopped' ? { stopped: true } : {}),
        ...(PLAIN.includes(phase.reason) ? {} : { telling: true }),
        attempt: phase.attempt,
        retryAt: Math.round(phase.retryAt + wallOffset),
      }
    case 'refused':
      return {
        state: 'refused',
        reason: phase.reason,
        message:
          phase.owner === undefined ? REFUSAL_WORDS[phase.reason] : ownersWords(phase.owner.name),
        ...(phase.owner === undefined ? {} : { owner: phase.owner }),
      }
  }
}

/** When the token of a live session ends (monotonic) and no other one is to be had without a person; null otherwise. */
export function personIsNeededBy(phase: Phase): number | null {
  return phase.state === 'online' && phase.link.stay?.kind === 'unanswered'
    ? phase.link.stay.endsAt
    : null
}

/** What «offline» says already, and what is said by `stopped`. */
const PLAIN: readonly WaitingReason[] = ['unreachable', 'lost', 'restarting', 'stopped']

const WAITING_WORDS: Readonly<Record<WaitingReason, string>> = {
  unreachable: 'The host cannot be reached.',
  lost: 'The connection was lost.',
  restarting: 'The host is restarting.',
  stopped: 'The host stopped this session.',
  'session-full': 'The session has no room for another connection.',
  'too-many':
    'The host takes no more just now: too many people wait to be let in, or you have too many devices in this session.',
  'too-slow': 'The connection was too slow.',
  'rate-limited': 'The host asked to slow down.',
  unavailable: 'The host cannot let anyone in right now.',
  'not-understood': 'The host and this app did not understand each other.',
  'not-stored': 'This computer could not store what arrived. Is its disk full?',
  stranger: 'Somebody else answers at one of the host’s addresses, and nobody at the others.',
}

const ownersWords = (name: string): string => `This token belongs to ${name}. Give one of your own.`

const REFUSAL_WORDS: Readonly<Record<RefusalReason, string>> = {
  unauthorized: 'The host does not accept this invite. Ask for a new one.',
  'token-needed': 'This session asks for an access token.',
  'token-ended': 'The access token has ended. Give a new one.',
  'token-refused': 'The server did not accept the access token. Give another one.',
  'token-of-another': 'The access token belongs to somebody else. Give one of your own.',
  'unsupported-version': 'The host runs a version of Landline that this one cannot talk to.',
  'bad-proof':
    'The host did not take this device’s proof of who it is. Ask for a new invite; if that does not help, join again.',
  'name-taken':
    'Somebody in this session has your name already, or one that looks the same. Choose another name.',
  'invite-expired': 'This invite is no longer good: its time is over. Ask for a new one.',
  'invite-used-up': 'This invite has been used as often as it may be. Ask for a new one.',
  'invite-revoked': 'The host has taken this invite back. Ask for a new one.',
  'session-locked': 'The host lets nobody new in at the moment. Try again later.',
  declined: 'The host did not let you in.',
  removed: 'The host has taken you out of this session. To come back, ask for a new invite.',
  'identity-taken':
    'The host knows this member or device by another key. Join again with the invite.',
  banned: 'The host has banned you from this session.',
  'other-session': 'Another session is hosted at this address now. Ask for a new invite.',
  superseded: 'Landline connected to this session from another running copy.',
  'other-key':
    'Somebody with another key answers at this address, so nothing was sent. If the host made a new session, ask for a new invite. If not, someone may be posing as the host.',
  'untrusted-certificate':
    'No authority this computer trusts vouches for the certificate of this server, so nothing was sent. Ask whoever runs it.',
  unencrypted:
    'This session is not encrypted, and its host is on another computer, so nothing was sent. Ask the host for a new invite.',
}
