import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { type CommandOptions, commandOptions, type Environment } from './options.ts'
import { CommandFailure, CommandFault, type Output, wordsOf } from './output.ts'
import { expectReadable, exportTo, importFrom, promote } from './transfer/copy.ts'
import {
  openPostgresSession,
  openSqliteSession,
  type SessionData,
} from './transfer/open-session.ts'

/** Where the options say that the session is, or is to be. */
async function openGiven(
  { postgres, options }: CommandOptions,
  use: 'from' | 'into',
): Promise<SessionData> {
  if (postgres !== undefined) return await openPostgresSession(postgres)
  return openFolder(options.dataDir, use)
}

function openFolder(dataDir: string, use: 'from' | 'into'): SessionData {
  try {
    if (use === 'into') mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (fault) {
    throw new CommandFailure(`Cannot make ${dataDir}: ${wordsOf(fault)}`)
  }
  return openSqliteSession(dataDir, use === 'from')
}

export async function runExport(
  args: readonly string[],
  environment: Environment,
  { say }: Output,
): Promise<number> {
  const given = commandOptions(args, environment, [])
  const [file, ...more] = given.words
  if (file === undefined || more.length > 0) throw new CommandFault('Write: landline export FILE')
  const from = await openGiven(given, 'from')
  try {
    const rows = await exportTo(resolve(file), from, Date.now())
    say(
      `${rows} rows of ${from.what} are in ${file}. It holds everything that was written: keep it safe.`,
    )
  } finally {
    await from.close()
  }
  return 0
}

export async function runImport(
  args: readonly string[],
  environment: Environment,
  { say }: Output,
): Promise<number> {
  const given = commandOptions(args, environment, [])
  const [file, ...more] = given.words
  if (file === undefined || more.length > 0) throw new CommandFault('Write: landline import FILE')
  expectReadable(resolve(file))
  const into = await openGiven(given, 'into')
  try {
    const rows = await importFrom(resolve(file), into)
    say(`${rows} rows are in ${into.what}.`)
  } finally {
    await into.close()
  }
  return 0
}

export async function runPromote(
  args: readonly string[],
  environment: Environment,
  { say }: Output,
): Promise<number> {
  const isBack = args.includes('--back')
  const given = commandOptions(
    args.filter((arg) => arg !== '--back'),
    environment,
    [],
  )
  if (given.postgres === undefined) {
    throw new CommandFault(
      'Say where the cluster keeps its data: LANDLINE_POSTGRES_CONNECTION_STRING or --postgres-connection-string-file.',
    )
  }
  const folder = openFolder(given.options.dataDir, isBack ? 'into' : 'from')
  try {
    const cluster = await openPostgresSession(given.postgres)
    try {
      const [from, into] = isBack ? [cluster, folder] : [folder, cluster]
      const rows = await promote(from, into)
      say(`${rows} rows went from ${from.what} to ${into.what}; what was there is left as it was.`)
      say('Serve it from one of the two only. Members find the new host by an invite of it.')
    } finally {
      await cluster.close()
    }
  } finally {
    await folder.close()
  }
  return 0
}
