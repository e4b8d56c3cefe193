import { BrowserWindow, nativeTheme, screen } from 'electron'
import type { WebContents } from 'electron'
import { EVENT_CHANNEL } from '../../ipc/contract.ts'
import type { AppEvent, Intent } from '../../ipc/contract.ts'
import { createWindowFeed } from '../ipc/window-feed.ts'
import type { FeedClock, WindowFeed } from '../ipc/window-feed.ts'
import type { Logger } from '../logger.ts'
import type { WindowBounds } from '../profile/profile-schema.ts'
import { MINIMUM_SIZE, placeWindow } from './window-bounds.ts'

export interface WindowsOptions {
  readonly preload: string
  readonly url: string
  readonly icon: string | undefined
  readonly clock: FeedClock
  readonly log: Logger
  readonly bounds: () => WindowBounds | undefined
  readonly saveBounds: (bounds: WindowBounds) => void
  /** A window's page crashed and was loaded again; `gaveUp` when that did not help. */
  readonly onPageCrash: (reason: string, gaveUp: boolean) => void
  /** The page of this window is gone: closed, crashed, or loaded anew. What it asked for is nobody's. */
  readonly onPageGone: (contentsId: number) => void
  readonly onClosing: (event: { preventDefault(): void }, isLast: boolean) => void
}

export interface Windows {
  open(): BrowserWindow
  /** Brings the last used window to the front, opening one when there is none. */
  show(): BrowserWindow
  has(contentsId: number): boolean
  /** The window asked for the state: from now on it is told what changes. */
  listen(contentsId: number): void
  broadcast(event: AppEvent): void
  /** Tells this window only. */
  tell(contentsId: number, event: AppEvent): void
  /** Shows the window and asks it for something; kept until the page can hear it. */
  ask(intent: Intent): void
  readonly count: number
}

/** Pages that crash this often within the time below are left closed, instead of crashing for ever. */
const MAX_CRASHES = 3
const CRASH_WINDOW_MS = 60_000
/** Window colours of ui.md, so that nothing flashes before the first paint. */
const BACKGROUND = { light: '#f7f6f4', dark: '#161412' }

interface OpenWindow {
  readonly window: BrowserWindow
  readonly feed: WindowFeed
}

export function createWindows(options: WindowsOptions): Windows {
  const open = new Map<number, OpenWindow>()
  let lastUsed: number | null = null

  function create(): BrowserWindow {
    const remembered = options.bounds()
    const window = new BrowserWindow({
      ...placeWindow(
        remembered,
        screen.getAllDisplays().map((display) => display.workArea),
      ),
      minWidth: MINIMUM_SIZE.width,
      minHeight: MINIMUM_SIZE.height,
      show: false,
      title: 'Landline',
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      ...(options.icon === undefined ? {} : { icon: options.icon }),
      webPreferences: {
        preload: options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        // Elsewhere Chromium would fetch its dictionaries from the internet, which a closed network must not.
        spellcheck: process.platform === 'darwin',
      },
    })
    if (remembered?.maximized) window.maximize()
    const contents = window.webContents
    const { id } = contents
    const feed = createWindowFeed(options.clock, (events) => {
      if (!contents.isDestroyed()) contents.send(EVENT_CHANNEL, events)
    })
    open.set(id, { window, feed })
    lastUsed = id
    window.once('ready-to-show', () => window.show())
    window.on('focus', () => (lastUsed = id))
    rememberBounds(window)
    window.on('close', (event) => options.onClosing(event, open.size === 1))
    window.on('closed', () => {
      feed.dispose()
      open.delete(id)
      options.onPageGone(id)
      if (lastUsed === id) lastUsed = open.keys().next().value ?? null
    })
    // Every load of the page starts deaf, and asks for the state when it can draw it.
    contents.on('did-start-navigation', (details) => {
      if (!details.isMainFrame || details.isSameDocument) return
      feed.reset()
      options.onPageGone(id)
    })
    reloadAfterCrash(contents)
    load(window)
    return window
  }

  function load(window: BrowserWindow): void {
    window.loadURL(options.url).catch((error: unknown) => {
      options.log.error('the page did not load', { reason: String(error).split('\n', 1)[0] })
    })
  }

  function rememberBounds(window: BrowserWindow): void {
    let cancel: (() => void) | null = null
    const save = (): void => {
      cancel?.()
      // Dragging reports every pixel; what counts is where it comes to rest.
      cancel = options.clock.after(500, () => {
        cancel = null
        if (window.isDestroyed()) return
        options.saveBounds({ ...window.getNormalBounds(), maximized: window.isMaximized() })
      })
    }
    window.on('resize', save)
    window.on('move', save)
    window.on('maximize', save)
    window.on('unmaximize', save)
    window.on('closed', () => cancel?.())
  }

  function reloadAfterCrash(contents: WebContents): void {
    let crashes: number[] = []
    contents.on('render-process-gone', (_event, details) => {
      if (details.reason === 'clean-exit') return
      const now = performance.now()
      crashes = [...crashes.filter((at) => now - at < CRASH_WINDOW_MS), now]
      const gaveUp = crashes.length >= MAX_CRASHES
      options.log.error('a page crashed', { reason: details.reason, gaveUp })
      open.get(contents.id)?.feed.reset()
      options.onPageGone(contents.id)
      if (!gaveUp) contents.reload()
      options.onPageCrash(details.reason, gaveUp)
    })
  }

  function show(): BrowserWindow {
    const current = lastUsed === null ? undefined : open.get(lastUsed)?.window
    if (current === undefined) return create()
    if (current.isMinimized()) current.restore()
    current.show()
    current.focus()
    return current
  }

  return {
    open: create,
    show,
    has: (contentsId) => open.has(contentsId),
    listen: (contentsId) => open.get(contentsId)?.feed.open(),
    broadcast(event) {
      for (const { feed } of open.values()) feed.push(event)
    },
    tell: (contentsId, event) => open.get(contentsId)?.feed.push(event),
    ask(intent) {
      const { id } = show().webContents
      open.get(id)?.feed.push({ type: 'intent', intent })
    },
    get count() {
      return open.size
    },
  }
}
