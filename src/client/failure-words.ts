import type { ErrorCode } from '../protocol/errors.ts'
import { MAX_TEXT_LENGTH } from '../protocol/limits.ts'

/** The client's own words for every code (D5): what happened, and the limit or the fix. */
export function failureWords(code: ErrorCode, textLimit: number = MAX_TEXT_LENGTH): string {
  switch (code) {
    case 'malformed':
    case 'unknown-type':
    case 'unexpected':
      return 'The host did not understand this app. One of them may need an update.'
    case 'unsupported-version':
      return 'The host runs a version of Landline that this one cannot talk to.'
    case 'unauthorized':
      return 'The host does not accept this invite. Ask for a new one.'
    case 'token-needed':
      return 'The server asks for an access token.'
    case 'token-expired':
      return 'This access token has ended. Ask your organisation for a new one.'
    case 'bad-proof':
      return 'The host did not take this device’s proof of who it is. Ask for a new invite.'
    case 'name-taken':
      return 'Somebody in this session has this name already, or one that looks the same.'
    case 'invite-expired':
      return 'This invite is no longer good: its time is over. Ask for a new one.'
    case 'invite-used-up':
      return 'This invite has been used as often as it may be. Ask for a new one.'
    case 'invite-revoked':
      return 'The host has taken this invite back. Ask for a new one.'
    case 'session-locked':
      return 'The host lets nobody new in at the moment.'
    case 'declined':
      return 'The host did not let you in.'
    case 'removed':
      return 'The host has taken you out of this session. To come back, ask for a new invite.'
    case 'identity-taken':
      return 'The host knows this member or device by another key.'
    case 'banned':
      return 'The host has banned you from this session.'
    case 'other-session':
      return 'Another session is hosted at this address now.'
    case 'session-full':
      return 'The session has no room for another connection.'
    case 'no-such-room':
      return 'This room does not exist any more, or you may not see it.'
    case 'not-a-member':
      return 'You are not a member of this room.'
    case 'no-such-message':
      return 'This message does not exist.'
    case 'not-the-author':
      return 'Only the author can change a message.'
    case 'no-such-member':
      return 'There is no such person in this session.'
    case 'message-deleted':
      return 'This message was deleted.'
    case 'id-taken':
      return 'Another message already has this id. Copy the text and send it anew.'
    case 'not-allowed':
      return 'This is not allowed here.'
    case 'read-only':
      return 'The session is read-only at the moment: only its hosts and moderators can write.'
    case 'no-such-invite':
      return 'There is no such invite any more.'
    case 'no-such-device':
      return 'There is no such device any more.'
    case 'too-many':
      return 'The session’s limit for this is reached. Remove one that is no longer needed.'
    case 'too-large':
      return `This is too long: a message can have ${textLimit.toLocaleString('en')} characters.`
    case 'rate-limited':
      return 'Too many messages in a short time. Try again in a minute.'
    case 'unavailable':
      return 'The host cannot store anything right now. Try again.'
  }
}
