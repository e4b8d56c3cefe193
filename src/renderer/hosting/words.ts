export const hostingWords = {
  start: {
    title: 'Host a session on this network',
    lead: 'This computer becomes the meeting point. You decide who comes in, and you can stop at any time.',
    name: 'Session name',
    namePlaceholder: 'Field Station',
    nameMissing: 'Give the session a name first.',
    who: 'Who may come in?',
    access: {
      invite: {
        label: 'Whoever I invite',
        text: 'By link, QR code or a short code. Others see the session and cannot enter.',
      },
      passphrase: {
        label: 'Whoever knows a passphrase',
        text: 'It is never sent over the network.',
      },
      open: {
        label: 'Anybody on this network',
        text: 'Whoever finds the session can come in.',
      },
    },
    passphrase: 'Passphrase',
    passphraseHint: 'At least 8 characters; several words are good.',
    passphraseShort: 'The passphrase needs at least 8 characters.',
    approval: 'I let everybody new in myself',
    submit: 'Host session',
    starting: 'Starting…',
  },
  panel: {
    title: (name: string): string => `Hosting ${name}`,
    since: (time: string): string => `since ${time}`,
    invite: 'Invite',
    qr: 'QR code of the invite link',
    copyLink: 'Copy link',
    copied: 'Copied',
    inviteText: 'Whoever has this link can join while you host.',
    addresses: 'Addresses',
    key: 'Key',
    port: (port: number): string => `port ${port}`,
    statistics: 'Statistics',
    connections: 'Connections',
    latency: 'Latency',
    messages: 'Messages / s',
    commit: 'Commit',
    queued: 'Queued',
    peopleHeading: 'People',
    noDevices: 'Nobody is connected yet.',
    columns: { name: 'Name', device: 'Device', roundTrip: 'Round trip', since: 'Here since' },
    thisComputer: 'this computer',
    unknown: '–',
    loading: 'Reading the state of the session…',
    states: {
      starting: 'Starting the session…',
      running: 'Running. People on this network can connect.',
      restarting:
        'The server stopped unexpectedly and is starting again. Nothing is lost; everyone comes back by themselves.',
      failed: 'The session could not be hosted.',
      stopped:
        'Not hosting now. Members cannot reach the session until you host it again; nothing is lost.',
    },
    portTaken: (taken: number, port: number): string =>
      `Port ${taken} is used by another program, so the session is on port ${port} now. Members who find it on the network come back by themselves; to others, give the link anew.`,
    resume: 'Host again',
    resuming: 'Starting…',
    stop: 'Stop hosting',
    stopTitle: (name: string): string => `Stop hosting ${name}?`,
    stopText: (names: readonly string[], list: string): string =>
      names.length === 0 ? 'Nobody else is connected now.' : `${list} will lose the connection.`,
    stopSafe:
      'Nothing is lost: everything stays on this computer, and what others write meanwhile is sent when you host again.',
  },
} as const
