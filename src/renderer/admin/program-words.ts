/** Webhooks and bots, as hosts and moderators see them. */
export const programWords = {
  lead: 'Webhooks and bots. Each is a member whom everybody in its rooms sees. Taking one away ends it at once; what it wrote stays.',
  none: 'There is no program yet.',
  offHere:
    'Webhooks and bots are turned off. Turn on “Let other programs in” under “Who gets in” to make one.',
  offElsewhere: 'Webhooks and bots are turned off. Whoever hosts the session can turn them on.',

  make: 'New program',
  kind: 'What is it?',
  kinds: { incoming: 'Incoming webhook', outgoing: 'Outgoing webhook', bot: 'Bot' },
  kindTexts: {
    incoming: 'Whoever posts to its URL writes into the room.',
    outgoing: 'What happens in the room is posted to a URL, signed.',
    bot: 'A program that is in the room as people are, and comes with a token.',
  },
  name: 'Its name',
  namePlaceholder: 'Build server',
  nameMissing: 'Give it a name first.',
  room: 'Room',
  noRoom: 'You are in no group that it could be put into.',
  url: 'URL to tell',
  urlPlaceholder: 'https://archive.example.org/landline',
  urlWrong: 'This is no address that begins with https:// or http://.',
  urlRefused:
    'The session does not send to this address: it is in a private network, or holds a password.',
  scopes: 'It may',
  scopeNames: {
    read: 'read its rooms',
    write: 'write and react',
    rooms: 'find, join and make rooms',
  },
  scopeMissing: 'Let it do something.',
  submit: 'Make program',

  made: {
    incoming: 'The webhook is made. Its URL is shown only now; whoever has it can write with it:',
    outgoing: 'The webhook is made. The key of its signatures is shown only now:',
    bot: 'The bot is made. Its token is shown only now; whoever has it is the bot:',
  },
  ownCertificate: 'The certificate is this session’s own: tell the program to accept it.',
  copy: { incoming: 'Copy URL', outgoing: 'Copy key', bot: 'Copy token' },
  copied: 'Copied',

  columns: {
    name: 'Program',
    room: 'Room',

    state: 'State',
    actions: 'Actions',
  },
  table: 'Programs',
  noRooms: 'none',
  works: 'working',
  stopped: (moment: string): string => `stopped ${moment}`,
  stoppedText: 'Its URL took nothing for a day. Nothing is lost: it is sent when you go on.',
  enable: 'Go on',
  enableName: (name: string): string => `Go on with ${name}`,
  revoke: 'Take away',
  revokeName: (name: string): string => `Take away ${name}`,
} as const
