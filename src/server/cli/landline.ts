/** The command line of operators: `npm run landline -- COMMAND`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DatabaseFault } from '../store/sqlite/database.ts'
import { manageInvites } from './manage-invites.ts'
import { manageIntegrations } from './manage-integrations.ts'
import { managePeople } from './manage-people.ts'
import { runExport, runImport, runPromote } from './move-session.ts'
import { CommandFailure, CommandFault, type Output } from './output.ts'

const HELP = `landline COMMAND

  serve                    serve a session; landline serve --help tells its options
  doctor                   find out why people cannot reach each other
  export FILE              write a session to a file: ids, numbers and history as they are
  import FILE              take a session from such a file
  promote                  move the session of a data folder to PostgreSQL
  promote --back           and the other way
  invite list              the invites of a session
  invite create            make one: --role host|moderator|member|guest (member), --label TEXT, --uses N, --hours N
  invite revoke ID         admits nobody any more
  user list                the people of a session
  user role ID ROLE        give somebody a role
  user remove|ban|unban ID
  user unbind ID           parts somebody and their bearer token: the next one that they show beside a device of theirs is bound.
                           --forget-devices also ends all devices that the token let in; who has no other one can come back
                           only as somebody new
  integration list         webhooks and bots
  integration create incoming|outgoing|bot --name NAME --room ROOM, --url URL --events LIST, --scopes LIST
  integration revoke ID

Where the session is, is said as for serve: --data DIR, or PostgreSQL by LANDLINE_POSTGRES_CONNECTION_STRING or
--postgres-connection-string-file. A data folder must not be in use by a server meanwhile: its hosts and moderators do the same in
the app. Nodes of a cluster may run. An invite counts for them at once; what becomes of people and integrations within ten seconds,
and whoever is out is cut off then.
`

const BAD_COMMAND = 2
const FAILED = 1

// Who reads may have had enough, as `head` has: what was begun is carried out all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const output: Output = {
  out: (line) => void process.stdout.write(`${line}\n`),
  say: (line) => void process.stderr.write(`${line}\n`),
}

async function run([command = '', ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'serve':
      return await serve(args)
    case 'doctor':
      return await become(['../../doctor/cli.ts', './doctor.mjs'], args)
    case 'export':
      return await runExport(args, process.env, output)
    case 'import':
      return await runImport(args, process.env, output)
    case 'promote':
      return await runPromote(args, process.env, output)
    case 'invite':
      return await manageInvites(args, process.env, output)
    case 'user':
      return await managePeople(args, process.env, output)
    case 'integration':
      return await manageIntegrations(args, process.env, output)
    case 'help':
    case '--help':
      process.stdout.write(HELP)
      return 0
    default:
      process.stderr.write(command === '' ? HELP : `There is no command "${command}".\n\n${HELP}`)
      return BAD_COMMAND
  }
}

/** The server is a program of its own, which reads the command line. */
async function serve(args: readonly string[]): Promise<number> {
  process.argv.splice(2, process.argv.length, ...args)
  await import('../headless.ts')
  return Number(process.exitCode ?? 0)
}

/** Another program of ours, with this one's terminal and signals: as it is written, or bundled in a container. */
async function become(places: readonly string[], args: readonly string[]): Promise<number> {
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const file = files.find((each) => existsSync(each))
  if (file === undefined) throw new CommandFailure('That is not a part of this installation.')
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], { stdio: 'inherit' })
  const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? FAILED
}

/** A single server keeps its session in memory, so that nobody may change the file beside it. */
function explained({ kind, message }: DatabaseFault, command: string | undefined): string {
  if (kind !== 'in-use') return message
  const isMoved = ['export', 'import', 'promote'].includes(command ?? '')
  return `${message} Stop it first. ${
    isMoved
      ? 'What members write meanwhile waits on their devices and is sent when it serves again.'
      : 'While it runs, its hosts and moderators change people, invites and programs in the app.'
  }`
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (fault) {
  if (
    !(
      fault instanceof CommandFault ||
      fault instanceof CommandFailure ||
      fault instanceof DatabaseFault
    )
  ) {
    throw fault
  }
  output.say(fault instanceof DatabaseFault ? explained(fault, process.argv[2]) : fault.message)
  process.exitCode = fault instanceof CommandFault ? BAD_COMMAND : FAILED
}
