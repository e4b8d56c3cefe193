import { randomBytes } from 'node:crypto'
import { readFile, statfs } from 'node:fs/promises'
import { homedir, networkInterfaces, userInfo } from 'node:os'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemClock } from '../../client/clock.ts'
import { readAuthorities } from '../../client/connection/host-trust.ts'
import { multicastNetwork } from '../../discovery/multicast-network.ts'
import type { DoctorPorts } from '../plan.ts'
import { fetchPath, resolve, shakeHands, touch } from './dial.ts'
import { greet } from './greet.ts'
import { answerOf } from './look-in-process.ts'
import type { LookingProcess } from './look-in-process.ts'
import { runCommand } from './run-command.ts'

export interface SystemOptions {
  /** Where Landline keeps its data; need not exist yet. */
  readonly folder: string
  readonly caFile: string | undefined
  /** Starts the process that looks at a database. */
  readonly look: (file: string) => LookingProcess
}

/** The real computer. */
export function systemPorts(options: SystemOptions): DoctorPorts {
  const clock = systemClock()
  return {
    platform: process.platform,
    environment: process.env,
    interfaces: networkInterfaces,
    now: clock.now,
    clock,
    run: runCommand,
    readText: (path) => readFile(path, 'utf8').catch(() => null),
    freeBytes: () => freeBytes(options.folder),
    authorities: () => readAuthorities(options.caFile).certificates,
    multicast() {
      const troubles: { link: string; code: string }[] = []
      const network = multicastNetwork({
        interfaces: networkInterfaces,
        clock,
        onTrouble: (link, code) => void troubles.push({ link, code }),
      })
      return { network, troubles: () => troubles, token: randomBytes(6).toString('hex') }
    },
    lookAtDatabase: (file, signal) => answerOf(options.look(file), signal),
    dial: { resolve, touch, shakeHands, fetchPath, greet },
  }
}

/** For redacting. Not every account has an entry in the system's list of users. */
export function person(): { readonly home: string; readonly userName: string } {
  try {
    return { home: homedir(), userName: userInfo().username }
  } catch {
    return { home: homedir(), userName: '' }
  }
}

/** Of the disk the folder is or will be on; null when it is on none. */
async function freeBytes(folder: string): Promise<number | null> {
  let existing = folder
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  try {
    const { bavail, bsize } = await statfs(existing)
    return bavail * bsize
  } catch {
    return null
  }
}
