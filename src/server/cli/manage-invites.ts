import { randomUUID } from 'node:crypto'
import { inviteIdSchema } from '../../protocol/ids.ts'
import { roleSchema } from '../../protocol/roles.ts'
import { inviteLink } from '../ops/describe-invite.ts'
import { systemSecrets } from '../ops/system-secrets.ts'
import { fingerprintOfKey, keepHostKey } from '../tls/host-key.ts'
import { namesOf, readTlsFiles } from '../tls/server-tls.ts'
import { type CommandOptions, commandOptions, type Environment } from './options.ts'
import { CommandFault, type Output } from './output.ts'
import { withStore } from './with-store.ts'

const USAGE =
  'Write: landline invite list | create [--role ROLE --label TEXT --uses N --hours N] | revoke ID'
const HOUR_MS = 3_600_000

export async function manageInvites(
  args: readonly string[],
  environment: Environment,
  output: Output,
): Promise<number> {
  const given = commandOptions(args, environment, ['role', 'label', 'uses', 'hours'])
  const [what, id] = given.words
  if (what === 'create') return await create(given, output)
  if (what === 'list') return await list(given, output)
  const invite = inviteIdSchema.safeParse(id)
  if (what !== 'revoke' || !invite.success) throw new CommandFault(USAGE)
  return await withStore(given, async ({ registry }) => {
    const changed = await registry.revokeInvite(invite.data, { by: null, at: Date.now() })
    output.say(changed.kind === 'refused' ? changed.message : 'It admits nobody any more.')
    return changed.kind === 'refused' ? 1 : 0
  })
}

async function list(given: CommandOptions, output: Output): Promise<number> {
  return await withStore(given, async ({ registry }) => {
    const now = Date.now()
    for (const {
      id,
      role,
      label,
      uses,
      maxUses,
      expiresAt,
      revokedAt,
    } of await registry.invites()) {
      const isOver = expiresAt !== null && expiresAt <= now
      const state = revokedAt !== null ? 'revoked' : isOver ? 'expired' : 'open'
      output.out([id, state, role, `${uses}/${maxUses ?? 'any'}`, label].join('\t'))
    }
    return 0
  })
}

async function create(given: CommandOptions, output: Output): Promise<number> {
  const { values, options } = given
  const role = roleSchema.safeParse(values['role'] ?? 'member')
  if (!role.success) throw new CommandFault('--role must be host, moderator, member or guest.')
  const [maxUses, hours] = [whole(values, 'uses', 1_000_000), whole(values, 'hours', 87_600)]
  if (options.port === 0) {
    throw new CommandFault('Say by --port where the server listens: the link names it.')
  }
  const { host, port } = options
  const secrets = systemSecrets()
  const token = secrets.nonce()
  const at = Date.now()
  return await withStore(given, async ({ registry, session }) => {
    // Before the invite is made, which is shown this once; and only where a session is, since it may make a key.
    const { fingerprint, names } = identityOf(options)
    const made = await registry.createInvite(
      {
        id: inviteIdSchema.parse(randomUUID()),
        kind: 'invite',
        tokenHash: secrets.hash(token),
        label: values['label'] ?? '',
        role: role.data,
        expiresAt: hours === null ? null : at + hours * HOUR_MS,
        maxUses,
        member: null,
      },
      { by: null, at },
    )
    if (made.kind === 'refused') {
      output.say(made.message)
      return 1
    }
    output.out(inviteLink({ session, host, port, fingerprint }, options, token, names))
    output.say('Whoever has this link can join. It is shown this once.')
    return 0
  })
}

/** What the link knows the server by: its own key, or the names an authority's certificate is for. */
function identityOf({ tls, dataDir }: CommandOptions['options']): {
  readonly fingerprint: string | null
  readonly names: readonly string[]
} {
  switch (tls.kind) {
    case 'none':
      return { fingerprint: null, names: [] }
    case 'host-key': {
      const key = keepHostKey(dataDir)
      if (key.kind === 'fault') throw new CommandFault(key.message)
      return { fingerprint: fingerprintOfKey(key.privateKey), names: [] }
    }
    case 'files': {
      const read = readTlsFiles(tls.keyFile, tls.certificateFile)
      if (read.kind === 'fault') throw new CommandFault(read.message)
      return { fingerprint: null, names: namesIn(tls.certificateFile, read.certificate) }
    }
  }
}

function namesIn(file: string, certificate: string): readonly string[] {
  try {
    return namesOf(certificate)
  } catch {
    throw new CommandFault(`${file} is no certificate (PEM).`)
  }
}

function whole(values: CommandOptions['values'], name: string, high: number): number | null {
  const text = values[name]
  if (text === undefined) return null
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= high) return value
  throw new CommandFault(`--${name} must be a whole number from 1 to ${high}, not "${text}".`)
}
