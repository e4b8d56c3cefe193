import { networkInterfaces } from 'node:os'
import { app, clipboard, nativeTheme, powerSaveBlocker } from 'electron'
import { uuidv7 } from 'uuidv7'
import { systemClock } from '../client/clock.ts'
import { readAuthorities } from '../client/connection/host-trust.ts'
import type { Authorities } from '../client/connection/host-trust.ts'
import { dialWebSocket } from '../client/connection/web-socket.ts'
import { createDiscovery } from '../discovery/discovery.ts'
import { noDiscovery } from '../discovery/no-discovery.ts'
import type { AppView } from '../ipc/contract.ts'
import type { SessionId } from '../protocol/ids.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import { createAnnouncements } from './discovery/announcements.ts'
import { createFoundSessions } from './discovery/found-sessions.ts'
import { createAppDoctor } from './doctor/app-doctor.ts'
import { lanAddresses, withPort } from './hosting/addresses.ts'
import { forkServer } from './hosting/fork-server.ts'
import { createHosting } from './hosting/hosting.ts'
import { iconPath } from './icon.ts'
import { adminCommands } from './ipc/admin-commands.ts'
import { appCommands } from './ipc/app-commands.ts'
import { openCommandChannel } from './ipc/command-channel.ts'
import { discoveryCommands } from './ipc/discovery-commands.ts'
import { doctorCommands } from './ipc/doctor-commands.ts'
import { joinCommands } from './ipc/join-commands.ts'
import { roomCommands } from './ipc/room-commands.ts'
import { sessionCommands } from './ipc/session-commands.ts'
import { createJoining } from './joining/joining.ts'
import { realNetwork } from './joining/joining-ports.ts'
import type { LaunchOptions } from './launch-options.ts'
import { errorFields } from './logger.ts'
import type { Logger } from './logger.ts'
import { createAppShell } from './menu/app-shell.ts'
import type { Paths } from './paths.ts'
import { createSecret, createSessionId } from './profile/identity.ts'
import { systemKeyVault } from './profile/key-vault.ts'
import type { ProfileOpening, ProfileStore } from './profile/profile-store.ts'
import { createAdminWatchers } from './sessions/admin-watchers.ts'
import { createSessionRegistry } from './sessions/session-registry.ts'
import type { SessionRegistry } from './sessions/session-registry.ts'
import { createSessions } from './sessions/sessions.ts'
import type { Sessions } from './sessions/sessions.ts'
import { createSignIn } from './sessions/sign-in.ts'
import { tellProblems } from './start-problems.ts'
import { controlShutdown } from './shutdown.ts'
import type { Shutdown } from './shutdown.ts'
import { deviceName, platform } from './system/computer.ts'
import { createStayAwake } from './system/stay-awake.ts'
import { createStandingInvite } from './sessions/standing-invite.ts'
import { watchSystem } from './system/system-watch.ts'
import { createCameraGate } from './window/camera.ts'
import { APP_ORIGIN, APP_URL } from './window/app-files.ts'
import { serveAppFiles } from './window/app-protocol.ts'
import { hardenEverything, openExternally } from './window/hardening.ts'
import { createWindows } from './window/windows.ts'
import type { Windows } from './window/windows.ts'

export interface AppOptions {
  readonly launch: LaunchOptions
  readonly paths: Paths
  readonly profile: ProfileOpening
  /** Address of the development server, when the page comes from there. */
  readonly devUrl: string | null
  readonly log: Logger
  /** The first window shows a screen a person can use. */
  readonly onUsable: () => void
}

export interface RunningApp {
  readonly windows: Windows
  readonly sessions: Sessions
  readonly registry: SessionRegistry
  readonly profile: ProfileStore
  readonly shutdown: Shutdown
}

/** Wires the app together: the only place where its parts meet. */
export function startApp(options: AppOptions): RunningApp {
  const { launch, paths, log } = options
  const profile = options.profile.store
  const clock = systemClock()
  nativeTheme.themeSource = profile.get().theme

  const camera = createCameraGate()
  hardenEverything(log, camera)
  serveAppFiles(paths.renderer)

  const windows = createWindows({
    preload: paths.preload,
    url: options.devUrl ?? APP_URL,
    icon: process.platform === 'linux' ? iconPath : undefined,
    clock,
    log,
    bounds: () => profile.get().window,
    saveBounds(window) {
      try {
        profile.update((current) => ({ ...current, window }))
      } catch (error) {
        // A full disk must not end the app because a window was moved.
        log.warn('the window’s place could not be kept', errorFields(error))
      }
    },
    onPageCrash: (reason, gaveUp) => shell.tellPageCrash(reason, gaveUp),
    onPageGone(id) {
      joining.cancel(id)
      adminWatchers.gone(id)
      watchers.set(id, false)
    },
    onClosing(event, isLast) {
      if (!isLast || !launch.askBeforeQuit || shutdown.isStopping) return
      if (shell.staysWithoutWindows() || hosting.activeIds.length === 0) return
      event.preventDefault()
      void shutdown.request()
    },
  })

  // Read when the first session asks: most have a key of their own.
  let read: Authorities | undefined
  const authorities = (): readonly string[] =>
    (read ??= readAuthorities(launch.caFile)).certificates

  const hosting = createHosting({
    fork: () => forkServer(paths.server, log),
    clock,
    log,
    interfaces: networkInterfaces,
    folder: paths.hosted,
    personName: () => profile.get().name ?? 'Host',
    vault: systemKeyVault(),
    onReady: (id, port) => sessions.onHostReady(id, port),
    onChange(view) {
      windows.broadcast({ type: 'hosting', hosting: view })
      announcements.follow(view)
      found.refresh()
      shell.refresh()
      stayAwake()
    },
  })
  const awake = createStayAwake(powerSaveBlocker)
  const stayAwake = (): void =>
    awake.follow(profile.get().settings.stayAwakeWhileHosting && hosting.activeIds.length > 0)

  const registry = createSessionRegistry({
    profile,
    folder: paths.sessions,
    deviceName: deviceName(),
    client: {
      dial: dialWebSocket,
      clock,
      random: Math.random,
      uuid: uuidv7,
      app: { name: 'landline-desktop', version: app.getVersion() },
    },
    log,
    authorities,
    needsNoNetwork: (id) => hosting.isActive(id),
    onEvent(id, event) {
      windows.broadcast({ type: 'session-event', session: id, event })
      if (event.type !== 'session') return
      signIn.follow(event.session)
      found.refresh()
      shell.refresh()
    },
    onAdmin(session, admin) {
      void standingInvite.follow(session, admin)
      for (const id of adminWatchers.of(session))
        windows.tell(id, { type: 'admin', session, admin })
    },
    onTokenOver: (id, token, reason) => signIn.forget(id, token, reason),
    onListChange: tellApp,
  })

  const signIn = createSignIn(profile, registry)
  const adminWatchers = createAdminWatchers({
    registry,
    isHosted: (id) => hosting.isActive(id),
  })

  const sessions = createSessions({
    profile,
    registry,
    hosting,
    hostPort: launch.hostPort,
    newId: createSessionId,
    clock,
    log,
  })

  const standingInvite = createStandingInvite({
    isHosted: (id) => hosting.isActive(id),
    clientOf: (id) => registry.get(id),
    keep: (id, token) => sessions.keepInvite(id, token),
    log,
  })

  const discovery = launch.discovery
    ? createDiscovery({
        interfaces: networkInterfaces,
        clock,
        random: Math.random,
        addresses: (port) =>
          lanAddresses(networkInterfaces()).map((address) => withPort(address, port)),
        onTrouble: (link, code) => log.warn('a network cannot be listened to', { link, code }),
      })
    : noDiscovery
  /** Windows that show found sessions. */
  const watching = new Set<number>()
  const announcements = createAnnouncements({
    discovery,
    noticeOf: (id) => hosting.noticeOf(id),
    fingerprintOf: (id) => profile.session(id)?.fingerprint,
    hostName: deviceName(),
  })
  const found = createFoundSessions({
    discovery,
    profile,
    registry,
    isHosted: (id) => hosting.isActive(id),
    isJoined: (id) => sessions.isIn(id),
    onChange(list) {
      if (watching.size > 0) windows.broadcast({ type: 'found', sessions: list })
    },
    log,
  })
  const joining = createJoining({
    ports: realNetwork(authorities),
    clock,
    found,
    enter: (invite, member) => sessions.enter(invite, member),
    signIn(id, token) {
      signIn.withToken(id, token).catch((error: unknown) => {
        log.error('a token could not be kept', errorFields(error))
      })
    },
    isJoined: (id) => sessions.isIn(id),
    tell: (windowId, steps) => windows.tell(windowId, { type: 'joining', steps }),
  })
  const watchers = {
    set(windowId: number, active: boolean): void {
      if (active) watching.add(windowId)
      else watching.delete(windowId)
    },
  }

  const doctor = createAppDoctor({
    paths,
    caFile: launch.caFile,
    profile,
    registry,
    hosting,
    onProgress: (report) => windows.broadcast({ type: 'doctor', report }),
  })

  const shutdown = controlShutdown({
    ask: launch.askBeforeQuit,
    hosted: () => hosting.activeIds.map((id) => profile.session(id)?.name ?? 'a session'),
    log,
    async stop() {
      stopWatching()
      closeChannel()
      shell.dispose()
      doctor.stop()
      registry.closeAll()
      found.stop()
      await Promise.all([announcements.stopAll(), hosting.stopAll()])
    },
  })

  const shell = createAppShell({
    windows,
    registry,
    sessions,
    hosting,
    profile,
    icon: iconPath,
    log,
    copyText: (text) => void copyText(text),
    quit: () => void shutdown.request(),
  })

  function appView(): AppView {
    const { name, theme, settings } = profile.get()
    return {
      profile: name === null ? null : { name },
      theme,
      settings,
      sessions: registry.views(),
      platform: platform(),
      versions: {
        app: app.getVersion(),
        electron: process.versions.electron ?? 'none',
        protocol: PROTOCOL_VERSION,
      },
    }
  }
  function tellApp(): void {
    windows.broadcast({ type: 'app', app: appView() })
    found.refresh()
    shell.refresh()
  }

  const shows = (windowId: number, id: SessionId): void => shell.showsSession(windowId, id)
  const rooms = roomCommands(registry)
  const closeChannel = openCommandChannel(
    {
      isOwnWindow: (id) => windows.has(id),
      origins: [APP_ORIGIN, ...(options.devUrl === null ? [] : [new URL(options.devUrl).origin])],
    },
    {
      ...appCommands({
        appView,
        listen: (windowId) => windows.listen(windowId),
        painted: options.onUsable,
        setTheme(theme) {
          profile.update((current) => ({ ...current, theme }))
          nativeTheme.themeSource = theme
          tellApp()
        },
        setSettings(settings) {
          profile.update((current) => ({ ...current, settings }))
          stayAwake()
          tellApp()
        },
        setName(name) {
          profile.update((current) => ({ ...current, name }))
          registry.rename(name)
          tellApp()
        },
        openLink: (url) => openExternally(url, log),
        copyText,
      }),
      ...sessionCommands(sessions, registry, signIn, shows),
      ...joinCommands(joining, camera.set),
      ...adminCommands(
        registry,
        adminWatchers,
        (id, token) => sessions.linkWith(id, token),
        createSecret,
      ),
      ...discoveryCommands(found, watchers),
      ...doctorCommands(doctor, copyText),
      ...rooms,
      // A page asks for a room's read positions when it enters the room: that session is on screen.
      'room.reads'(args, context) {
        shows(context.windowId, args.session)
        return rooms['room.reads'](args, context)
      },
    },
    log,
  )

  const stopWatching = watchSystem({
    onEvent(event) {
      registry.systemEvent(event)
      if (event.startsWith('network')) hosting.addressesChanged()
    },
    onPresence: (presence) => registry.setPresence(presence),
    every,
  })

  app.on('window-all-closed', () => {
    if (!shell.staysWithoutWindows()) app.quit()
  })

  // The page starts in its own process while the databases are opened in this one.
  windows.open()
  const problems = sessions.resume()
  shell.refresh()
  const caProblem = launch.caFile === undefined ? null : readAuthorities(launch.caFile).problem
  tellProblems(options, caProblem === null ? problems : [...problems, caProblem])
  return { windows, sessions, registry, profile, shutdown }
}

/** Electron 45 answers with a promise, 33 at once. */
async function copyText(text: string): Promise<void> {
  await clipboard.writeText(text)
}

function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms)
  timer.unref()
  return () => clearInterval(timer)
}
