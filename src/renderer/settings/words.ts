export const helpWords = {
  settings: {
    title: 'Settings',
    name: 'Your name',
    nameMissing: 'A name is needed: it is what others see.',
    save: 'Save name',
    saved: 'Saved',
    theme: 'Appearance',
    themes: { system: 'Like the system', light: 'Light', dark: 'Dark' },
    versions: (app: string, electron: string, protocol: number): string =>
      `Landline ${app} · Electron ${electron} · protocol ${protocol}`,
  },
  jump: {
    title: 'Jump to or search',
    input: 'Room, person, session or words of a message',
    results: 'Results',
    rooms: 'Rooms',
    people: 'People',
    sessions: 'Sessions',
    messages: 'Messages',
    none: (query: string): string => `Nothing found for “${query}”`,
    searching: 'Searching messages…',
    unread: (count: number): string => `${count} unread`,
    hint: 'Enter opens, arrow keys choose, Esc closes',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    groups: [
      {
        title: 'Anywhere',
        keys: [
          ['Mod K', 'Jump to a room, person, session or message'],
          ['Alt ↑ / ↓', 'Previous, next room'],
          ['Alt Shift ↑ / ↓', 'Previous, next unread room'],
          ['F6', 'Next pane (Shift: previous)'],
          ['Mod /', 'This list'],
        ],
      },
      {
        title: 'Writing',
        keys: [
          ['Enter', 'Send'],
          ['Shift Enter', 'New line'],
          ['↑', 'Edit your last message'],
          ['Esc', 'Cancel an edit or a reply'],
          ['Mod B / I / E', 'Bold, italic, code'],
          ['@', 'Mention someone'],
        ],
      },
      {
        title: 'On a message',
        keys: [
          ['↑ / ↓', 'Previous, next message'],
          ['R', 'Reply'],
          ['E', 'Edit'],
          ['+', 'React'],
          ['C', 'Copy text'],
          ['Del', 'Delete'],
          ['Esc', 'Back to writing'],
        ],
      },
    ],
  },
} as const
