/** Every word the interface says, in one place, so that it can be translated one day. */
import type { MessageView, RoomView, SessionView } from '../client/views.ts'
import type { MemberId } from '../protocol/ids.ts'
import type { Notice } from '../protocol/records.ts'
import type { OwnStatus } from './timeline/rows.ts'
import { daysAgo, formatDay, formatList, formatNumber, formatTime } from './words-format.ts'
import { adminWords } from './admin/words.ts'
import { connectionWords } from './connection/words.ts'
import { hostingWords } from './hosting/words.ts'
import { joinWords } from './join/words.ts'
import { peopleWords, roomWords } from './rooms/words.ts'
import { signInWords } from './sign-in/words.ts'
import { helpWords } from './settings/words.ts'

const plural = (count: number, one: string, many: string): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`

/** Names as far as they are readable: «Ann, Ben and 3 others». */
function someNames(names: readonly string[], shown = 3): string {
  if (names.length <= shown) return formatList(names)
  const rest = names.length - shown
  return formatList([...names.slice(0, shown), plural(rest, 'other', 'others')])
}

export const words = {
  outsideApp: 'Landline runs in its own window. This page cannot do anything by itself.',
  opening: 'Opening Landline…',
  cannotOpen: 'Landline could not open',
  tryAgain: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  notifications: 'Notifications',
  unknownPerson: 'Unknown person',
  bug: (error: unknown): string =>
    `This did not work because of a mistake of ours: ${error instanceof Error ? error.message : String(error)}`,
  count: (value: number): string => (value > 99 ? '99+' : String(value)),

  crash: {
    title: 'This window ran into a mistake of ours',
    text: 'Nothing you wrote is lost: messages and drafts are kept outside this window. Reload to go on.',
    reload: 'Reload',
  },

  landmarks: { sessions: 'Sessions', rooms: 'Rooms and people', room: 'Room' },

  firstRun: {
    title: 'Talk on the network you have',
    lead: 'No account, no cloud. Someone hosts, everyone nearby joins, and nothing you write gets lost.',
    name: 'Your name',
    nameMissing: 'Say your name first: it is what others see.',
  },

  join: joinWords,
  signIn: signInWords,

  rail: {
    session: (name: string, unread: number, state: string): string =>
      [name, unread > 0 ? plural(unread, 'unread message', 'unread messages') : '', state]
        .filter((part) => part !== '')
        .join(', '),
    add: 'Add a session',
    host: 'Host a session',
    join: 'Join a session',
  },

  sidebar: {
    jump: 'Jump to or search',
    rooms: 'Rooms',
    directs: 'Direct messages',
    online: 'Online',
    alone: 'Nobody else is here yet.',
    presenceUnknown: 'Not connected, so nobody can be seen.',
    open: 'Show rooms and people',
    close: 'Hide rooms and people',
  },

  session: {
    opening: 'Opening the session…',
    cannotOpen: 'This session could not be opened',
    noRooms: 'No rooms yet',
    noRoomsText: 'They appear as soon as this computer has been connected once.',
    noRoomsOfGuest:
      'As a guest you see the rooms that somebody adds you to, and so far nobody has.',
    menu: 'Session menu',
    hostingBadge: (people: number): string => (people > 0 ? `hosting · ${people}` : 'hosting'),
    hostingBadgeName: (people: number): string =>
      `Hosting, ${plural(people, 'person', 'people')} connected: open hosting panel`,
    hostingPanel: 'Hosting panel and invite',
    hostAgain: 'Host again…',
    connect: 'Connect',
    disconnect: 'Disconnect',
    leave: 'Leave session…',
    leaveTitle: (name: string): string => `Leave ${name}?`,
    leaveText:
      'This computer disconnects and deletes its copy: rooms, messages and drafts. The session itself and what others have stay.',
    leaveQueued: (queued: number): string =>
      `${plural(queued, 'message has', 'messages have')} not been sent yet and would be lost.`,
    leaveConfirm: 'Leave session',
  },

  profile: {
    menu: 'Profile menu',
    status: (session: SessionView): string => {
      const { queued, failed, connection } = session
      if (failed > 0) return `${plural(failed, 'message was', 'messages were')} not sent`
      if (queued > 0 && connection.state !== 'online') {
        return `${plural(queued, 'message', 'messages')} queued`
      }
      return connectionWords.short(session)
    },
  },

  keyWords: (key: readonly string[]): string => key.join(' · '),

  presence: { online: 'online', away: 'away', offline: 'offline' },
  connection: connectionWords,
  host: hostingWords.start,
  hosting: hostingWords.panel,
  admin: adminWords,
  rooms: roomWords,
  people: peopleWords,
  settings: helpWords.settings,
  shortcuts: helpWords.shortcuts,
  jump: helpWords.jump,

  day: (at: number, now: number): string => {
    const days = daysAgo(at, now)
    if (days === 0) return 'Today'
    return days === 1 ? 'Yesterday' : formatDay(at, now)
  },

  timeline: {
    label: (room: string): string => `Messages in ${room}`,
    unread: 'New',
    loading: 'Loading messages…',
    loadingOlder: 'Loading older messages…',
    unreachable: 'Older messages are on the host, which cannot be reached now.',
    tooFarBack: 'This message is further back than this computer can reach now.',
    jumpToNewest: (count: number): string =>
      count > 0 ? plural(count, 'new message', 'new messages') : 'Jump to newest',
    invite: 'Invite people',
    arrived: (count: number): string => `${count} new messages`,
    beginning: (room: RoomView): string =>
      room.kind === 'direct'
        ? `This is the start of your messages with ${room.name}`
        : `This is the start of #${room.name}`,
    beginningText: (room: RoomView): string => {
      if (room.topic !== '') return room.topic
      if (room.kind === 'direct') return 'Only the people in it can read it.'
      return room.visibility === 'private'
        ? 'Only the people who were added can read it.'
        : 'Everyone in the session can find and join it.'
    },
  },

  message: {
    label: (author: string, message: MessageView, status: OwnStatus | undefined): string => {
      const text = message.deleted ? 'message deleted' : message.text
      const state =
        message.state.kind === 'pending'
          ? 'queued'
          : message.state.kind === 'failed'
            ? 'not sent'
            : status?.kind === 'seen'
              ? `seen by ${status.by.length}`
              : status?.kind === 'sent'
                ? 'sent'
                : ''
      return [author, formatTime(message.at), text, state].filter((part) => part !== '').join(', ')
    },
    deleted: 'Message deleted',
    edited: '(edited)',
    originalFar: 'Show the message this answers',
    quote: (author: string, text: string): string =>
      author === '' ? text : `In reply to ${author}: ${text}`,
    reactions: 'Reactions',
    reactedBy: (emoji: string, names: readonly string[]): string =>
      `${emoji} ${someNames(names, 8)}`,
    addReaction: 'Add a reaction',
    actions: 'Message actions',
    react: 'React',
    reply: 'Reply',
    edit: 'Edit',
    copy: 'Copy text',
    copyShort: 'Copy',
    delete: 'Delete',
    waiting: (online: boolean, isChange: boolean): string =>
      online ? (isChange ? 'saving' : 'sending') : isChange ? 'change queued' : 'queued',
    sent: 'sent',
    seenBy: (count: number): string => `seen by ${count}`,
    seenByNames: (names: readonly string[]): string => `Seen by ${someNames(names, 12)}`,
    failed: 'Not sent.',
    retry: 'Retry',
    discardChange: 'Discard change',
    changeFailed: (operation: 'edit' | 'delete' | 'react' | 'unreact', reason: string): string => {
      const what = { edit: 'edit', delete: 'deletion', react: 'reaction', unreact: 'reaction' }
      return `The ${what[operation]} was refused: ${reason}`
    },
    deleteTitle: 'Delete this message?',
    deleteText: 'Its text is removed for everyone. A note that a message was deleted stays.',
  },

  composer: {
    form: 'Write a message',
    label: (room: RoomView): string => `Message ${room.name}`,
    placeholder: (room: RoomView): string =>
      room.kind === 'direct' ? `Message ${room.name}` : `Message #${room.name}`,
    send: 'Send',
    save: 'Save changes',
    saving: 'Saving your message…',
    emoji: 'Emoji',
    mention: 'Mention someone',
    bold: 'Bold',
    italic: 'Italic',
    code: 'Code',
    people: 'People to mention',
    editing: 'Editing a message. Esc cancels.',
    replyingTo: 'Replying to',
    cancelEdit: 'Cancel editing',
    cancelReply: 'Cancel reply',
    counter: (used: number, limit: number): string =>
      used > limit
        ? `${formatNumber(used - limit)} over the limit`
        : `${formatNumber(limit - used)} left`,
    tooLong: (over: number): string =>
      `This message is ${plural(over, 'character', 'characters')} too long to send. Shorten it or send it in parts; nothing is lost meanwhile.`,
    typingLabel: 'Who is typing',
    typing: (names: readonly string[]): string =>
      names.length === 1
        ? `${names[0]} is typing…`
        : names.length > 3
          ? 'Several people are typing…'
          : `${formatList(names)} are typing…`,
  },

  emoji: { title: 'Choose an emoji', search: 'Search emoji', none: 'No emoji found' },

  notice: (event: Notice, name: (id: MemberId) => string): string => {
    const actor = name(event.actor)
    switch (event.type) {
      case 'room.created':
        return event.kind === 'direct'
          ? `${actor} started this conversation`
          : `${actor} created #${event.name}`
      case 'room.changed': {
        const parts = [
          event.name === undefined ? '' : `renamed the group to #${event.name}`,
          event.topic === undefined
            ? ''
            : event.topic === ''
              ? 'removed the topic'
              : `set the topic to “${event.topic}”`,
        ].filter((part) => part !== '')
        return `${actor} ${parts.length > 0 ? formatList(parts) : 'changed the group'}`
      }
      case 'member.joined':
        return event.member === event.actor
          ? `${actor} joined`
          : `${actor} added ${name(event.member)}`
      case 'member.left':
        return event.member === event.actor
          ? `${actor} left`
          : `${actor} removed ${name(event.member)}`
    }
  },
} as const
