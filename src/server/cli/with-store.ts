import type { Store } from '../hub/ports.ts'
import { openBackends } from '../open-backends.ts'
import { systemClock } from '../ops/system-clock.ts'
import { systemSecrets } from '../ops/system-secrets.ts'
import { sharedOf } from '../shared-of-settings.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandOptions } from './options.ts'
import { CommandFailure, CommandFault } from './output.ts'

/** Opens the store that the options name, and closes it whatever happens. */
export async function withStore<Value>(
  { options, postgres }: CommandOptions,
  work: (store: Store) => Promise<Value>,
): Promise<Value> {
  const { dataDir, settings } = options
  if (postgres === undefined && !existsSync(join(dataDir, 'session.db'))) {
    throw new CommandFault(`There is no session in ${dataDir}.`)
  }
  const shared = await sharedOf(settings, (file) => readFileSync(file, 'utf8'))
  if (shared.kind === 'fault') throw new CommandFault(shared.message)
  const opened = await openBackends(
    { dataDir, shared: shared.kind === 'shared' ? shared.shared : undefined },
    { secrets: systemSecrets(), clock: systemClock(), log: { info() {}, warn() {} } },
  )
  if (opened.kind === 'failed') throw opened.fault ?? new CommandFailure(opened.message)
  try {
    return await work(opened.store)
  } finally {
    await opened.close()
  }
}
