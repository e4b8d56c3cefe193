import type { ConnectionView, RefusalReason, SessionView, TokenReason } from '../../client/views.ts'

/** Only a bearer token is missing. */
export function isSignedOut(
  connection: ConnectionView,
): connection is Extract<ConnectionView, { state: 'refused' }> & { readonly reason: TokenReason } {
  if (connection.state !== 'refused') return false
  const { reason } = connection
  return (
    reason === 'token-needed' ||
    reason === 'token-ended' ||
    reason === 'token-refused' ||
    reason === 'token-of-another'
  )
}

const refused: Readonly<
  Record<RefusalReason, { readonly title: string; readonly advice: string }>
> = {
  unauthorized: {
    title: 'The host did not accept your invite.',
    advice: 'Ask for a new invite link and join with it.',
  },
  'token-needed': {
    title: 'This session asks who you are.',
    advice: 'It takes an access token, which your organisation gives you.',
  },
  'token-ended': {
    title: 'Your sign-in has ended.',
    advice: 'With a token you go on where you were.',
  },
  'token-refused': {
    title: 'The server did not accept your token.',
    advice: 'Ask your organisation for another one.',
  },
  'token-of-another': {
    title: 'This token belongs to somebody else.',
    advice: 'On this computer you are another member: paste a token of your own.',
  },
  'unsupported-version': {
    title: 'The host runs a version this app cannot talk to.',
    advice: 'Update the older of the two apps.',
  },
  'identity-taken': {
    title: 'Your identity is used by another device in this session.',
    advice: 'Close the other copy, or leave the session and join it again.',
  },
  'bad-proof': {
    title: 'The host did not take this device’s proof of who it is.',
    advice:
      'Ask for a new invite link. If that does not help, leave the session and join it again.',
  },
  'name-taken': {
    title: 'Somebody in this session already has your name.',
    advice: 'Choose another name, then try again.',
  },
  'invite-expired': {
    title: 'This invite is no longer good: its time is over.',
    advice: 'Ask for a new one.',
  },
  'invite-used-up': {
    title: 'This invite has been used as often as it may be.',
    advice: 'Ask for a new one.',
  },
  'invite-revoked': {
    title: 'The host has taken this invite back.',
    advice: 'Ask for a new one.',
  },
  'session-locked': {
    title: 'The host lets nobody new in at the moment.',
    advice: 'Ask them to unlock the session, then try again.',
  },
  declined: {
    title: 'The host did not let you in.',
    advice: 'Talk to them, then ask again.',
  },
  removed: {
    title: 'The host has taken you out of this session.',
    advice: 'To come back, ask for a new invite.',
  },
  banned: {
    title: 'The host has banned you from this session.',
    advice: 'Only a host or a moderator can take that back.',
  },
  'other-session': {
    title: 'Another session answers at this address now.',
    advice: 'Ask for a new invite link to this session.',
  },
  superseded: {
    title: 'You are connected from another running copy of the app.',
    advice: 'Close it to go on here.',
  },
  'other-key': {
    title: 'Somebody with another key answers in the host’s place.',
    advice:
      'Nothing was sent to them. If the host made a new session, ask for a new invite link. If not, someone may be posing as the host: ask them in person.',
  },
  'untrusted-certificate': {
    title: 'No authority this computer trusts vouches for this server.',
    advice: 'Nothing was sent. Ask whoever runs the server about its certificate.',
  },
  unencrypted: {
    title: 'This session is not encrypted.',
    advice:
      'Nothing was sent to the host’s computer. Ask the host for a new invite link, which brings its key.',
  },
}

const short: Readonly<Record<ConnectionView['state'], string>> = {
  offline: 'offline',
  connecting: 'connecting',
  authenticating: 'connecting',
  'awaiting-approval': 'waiting for the host',
  'catching-up': 'catching up',
  online: 'online',
  waiting: 'offline',
  refused: 'refused',
}

export const connectionWords = {
  label: 'Connection',
  progress: 'Progress of catching up',
  /** For small places. */
  short: ({ connection, newcomer }: Pick<SessionView, 'connection' | 'newcomer'>): string => {
    if (!isSignedOut(connection)) return short[connection.state]
    return newcomer === true ? 'not signed in' : 'signed out'
  },
  offline: 'Offline.',
  connecting: 'Connecting…',
  authenticating: 'Signing in…',
  awaitingApproval: 'Waiting to be let in.',
  awaitingApprovalText: 'The host has been asked and sees your name. You can leave this open.',
  changeName: 'Change name',
  catchingUp: (received: number, total: number): string => `Catching up: ${received} of ${total}`,
  queued: (count: number): string => {
    if (count === 0) return ''
    return count === 1
      ? '1 message is queued and will be sent by itself.'
      : `${count} messages are queued and will be sent by themselves.`
  },
  /** While nothing is tried by itself. */
  queuedUntilBack: (count: number): string => {
    if (count === 0) return ''
    return count === 1
      ? '1 message is queued and will be sent when the connection is back.'
      : `${count} messages are queued and will be sent when the connection is back.`
  },
  /** While it is not certain that there will be a way back. */
  kept: (count: number): string => {
    if (count === 0) return ''
    return count === 1
      ? '1 message was not sent and is kept on this computer.'
      : `${count} messages were not sent and are kept on this computer.`
  },
  queuedUntilSignedIn: (count: number): string =>
    count === 1
      ? '1 message is queued and will be sent when you have signed in.'
      : `${count} messages are queued and will be sent when you have signed in.`,
  signInEnds: 'Your sign-in ends soon.',
  signInEndsText: 'With a new token nothing is interrupted.',
  endsIn: (seconds: number): string =>
    seconds > 90 ? `It ends in ${Math.round(seconds / 60)} min.` : `It ends in ${seconds} s.`,
  pasteToken: 'Paste a token',
  pasteNewToken: 'Paste a new token',
  nextTry: (seconds: number): string =>
    seconds === 0 ? 'Trying now…' : `Next try in ${seconds} s.`,
  tryNow: 'Try now',
  refused,
  belongsTo: (name: string): string => `This token belongs to ${name}.`,
  /** To somebody who was in before: their token was forgotten when it ended. */
  signedOut: {
    title: 'You are signed out.',
    advice: 'With a token you go on where you were.',
  },
  /** To somebody who was never in, nothing has ended but the token. */
  newcomerEnded: {
    title: 'This token has ended.',
    advice: 'Get a new one from your organisation.',
  },
} as const
