import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const cacheDir = join(root, '.cache')

/** A cache that outlives this clone, for what is slow to make: see each use for how it is verified. */
export function userCacheDir() {
  if (process.env.LANDLINE_CACHE) return process.env.LANDLINE_CACHE
  if (process.platform === 'win32') {
    return join(
      process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'),
      'landline-dev',
      'Cache',
    )
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'landline-dev')
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'landline-dev')
}
