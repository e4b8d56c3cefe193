import { app } from 'electron'
import { findLink, LINK_SCHEME } from './launch-options.ts'
import type { Windows } from './window/windows.ts'

/**
 * `landline://join?…` from the browser, another app or a second start. Links are taken from the first
 * moment on and shown as soon as there is a window; a person still has to agree to join.
 */
export function receiveLinks(first: string | null): { deliver(windows: Windows): void } {
  let windows: Windows | null = null
  const waiting: string[] = first === null ? [] : [first]

  function take(link: string): void {
    if (windows === null) waiting.push(link)
    else windows.ask({ kind: 'join', invite: link })
  }

  // macOS hands links over as an event, even before the app is ready.
  app.on('open-url', (event, url) => {
    event.preventDefault()
    take(url)
  })
  app.on('second-instance', (_event, argv) => {
    const link = findLink(argv)
    if (link !== null) take(link)
    else windows?.show()
  })
  // Only an installed app may say that it opens these links; a checkout would leave a dead entry.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)

  return {
    deliver(to) {
      windows = to
      for (const link of waiting.splice(0)) take(link)
      app.on('activate', () => void to.show())
    },
  }
}
