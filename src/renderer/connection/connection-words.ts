import type { SessionView, TokenReason } from '../../client/views.ts'
import { words } from '../words.ts'
import { isSignedOut } from './words.ts'

/** One word for small places. */
export function connectionWord(session: SessionView): string {
  return words.connection.short(session)
}

export interface ConnectionMessage {
  readonly tone: 'quiet' | 'warning' | 'bad'
  readonly title: string
  readonly text: string
  /** Changes every second: shown, but not read out each time. */
  readonly countdown: string
  /** What the person can do about it, where trying again is of use. */
  readonly action: 'try-now' | 'change-name' | 'sign-in' | null
}

/** How long until the next try, in whole seconds; never below zero when a clock stepped. */
export function secondsUntil(retryAt: number, now: number): number {
  return Math.max(0, Math.ceil((retryAt - now) / 1000))
}

/** The truth about a connection in words; null while there is nothing to say. */
export function connectionMessage(session: SessionView, now: number): ConnectionMessage | null {
  const { connection, queued } = session
  const text = words.connection
  switch (connection.state) {
    case 'online':
      return connection.signInEndsAt === undefined
        ? null
        : {
            tone: 'warning',
            title: text.signInEnds,
            text: text.signInEndsText,
            countdown: text.endsIn(secondsUntil(connection.signInEndsAt, now)),
            action: 'sign-in',
          }
    case 'offline':
      return {
        tone: 'warning',
        title: text.offline,
        text: connection.problem ?? text.queuedUntilBack(queued),
        countdown: '',
        action: 'try-now',
      }
    case 'waiting':
      return {
        tone: 'warning',
        title: text.offline,
        text: [
          connection.stopped || connection.telling ? connection.reason : '',
          text.queued(queued),
        ]
          .filter((part) => part !== '')
          .join(' '),
        countdown: text.nextTry(secondsUntil(connection.retryAt, now)),
        action: 'try-now',
      }
    case 'connecting':
      return {
        tone: 'quiet',
        title: text.connecting,
        text: text.queued(queued),
        countdown: '',
        action: null,
      }
    case 'authenticating':
      return {
        tone: 'quiet',
        title: text.authenticating,
        text: text.queued(queued),
        countdown: '',
        action: null,
      }
    case 'awaiting-approval':
      return {
        tone: 'quiet',
        title: text.awaitingApproval,
        text: [text.awaitingApprovalText, text.queued(queued)].filter(Boolean).join(' '),
        countdown: '',
        action: null,
      }
    case 'catching-up':
      return {
        tone: 'quiet',
        title: text.catchingUp(connection.received, connection.total),
        text: '',
        countdown: '',
        action: null,
      }
    case 'refused':
      if (isSignedOut(connection)) {
        const { reason, owner } = connection
        const { title, advice } = signedOutWords(reason, session.newcomer === true)
        return {
          tone: reason === 'token-refused' || reason === 'token-of-another' ? 'bad' : 'warning',
          title: owner === undefined ? title : text.belongsTo(owner.name),
          text: queued === 0 ? advice : text.queuedUntilSignedIn(queued),
          countdown: '',
          action: 'sign-in',
        }
      }
      return {
        tone: 'bad',
        title: text.refused[connection.reason].title,
        text: [text.refused[connection.reason].advice, text.kept(queued)]
          .filter((part) => part !== '')
          .join(' '),
        countdown: '',
        action: connection.reason === 'name-taken' ? 'change-name' : 'try-now',
      }
  }
}

function signedOutWords(reason: TokenReason, isNewcomer: boolean) {
  const text = words.connection
  if (isNewcomer && reason === 'token-ended') return text.newcomerEnded
  if (!isNewcomer && reason === 'token-needed') return text.signedOut
  return text.refused[reason]
}
