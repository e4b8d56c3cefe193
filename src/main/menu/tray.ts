import { Menu, nativeImage, Tray } from 'electron'
import type { Logger } from '../logger.ts'

export interface TrayOptions {
  readonly icon: string
  readonly open: () => void
  readonly copyInvite: () => void
  readonly stopHosting: () => void
  readonly quit: () => void
  readonly log: Logger
}

/** Shows that this computer hosts, for as long as it does. */
export interface HostingTray {
  /** Names of the hosted sessions; none removes the icon. */
  show(sessions: readonly string[]): void
  readonly isShown: boolean
  dispose(): void
}

export function createHostingTray(options: TrayOptions): HostingTray {
  let tray: Tray | null = null
  let label = ''

  function create(): Tray | null {
    try {
      const image = nativeImage.createFromPath(options.icon)
      const created = new Tray(image.isEmpty() ? image : image.resize({ width: 22, height: 22 }))
      created.on('click', options.open)
      return created
    } catch {
      // Some Linux desktops have none. Hosting is also told in the window and in the menu.
      options.log.info('this desktop has no tray')
      return null
    }
  }
  function dispose(): void {
    tray?.destroy()
    tray = null
    label = ''
  }

  return {
    show(sessions) {
      if (sessions.length === 0) return dispose()
      const next = `Hosting ${sessions.join(', ')}`
      if (next === label) return
      label = next
      tray ??= create()
      tray?.setToolTip(`Landline: ${next}`)
      tray?.setContextMenu(
        Menu.buildFromTemplate([
          { label: next, enabled: false },
          { type: 'separator' },
          { label: 'Open Landline', click: options.open },
          { label: 'Copy Invite', click: options.copyInvite },
          { label: 'Stop Hosting…', click: options.stopHosting },
          { type: 'separator' },
          { label: 'Quit Landline', click: options.quit },
        ]),
      )
    },
    get isShown() {
      return tray !== null
    },
    dispose,
  }
}
