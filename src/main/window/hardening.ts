import { app, session, shell } from 'electron'
import type { Session, WebContents } from 'electron'
import type { Logger } from '../logger.ts'
import type { CameraGate } from './camera.ts'
import { checkedExternalLink } from './external-link.ts'

/**
 * What no page of the app may ever do, whoever made the contents: leave its page, open a window, embed
 * another, use any permission but the camera while it scans an invite, or load from the network.
 */
export function hardenEverything(log: Logger, camera: CameraGate): void {
  app.on('web-contents-created', (_event, contents) => {
    hardenContents(contents, log)
    const { id } = contents
    // A page that loads anew scans no longer.
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) camera.set(id, false)
    })
    contents.on('destroyed', () => camera.set(id, false))
  })
  guardPermissions(session.defaultSession, log, camera)
}

function hardenContents(contents: WebContents, log: Logger): void {
  const refuse = (event: { preventDefault(): void }, what: string): void => {
    event.preventDefault()
    log.warn('refused', { what, window: contents.id })
  }
  contents.on('will-navigate', (event) => {
    // Loading the very same page again is how a page recovers.
    if (event.url !== contents.getURL()) refuse(event, 'navigation')
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) refuse(event, 'navigation of a frame')
  })
  contents.on('will-redirect', (event) => refuse(event, 'redirect'))
  contents.on('will-attach-webview', (event) => refuse(event, 'webview'))
  contents.setWindowOpenHandler(({ url }) => {
    // A link with a target, or window.open: never a window of ours, at most the browser.
    openExternally(url, log)
    return { action: 'deny' }
  })
}

/** Answers whether the link may be opened at all; the browser itself is not waited for. */
export function openExternally(link: string, log: Logger): boolean {
  const checked = checkedExternalLink(link)
  if (checked === null) {
    log.warn('refused', { what: 'external link' })
    return false
  }
  shell.openExternal(checked).catch(() => log.warn('no program opens links'))
  return true
}

function guardPermissions(own: Session, log: Logger, camera: CameraGate): void {
  own.setPermissionRequestHandler((contents, permission, answer, details) => {
    const mediaTypes = 'mediaTypes' in details ? (details.mediaTypes ?? []) : []
    const { isMainFrame } = details
    const allowed = camera.allows({ contentsId: contents.id, permission, mediaTypes, isMainFrame })
    if (!allowed) log.warn('refused', { what: 'permission', permission })
    answer(allowed)
  })
  own.setPermissionCheckHandler((contents, permission, _origin, details) => {
    const mediaTypes = details.mediaType === undefined ? [] : [details.mediaType]
    const { isMainFrame } = details
    return camera.allows({ contentsId: contents?.id, permission, mediaTypes, isMainFrame })
  })
  own.setDevicePermissionHandler(() => false)
}
