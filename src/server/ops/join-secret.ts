import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_SECRET_LENGTH } from '../../protocol/invite.ts'

export type JoinSecret =
  | { readonly kind: 'secret'; readonly secret: string; readonly madeIn?: string }
  | { readonly kind: 'fault'; readonly message: string }

/** Reads the secret from a file; white space around it, such as the last line's end, does not count. */
export function readJoinSecret(file: string): JoinSecret {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (secret.length > 0 && secret.length <= MAX_SECRET_LENGTH) return { kind: 'secret', secret }
    return fault(`${file} must hold 1 to ${MAX_SECRET_LENGTH} characters.`)
  } catch (cause) {
    return fault(`Cannot read the join secret: ${describe(cause)}`)
  }
}

/** The secret kept in the data folder; made there, readable for its owner only, the first time. */
export function keepJoinSecret(dataDir: string): JoinSecret {
  const file = join(dataDir, 'join-secret')
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const secret = randomBytes(32).toString('base64url')
    writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
    return { kind: 'secret', secret, madeIn: file }
  } catch (cause) {
    if (isNodeFault(cause) && cause.code === 'EEXIST') {
      const kept = readJoinSecret(file)
      return kept.kind === 'secret' ? { ...kept, madeIn: file } : kept
    }
    return fault(`Cannot keep a join secret in ${dataDir}: ${describe(cause)}`)
  }
}

function fault(message: string): JoinSecret {
  return { kind: 'fault', message }
}

function isNodeFault(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && 'code' in cause
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
