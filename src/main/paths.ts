import { join } from 'node:path'

/** Where things are: what the build put beside this file, and what belongs to the profile. */
export interface Paths {
  readonly renderer: string
  readonly preload: string
  readonly server: string
  readonly databaseProcess: string
  readonly profile: string
  readonly sessions: string
  readonly hosted: string
  readonly logs: string
}

export function pathsOf(mainFolder: string, userData: string): Paths {
  return {
    renderer: join(mainFolder, '..', 'renderer'),
    preload: join(mainFolder, '..', 'preload', 'index.cjs'),
    server: join(mainFolder, 'server.js'),
    databaseProcess: join(mainFolder, 'look-at-database.js'),
    profile: join(userData, 'profile.json'),
    sessions: join(userData, 'sessions'),
    hosted: join(userData, 'hosted'),
    logs: join(userData, 'logs'),
  }
}
