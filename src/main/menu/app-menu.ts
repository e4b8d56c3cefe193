import { Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import { menuModel } from './menu-model.ts'
import type { MenuAction, MenuEntry, MenuState } from './menu-model.ts'

/** Keeps the menu bar in step with the state; rebuilds it only when something people see changed. */
export function createAppMenu(options: {
  readonly platform: NodeJS.Platform
  readonly developing: boolean
  readonly run: (action: MenuAction) => void
}): { update(state: MenuState): void } {
  let shown = ''
  return {
    update(state) {
      const model = menuModel(state, options.platform, options.developing)
      const key = JSON.stringify(model)
      if (key === shown) return
      shown = key
      Menu.setApplicationMenu(
        Menu.buildFromTemplate(
          model.map(({ label, role, entries }) => ({
            label,
            ...(role === undefined ? {} : { role }),
            submenu: entries.map((entry) => template(entry, options.run)),
          })),
        ),
      )
    },
  }
}

function template(entry: MenuEntry, run: (action: MenuAction) => void): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' }
    case 'role':
      return { role: entry.role }
    case 'action':
      return {
        id: entry.id,
        label: entry.label,
        enabled: entry.enabled,
        ...(entry.accelerator === undefined ? {} : { accelerator: entry.accelerator }),
        click: () => run(entry.id),
      }
  }
}
