import { CloseCode, type ErrorCode } from '../../protocol/errors.ts'
import type { RefusalReason } from '../views.ts'
import type { WaitingReason } from './phases.ts'

/** What a failed handshake or a closed connection means for what to do next. */
export type Verdict =
  | { readonly kind: 'wait'; readonly reason: WaitingReason }
  /** Come back without waiting, unless it happens again and again. */
  | { readonly kind: 'at-once'; readonly reason: WaitingReason }
  | { readonly kind: 'refuse'; readonly reason: RefusalReason }

const wait = (reason: WaitingReason): Verdict => ({ kind: 'wait', reason })
const refuse = (reason: RefusalReason): Verdict => ({ kind: 'refuse', reason })

/** The only place that says which refusals of the handshake are final. */
export function verdictOfRejection(code: ErrorCode): Verdict {
  switch (code) {
    case 'token-needed':
      return refuse('token-needed')
    case 'token-expired':
      return refuse('token-ended')
    case 'unsupported-version':
    case 'unauthorized':
    case 'bad-proof':
    case 'identity-taken':
    case 'name-taken':
    case 'invite-expired':
    case 'invite-used-up':
    case 'invite-revoked':
    case 'session-locked':
    case 'declined':
    case 'removed':
    case 'banned':
    case 'other-session':
      return refuse(code)
    case 'session-full':
    case 'too-many':
    case 'rate-limited':
    case 'unavailable':
      return wait(code)
    case 'malformed':
    case 'unknown-type':
    case 'unexpected':
    case 'too-large':
      return wait('not-understood')
    case 'no-such-room':
    case 'not-a-member':
    case 'no-such-message':
    case 'not-the-author':
    case 'no-such-member':
    case 'message-deleted':
    case 'id-taken':
    case 'not-allowed':
    case 'read-only':
    case 'no-such-invite':
    case 'no-such-device':
      // Never said of a handshake; a server that does so is not believed to mean it for good.
      return wait('not-understood')
  }
}

/** The only place that says what a close code means. Unknown ones are a lost connection. */
export function verdictOfClose(code: number): Verdict {
  switch (code as CloseCode) {
    case CloseCode.normal:
      return wait('lost')
    case CloseCode.tooLarge:
    case CloseCode.malformed:
      return wait('not-understood')
    case CloseCode.serviceRestart:
      return wait('restarting')
    case CloseCode.tryAgainLater:
      return wait('session-full')
    case CloseCode.unauthorized:
      return refuse('unauthorized')
    case CloseCode.banned:
      return refuse('banned')
    case CloseCode.unsupportedVersion:
      return refuse('unsupported-version')
    case CloseCode.slowConsumer:
      return { kind: 'at-once', reason: 'too-slow' }
    case CloseCode.superseded:
      // In the end: `superseded.ts` comes back first.
      return refuse('superseded')
    case CloseCode.handshakeTimeout:
    case CloseCode.heartbeatTimeout:
      return wait('lost')
    case CloseCode.rateLimited:
      return wait('rate-limited')
    default:
      return wait('lost')
  }
}
