import { formatNumber } from '../words-format.ts'

export const signInWords = {
  title: (session: string): string => `Sign in to ${session}`,
  lead: {
    'token-needed':
      'This server lets people in who have an access token from the organisation that runs it.',
    signedOut: 'You are signed out. What you wrote is kept and sent once you are in again.',
    'token-ended':
      'Your sign-in has ended. What you wrote meanwhile is kept and sent once you are in again.',
    'token-refused':
      'The server did not accept the token it was shown. What you wrote is kept and sent once you are in.',
    'token-of-another':
      'The token you gave is another member’s. On this computer, sign in with a token of your own.',
    newcomerRefused:
      'This session did not let you in by that token: it takes none, or another one. Ask whoever runs it for a token or an invite link.',
    /** While it still lasts. */
    ending: 'Your sign-in ends soon. With a new token nothing is interrupted.',
  },
  label: 'Access token',
  hint: 'Your organisation gives you one, usually on a page where you sign in. Copy it there and paste it here. Give it only to a session that your organisation runs.',
  missing: 'Paste the token first.',
  tooLong: (length: number, limit: number): string =>
    `A token has at most ${formatNumber(limit)} characters; this text has ${formatNumber(length)}. Copy the token alone.`,
  submit: 'Sign in',
  busy: 'Signing in…',
} as const
