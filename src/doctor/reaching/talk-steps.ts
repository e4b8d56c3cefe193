import type { ConnectionView, RefusalReason } from '../../client/views.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'
import { checkSkew } from '../computer/clock.ts'
import { failed, ok, skipped, warning } from '../report.ts'
import type { Finding } from '../report.ts'
import type { ReachPorts, ReachState } from './reach-state.ts'

/** From the right host to the session: do they understand each other, and is one let in? */

const NOT_LANDLINE = 'Check the address and port: they seem to belong to another program.'

export async function httpStep(
  state: ReachState,
  { dial, now }: ReachPorts,
  signal: AbortSignal,
): Promise<Finding> {
  if (state.reached === null) return skipped('There is no connection.')
  const answer = await dial.fetchPath(state.reached, state.trust, '/health', signal)
  if (answer.kind === 'refused') {
    return failed(
      `The host does not answer (${answer.code}).`,
      'Ask the host to stop hosting and to host again, or restart the server.',
    )
  }
  if (answer.date !== null) state.times = { theirs: answer.date, ours: now() }
  if (answer.status === 503) {
    return warning(
      'The host is shutting down or not ready.',
      'Wait a moment and run the doctor again.',
    )
  }
  // An operator may have it answer elsewhere, or not at all.
  if (answer.status === 404 && answer.body.includes('There is nothing here.')) {
    return ok('The host answers, and does not tell its health here.')
  }
  if (answer.status !== 200 || !answer.body.includes('"status"')) {
    return failed(`What answers there is no Landline server (HTTP ${answer.status}).`, NOT_LANDLINE)
  }
  return ok('The host answers that it is well.')
}

export function skewStep({ times }: ReachState): Finding {
  return times === null
    ? skipped('The host did not say what time it is.')
    : checkSkew(times.ours, times.theirs)
}

export async function webSocketStep(
  state: ReachState & { greeting: Awaited<ReturnType<ReachPorts['dial']['greet']>> | null },
  { dial }: ReachPorts,
  signal: AbortSignal,
): Promise<Finding> {
  if (state.reached === null) return skipped('There is no connection.')
  const greeting = await dial.greet(state.reached, state.trust, signal)
  state.greeting = greeting
  switch (greeting.kind) {
    case 'spoken':
    case 'no-version':
      return ok('The host takes members’ connections.')
    case 'no-upgrade':
      return failed(
        `The host refuses members’ connections (HTTP ${greeting.status}).`,
        greeting.status === 503 || greeting.status === 429
          ? 'The session is full or asks for patience: wait a minute and run the doctor again.'
          : 'If a proxy stands before the server, let it pass WebSocket upgrades of /ws on.',
      )
    case 'strange':
      return failed(`The host does not speak as Landline does: ${greeting.detail}.`, NOT_LANDLINE)
    case 'refused':
      return failed(
        `The host hung up (${greeting.code}).`,
        'Ask the host to stop hosting and to host again, or restart the server.',
      )
  }
}

export function versionStep(state: {
  readonly greeting: Awaited<ReturnType<ReachPorts['dial']['greet']>> | null
}): Finding {
  const { greeting } = state
  if (greeting?.kind === 'no-version') {
    const theirs = greeting.theirs.length === 0 ? 'others' : greeting.theirs.join(', ')
    const newer = greeting.theirs.some((version) => version > PROTOCOL_VERSION)
    return failed(
      `The host speaks protocol ${theirs}; this app speaks ${PROTOCOL_VERSION}.`,
      newer ? 'Update Landline on this computer.' : 'Ask the host to update Landline.',
    )
  }
  if (greeting?.kind !== 'spoken') return skipped('The host said nothing about it.')
  return ok(`Both speak protocol ${greeting.version ?? PROTOCOL_VERSION}.`)
}

const NEW_INVITE = 'Ask the host for a new invite and join with it.'

/** What to do about a refusal, by its reason. */
const REFUSAL_FIXES: Readonly<Record<RefusalReason, string>> = {
  unauthorized: NEW_INVITE,
  'invite-expired': NEW_INVITE,
  'invite-used-up': NEW_INVITE,
  'invite-revoked': NEW_INVITE,
  removed: NEW_INVITE,
  'other-session': NEW_INVITE,
  unencrypted: NEW_INVITE,
  'unsupported-version': 'Update Landline on both computers.',
  'bad-proof':
    'Ask the host for a new invite. If that does not help, leave the session and join again.',
  'name-taken': 'Choose another name in the settings and connect again.',
  'session-locked': 'Ask the host to unlock the session for a moment.',
  declined: 'Talk to the host, then ask again.',
  banned: 'Talk to the host: only they can lift a ban.',
  superseded: 'Quit the other running copy of Landline that uses this profile.',
  'other-key':
    'Ask the host in person whether the key changed, and join with a new invite only if it did.',
  'untrusted-certificate':
    'Name the file of your company’s authority in LANDLINE_CA_FILE and start Landline again.',
  'identity-taken': 'Leave the session on this device and join again with a new invite.',
  'token-needed':
    'Open the session and sign in with the access token that your organisation gives you.',
  'token-ended':
    'Open the session and sign in with a new access token. What you wrote meanwhile is kept.',
  'token-refused':
    'Open the session and sign in with another access token. If that is refused too, ask whoever runs the server: its issuer, audience or keys may not fit, or the token was revoked.',
  'token-of-another':
    'The server knows this token as another member than this device is. Sign in with a token of your own. If that other member is you too, leave the session on this device and join again with the token; whoever runs the server can also part token and member (landline user unbind).',
}

/** Not tried by the doctor itself, which would use up an invite: told from the app's own connection. */
export function admissionStep(connection: ConnectionView | undefined): Finding {
  switch (connection?.state) {
    case undefined:
      return skipped('Whether you are let in shows when you join; the doctor does not try it.')
    case 'online':
    case 'catching-up':
      return ok('You are in the session.')
    case 'refused':
      return failed(connection.message, REFUSAL_FIXES[connection.reason])
    case 'offline':
      return warning(
        'The session is disconnected on this device.',
        'Choose Connect Now in the menu Session.',
      )
    case 'waiting':
      return warning(
        'The app is waiting to try again.',
        'Choose Connect Now in the menu Session once the steps above pass.',
      )
    case 'connecting':
    case 'authenticating':
      return skipped('The app is connecting at this very moment.')
    case 'awaiting-approval':
      return warning(
        'The host has been asked to let you in, and has not answered yet.',
        'Ask the host to approve you in the hosting panel.',
      )
  }
}
