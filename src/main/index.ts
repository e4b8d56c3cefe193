import { mkdirSync } from 'node:fs'
import { app } from 'electron'
import { startApp } from './app.ts'
import { guardAgainstCrashes } from './crash-guard.ts'
import { prepareDemoProfile, runDemo } from './demo/demo.ts'
import { receiveLinks } from './deep-links.ts'
import { parseLaunchOptions } from './launch-options.ts'
import { createLogger, fileSink } from './logger.ts'
import { pathsOf } from './paths.ts'
import { systemKeyVault } from './profile/key-vault.ts'
import { openProfileStore } from './profile/profile-store.ts'
import { startSmoke } from './smoke.ts'
import { createTemporaryProfile } from './temporary-profile.ts'
import { registerAppScheme } from './window/app-protocol.ts'

/** The entry: decides which profile this run is for, then starts the app once Electron is ready. */
const launch = parseLaunchOptions(process.argv, process.env)
// A smoke run and a demonstration never touch a real profile, unless one is named.
const temporary =
  launch.profileDir === null && (launch.smoke || launch.demo) ? createTemporaryProfile() : null
const profileDir = launch.profileDir ?? temporary?.folder
if (profileDir !== undefined) {
  mkdirSync(profileDir, { recursive: true, mode: 0o700 })
  app.setPath('userData', profileDir)
}
const paths = pathsOf(import.meta.dirname, app.getPath('userData'))
const log = createLogger(
  [fileSink(paths.logs), { write: (line) => process.stderr.write(line) }],
  Date.now,
)
guardAgainstCrashes(log, launch.askBeforeQuit)
if (process.platform === 'win32') app.setAppUserModelId('net.landline.app')
registerAppScheme()
temporary?.removeAtExit()

// One app for each profile: a second start hands its link over and ends.
if (app.requestSingleInstanceLock()) start()
else app.quit()

function start(): void {
  const links = receiveLinks(launch.link)
  const smoke = launch.smoke ? startSmoke(app.getPath('userData')) : null
  // Not awaited at the top: Electron may wait for this module before it becomes ready.
  void app.whenReady().then(() => {
    const profile = openProfileStore(paths.profile, Date.now, systemKeyVault())
    if (launch.demo) prepareDemoProfile(profile.store)
    const running = startApp({
      launch,
      paths,
      profile,
      devUrl: app.isPackaged ? null : (process.env['ELECTRON_RENDERER_URL'] ?? null),
      log,
      onUsable: () => smoke?.usable(),
    })
    links.deliver(running.windows)
    if (launch.demo) runDemo(running, { folder: app.getPath('userData'), log })
  })
}
