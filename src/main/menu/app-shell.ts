import { app, dialog, Notification } from 'electron'
import type { Intent } from '../../ipc/contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { Hosting } from '../hosting/hosting.ts'
import type { Logger } from '../logger.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Windows } from '../window/windows.ts'
import { createAppMenu } from './app-menu.ts'
import type { MenuAction, MenuState } from './menu-model.ts'
import { createHostingTray } from './tray.ts'

export interface AppShellOptions {
  readonly windows: Windows
  readonly registry: SessionRegistry
  readonly sessions: Sessions
  readonly hosting: Hosting
  readonly profile: ProfileStore
  readonly icon: string
  readonly log: Logger
  readonly copyText: (text: string) => void
  readonly quit: () => void
}

/** What the system shows of the app outside its windows: menu bar, tray icon, badge, notices. */
export interface AppShell {
  /** Something the menu, the tray or the badge shows may have changed. */
  refresh(): void
  showsSession(windowId: number, id: SessionId): void
  /** True when the app goes on after its last window is closed. */
  staysWithoutWindows(): boolean
  tellPageCrash(reason: string, gaveUp: boolean): void
  dispose(): void
}

export function createAppShell(options: AppShellOptions): AppShell {
  const { windows, registry, sessions, hosting, profile } = options
  let shown: SessionId | null = null
  let badge = -1

  const menu = createAppMenu({
    platform: process.platform,
    developing: !app.isPackaged,
    run,
  })
  const tray = createHostingTray({
    icon: options.icon,
    log: options.log,
    open: () => void windows.show(),
    copyInvite() {
      const [id] = hosting.activeIds
      const view = id === undefined ? undefined : sessions.hostingView(id)
      if (view?.ok) options.copyText(view.value.invite)
    },
    stopHosting: () => run('stop-hosting'),
    quit: options.quit,
  })

  function run(action: MenuAction): void {
    const intent = intentOf(action)
    if (intent !== null) return windows.ask(intent)
    const id = current()?.id
    if (action === 'quit') options.quit()
    else if (action === 'connect-now' && id !== undefined) sessions.connect(id)
    else if (action === 'disconnect' && id !== undefined) sessions.disconnect(id)
  }

  function intentOf(action: MenuAction): Intent | null {
    switch (action) {
      case 'host':
      case 'join':
      case 'new-group':
      case 'new-direct':
      case 'jump':
      case 'shortcuts':
      case 'doctor':
        return { kind: action }
      case 'hosting-panel':
      case 'stop-hosting': {
        // The tray asks without a window: then it means what is hosted.
        const session = current()?.hosting ? current()?.id : hosting.activeIds[0]
        return session === undefined ? null : { kind: action, session }
      }
      case 'connect-now':
      case 'disconnect':
      case 'quit':
        return null
    }
  }

  /** The session on screen, or the first one until a window has said which. */
  function current(): MenuState['session'] {
    const views = registry.views()
    const view = views.find((one) => one.id === shown) ?? views[0]
    if (view === undefined) return null
    return {
      id: view.id,
      hosting: view.hosting,
      offline: view.connection.state === 'offline',
      online: view.connection.state === 'online',
    }
  }

  function setBadge(): void {
    const unread = registry.views().reduce((sum, view) => sum + view.unread, 0)
    if (unread === badge) return
    badge = unread
    // Shown by macOS and by Linux desktops that have it; false elsewhere.
    app.setBadgeCount(unread)
  }

  return {
    refresh() {
      menu.update({ session: current() })
      tray.show(hosting.activeIds.map((id) => profile.session(id)?.name ?? 'a session'))
      setBadge()
    },
    showsSession(_windowId, id) {
      if (shown === id) return
      shown = id
      menu.update({ session: current() })
    },
    staysWithoutWindows() {
      if (process.platform === 'darwin') return true
      // A Linux desktop takes a tray icon and may show it nowhere: there the app must not hide.
      return process.platform === 'win32' && tray.isShown
    },
    tellPageCrash(reason, gaveUp) {
      if (!gaveUp) {
        // The page is back before anybody could answer a question.
        if (!Notification.isSupported()) return
        const body = 'The window had to be loaded again. Nothing you wrote is lost.'
        return new Notification({ title: 'Landline', body }).show()
      }
      void dialog.showMessageBox({
        type: 'error',
        message: 'The window keeps failing.',
        detail: `Its page ended ${reason}. Nothing you wrote is lost. Quit Landline and open it again.`,
      })
    },
    dispose: () => tray.dispose(),
  }
}
