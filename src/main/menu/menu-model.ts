import type { SessionId } from '../../protocol/ids.ts'

/** What the menus depend on. */
export interface MenuState {
  /** The session the used window shows. */
  readonly session: {
    readonly id: SessionId
    readonly hosting: boolean
    /** The person disconnected. */
    readonly offline: boolean
    readonly online: boolean
  } | null
}

export type MenuAction =
  | 'host'
  | 'join'
  | 'hosting-panel'
  | 'stop-hosting'
  | 'new-group'
  | 'new-direct'
  | 'connect-now'
  | 'disconnect'
  | 'jump'
  | 'shortcuts'
  | 'doctor'
  | 'quit'

/** Roles the system itself fills in. */
export type MenuRole =
  | 'about'
  | 'services'
  | 'hide'
  | 'hideOthers'
  | 'unhide'
  | 'quit'
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'pasteAndMatchStyle'
  | 'delete'
  | 'selectAll'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen'
  | 'reload'
  | 'toggleDevTools'
  | 'minimize'
  | 'zoom'
  | 'close'
  | 'front'

export type MenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'role'; readonly role: MenuRole; readonly accelerator?: string }
  | {
      readonly kind: 'action'
      /** Found by tests and by assistive tools; the same as the action. */
      readonly id: MenuAction
      readonly label: string
      readonly accelerator?: string
      readonly enabled: boolean
    }

export interface MenuSection {
  readonly label: string
  readonly role?: 'window' | 'help'
  readonly entries: readonly MenuEntry[]
}

const separator: MenuEntry = { kind: 'separator' }
const roles = (...names: readonly MenuRole[]): MenuEntry[] =>
  names.map((role) => ({ kind: 'role', role }))

/** The whole menu bar as a value. `developing` adds what only people who work on the app need. */
export function menuModel(
  state: MenuState,
  platform: NodeJS.Platform,
  developing: boolean,
): readonly MenuSection[] {
  const mac = platform === 'darwin'
  const { session } = state
  const action = (
    id: MenuAction,
    label: string,
    enabled: boolean,
    accelerator?: string,
  ): MenuEntry => ({
    kind: 'action',
    id,
    label,
    enabled,
    ...(accelerator === undefined ? {} : { accelerator }),
  })
  const inSession = session !== null

  const appSection: MenuSection = {
    label: 'Landline',
    entries: [
      ...roles('about'),
      separator,
      ...roles('services'),
      separator,
      ...roles('hide', 'hideOthers', 'unhide'),
      separator,
      ...roles('quit'),
    ],
  }
  return [
    ...(mac ? [appSection] : []),
    {
      label: 'Session',
      entries: [
        action('host', 'Host LAN Session…', true, 'CmdOrCtrl+Shift+H'),
        action('join', 'Join Session…', true, 'CmdOrCtrl+J'),
        separator,
        action('hosting-panel', 'Hosting Panel', session?.hosting ?? false),
        action('stop-hosting', 'Stop Hosting…', session?.hosting ?? false),
        separator,
        action('new-direct', 'New Direct Message…', inSession, 'CmdOrCtrl+N'),
        action('new-group', 'New Group…', inSession, 'CmdOrCtrl+Shift+N'),
        separator,
        action('connect-now', 'Connect Now', inSession && !session.online),
        action('disconnect', 'Disconnect', inSession && !session.offline),
        ...(mac ? [] : [separator, ...roles('quit')]),
      ],
    },
    {
      label: 'Edit',
      entries: [
        ...roles('undo', 'redo'),
        separator,
        ...roles('cut', 'copy', 'paste', 'pasteAndMatchStyle', 'delete'),
        separator,
        ...roles('selectAll'),
      ],
    },
    {
      label: 'View',
      entries: [
        action('jump', 'Jump To…', inSession, 'CmdOrCtrl+K'),
        separator,
        ...roles('resetZoom', 'zoomIn', 'zoomOut'),
        separator,
        ...roles('togglefullscreen'),
        ...(developing ? [separator, ...roles('reload', 'toggleDevTools')] : []),
      ],
    },
    {
      label: 'Window',
      role: 'window',
      entries: [...roles('minimize', 'zoom', 'close'), ...(mac ? roles('front') : [])],
    },
    {
      label: 'Help',
      role: 'help',
      entries: [
        action('shortcuts', 'Keyboard Shortcuts', true, 'CmdOrCtrl+/'),
        action('doctor', 'Doctor', true),
        ...(mac ? [] : [separator, ...roles('about')]),
      ],
    },
  ]
}
