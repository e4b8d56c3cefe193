import type { AppSettings, AppView } from '../../ipc/contract.ts'
import type { ThemeChoice } from '../../ipc/contract.ts'
import { done, fail, ok } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'

export interface AppCommandsOptions {
  readonly appView: () => AppView
  /** The window will draw the state it asked for: tell it what changes from now on. */
  readonly listen: (windowId: number) => void
  readonly painted: (windowId: number) => void
  readonly setTheme: (theme: ThemeChoice) => void
  readonly setSettings: (settings: AppSettings) => void
  readonly setName: (name: string) => void
  /** False when the link's scheme is not one the browser should get. */
  readonly openLink: (url: string) => boolean
  readonly copyText: (text: string) => Promise<void>
}

type AppCommand = 'app.state' | 'app.ready' | 'app.set-theme' | 'profile.set-name' | 'app.open-link'

export function appCommands(
  options: AppCommandsOptions,
): Pick<CommandHandlers, AppCommand | 'app.copy-text' | 'app.set-settings'> {
  return {
    'app.state'(_args, { windowId }) {
      options.listen(windowId)
      return ok(options.appView())
    },
    'app.ready'(_args, { windowId }) {
      options.painted(windowId)
      return done
    },
    'app.set-theme'({ theme }) {
      options.setTheme(theme)
      return done
    },
    'app.set-settings'(settings) {
      options.setSettings(settings)
      return done
    },
    'profile.set-name'({ name }) {
      options.setName(name)
      return done
    },
    'app.open-link'({ url }) {
      if (options.openLink(url)) return done
      return fail('not-allowed', 'Only web and mail links can be opened.')
    },
    async 'app.copy-text'({ text }) {
      await options.copyText(text)
      return done
    },
  }
}
