import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { app, screen } from 'electron'
import { uuidv7 } from 'uuidv7'
import type { ClientSession } from '../../client/client-session.ts'
import { systemClock } from '../../client/clock.ts'
import { dialWebSocket } from '../../client/connection/web-socket.ts'
import type { RunningApp } from '../app.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'
import { createIdentity } from '../profile/identity.ts'
import type { Identity } from '../profile/identity.ts'
import { openProfileStore } from '../profile/profile-store.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import { linkDevice } from './link-device.ts'
import { enter, until } from './cast.ts'
import type { CastOptions, Membership } from './cast.ts'
import { playScript } from './play.ts'
import { startChatter } from './chatter.ts'
import { CAST, GUEST, HOST, SESSION_NAME } from './script.ts'
import { sideBySide } from './side-by-side.ts'
import type { Person } from './script.ts'

export interface DemoOptions {
  /** The temporary profile; everything of the demonstration lives in it. */
  readonly folder: string
  readonly log: Logger
}

/** The first person's profile, before the app opens with it. */
export function prepareDemoProfile(profile: ProfileStore): void {
  const window = sideBySide(screen.getPrimaryDisplay().workArea).left
  profile.update((current) => ({ ...current, name: HOST, window }))
}

/**
 * `--demo`: this app hosts the sample session as one person, a second app of its own opens as another,
 * and the rest of the station talks through real clients against the real server.
 */
export function runDemo(running: RunningApp, options: DemoOptions): void {
  const stops: (() => void)[] = []
  // Last in, first out; the app's own session and server end after.
  running.shutdown.before(() => {
    for (const stop of stops.splice(0).toReversed()) stop()
  })
  play(running, options, stops).catch((error: unknown) => {
    options.log.error('the demonstration ended early', errorFields(error))
  })
}

async function play(
  { sessions, registry, profile, shutdown }: RunningApp,
  { folder, log }: DemoOptions,
  stops: (() => void)[],
): Promise<void> {
  const hosted = await sessions.host(SESSION_NAME)
  if (!hosted.ok) throw new Error(hosted.failure.message)
  const id = hosted.value.session
  const own = registry.get(id)
  const known = profile.session(id)
  if (own === undefined || known?.secret === undefined || known.fingerprint === undefined)
    throw new Error('the session is gone')
  await until(own, () => own.view().connection.state === 'online')

  const membership: Membership = {
    sessionId: id,
    name: SESSION_NAME,
    address: `127.0.0.1:${known.hosted?.port ?? 0}`,
    secret: known.secret,
    fingerprint: known.fingerprint,
  }
  const cast: CastOptions = {
    folder: join(folder, 'cast'),
    client: { dial: dialWebSocket, clock: systemClock(), random: Math.random, uuid: uuidv7 },
    log,
  }
  // The guest speaks from a second device until their own window is there: one person, two devices.
  const people = new Map<Person, ClientSession>([[HOST, own]])
  const others: readonly Person[] = [GUEST, ...CAST]
  for (const name of others) {
    const session = await enter(
      name,
      createIdentity(),
      `${name.split(' ', 1)[0]}’s tablet`,
      membership,
      cast,
    )
    stops.push(() => session.close())
    people.set(name, session)
  }
  const tablet = people.get(GUEST)
  if (!shutdown.isStopping && tablet !== undefined) {
    const guest = await linkDevice(tablet, membership)
    stops.push(openGuestApp(join(folder, 'guest'), guest, membership, log))
  }
  const rooms = await playScript(people)
  if (!shutdown.isStopping) stops.push(startChatter(people, rooms, systemClock(), Math.random))
}

/** The second person's window: the same app, another process and another profile. */
function openGuestApp(
  folder: string,
  identity: Identity & { readonly link: string },
  { sessionId, name, address, fingerprint }: Membership,
  log: Logger,
): () => void {
  const { store } = openProfileStore(join(folder, 'profile.json'), Date.now)
  store.update((profile) => ({
    ...profile,
    name: GUEST,
    window: sideBySide(screen.getPrimaryDisplay().workArea).right,
    sessions: [{ sessionId, name, addresses: [address], fingerprint, ...identity }],
  }))
  const inherited = process.argv.slice(1).filter((argument) => argument === '--no-sandbox')
  const child = spawn(
    process.execPath,
    [
      ...inherited,
      ...(app.isPackaged ? [] : [app.getAppPath()]),
      `--user-data-dir=${folder}`,
      '--quit-without-asking',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  child.on('error', (error) => log.error('the second window did not open', errorFields(error)))
  return () => void child.kill('SIGTERM')
}
