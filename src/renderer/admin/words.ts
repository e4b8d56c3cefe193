import type { Role } from '../../protocol/roles.ts'
import { formatNumber } from '../words-format.ts'
import { inviteName, sentenceOf } from './log-words.ts'
import { programWords } from './program-words.ts'

const roles: Readonly<Record<Role, string>> = {
  host: 'host',
  moderator: 'moderator',
  member: 'member',
  guest: 'guest',
}

export const adminWords = {
  label: 'Manage the session',
  manageTitle: (name: string): string => `Manage ${name}`,
  manage: 'Manage the session…',
  tabs: {
    people: 'People',
    invites: 'Invites',
    access: 'Who gets in',
    programs: 'Programs',
    log: 'Log',
  },
  loading: 'Asking the session…',
  unreachable:
    'The session cannot be reached now. What is shown here may have changed, and nothing can be changed until the connection is back.',
  notForYou: 'Only hosts and moderators manage the session, and you are neither now.',
  roles,

  waiting: (count: number): string =>
    `${formatNumber(count)} ${count === 1 ? 'person waits' : 'people wait'} to be let in`,
  waitingFrom: (device: string, address: string): string =>
    [device, address].filter((part) => part !== '').join(' · '),
  accept: 'Let in',
  decline: 'Decline',
  acceptName: (name: string): string => `Let ${name} in`,
  declineName: (name: string): string => `Decline ${name}`,

  columns: { role: 'Role', actions: 'Actions' },
  notConnected: 'not connected',
  actionsFor: (name: string): string => `Actions for ${name}`,
  makeRole: (role: Role): string => `Make ${roles[role]}`,
  remove: 'Remove from session…',
  ban: 'Ban…',
  removeTitle: (name: string): string => `Remove ${name}?`,
  removeText:
    'They are disconnected at once. What they wrote stays. With an invite made after this they can come back, and find their rooms as they were.',
  removeConfirm: 'Remove',
  banTitle: (name: string): string => `Ban ${name}?`,
  banText:
    'They are disconnected, and none of their devices can come back, whatever invite they have. What they wrote stays.',
  banConfirm: 'Ban',
  banned: 'Banned',
  unban: 'Lift ban',
  unbanName: (name: string): string => `Lift the ban of ${name}`,

  invites: {
    lead: 'Each invite is a link of its own: for a while, for some people, with a role. Taking it back does not remove people who came with it.',
    none: 'There is no invite yet.',
    make: 'New invite',
    label: 'What is it for?',
    labelPlaceholder: 'Night shift',
    role: 'They come as',
    life: 'Good for',
    uses: 'For',
    lives: { hour: 'an hour', day: 'a day', week: 'a week', ever: 'until taken back' },
    useCounts: (count: number | null): string =>
      count === null ? 'any number of people' : count === 1 ? '1 person' : `${count} people`,
    submit: 'Make invite',
    made: 'The invite is made. Its link is shown only now:',
    copy: 'Copy link',
    copied: 'Copied',
    columns: {
      label: 'Invite',
      role: 'Role',
      used: 'Used',
      until: 'Good until',
      actions: 'Actions',
    },
    used: (uses: number, most: number | null): string =>
      most === null ? formatNumber(uses) : `${formatNumber(uses)} of ${formatNumber(most)}`,
    ever: 'no end',
    revoked: 'taken back',
    expired: 'over',
    usedUp: 'used up',
    revoke: 'Take back',
    revokeName: (label: string): string => `Take back ${label}`,
    nameOf: (label: string): string => inviteName(label, 'Invite'),
  },

  access: {
    lock: 'Lock the session',
    lockText: 'Nobody new gets in, whatever they have. People who are members come and go.',
    readOnly: 'Read-only',
    readOnlyText: 'Only hosts and moderators can write.',
    approval: 'Let everybody new in myself',
    approvalText: 'People who come for the first time wait until a host or moderator lets them in.',
    open: 'Open to this network',
    openText: 'Whoever finds the session can come in without an invite.',
    passphrase: 'Passphrase',
    passphraseOn: 'There is a passphrase: whoever finds the session and knows it can come in.',
    passphraseOff: 'There is none. With one, whoever finds the session and knows it can come in.',
    passphraseNew: 'New passphrase',
    passphraseSet: 'Set passphrase',
    passphraseRemove: 'Remove passphrase',
    passphraseShort: 'The passphrase needs at least 8 characters.',
    storage: 'Storage',
    storageText: (size: string, isHere: boolean): string =>
      `The session’s messages take ${size} on ${isHere ? 'this' : 'the host’s'} computer.`,
    hostOnly: 'Only the host can change this.',
    doors: 'Let other programs in',
    doorsText:
      'SignalR, plain WebSocket and game clients, webhooks and bots. Switching starts the server anew; everybody comes back by themselves.',
    stayAwake: 'Keep this computer awake while it hosts',
    stayAwakeText: 'While it sleeps, nobody can reach the session.',
  },

  programs: programWords,

  log: {
    label: 'What happened in this session',
    none: 'Nothing has happened yet.',
    more: 'Show earlier',
    server: 'The session',
  },
  did: sentenceOf,

  code: {
    title: 'Code',
    text: 'To be typed on another computer: Join a session.',
    renew: 'New code',
    label: (code: string): string => `Code ${[...code].join(' ')}`,
  },

  devices: {
    title: 'Your devices',
    menu: 'Your devices…',
    lead: 'Use this session on another computer as the same person: make a code here and type it there, under “Join a session”.',
    link: 'Make a code',
    codeText: (minutes: number): string =>
      `Type it on the other computer within ${minutes === 1 ? 'a minute' : `${minutes} minutes`}. It works once.`,
    list: 'Devices',
    current: 'this computer',
    lastSeen: (moment: string): string => `last here ${moment}`,
    forget: 'Forget',
    forgetName: (name: string): string => `Forget ${name}`,
    loading: 'Asking the session…',
  },

  sessionName: {
    title: (session: string): string => `Your name in ${session}`,
    lead: 'Only this session sees it. Your name elsewhere stays as it is.',
    label: 'Your name',
    missing: 'Say a name first.',
    save: 'Use this name',
  },
  readOnlyNote: 'This session is read-only: only hosts and moderators can write.',
} as const
