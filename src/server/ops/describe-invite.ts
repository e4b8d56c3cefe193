import { networkInterfaces } from 'node:os'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import { createInvite } from '../../protocol/invite.ts'
import type { RunningServer } from '../start-server.ts'
import { reachableAddresses } from './addresses.ts'
import type { HeadlessOptions } from './headless-options.ts'
import type { JoinSecret } from './join-secret.ts'

/** Says on stderr where the join secret is, and, when asked, the invite and the words of the key. */
export function describeInvite(
  server: RunningServer,
  options: HeadlessOptions,
  secret: Extract<JoinSecret, { kind: 'secret' }> | undefined,
  /** Of the certificate: an address would not be believed. */
  names: readonly string[],
): void {
  if (secret?.madeIn !== undefined) {
    process.stderr.write(`The join secret is in ${secret.madeIn}\n`)
  }
  if (!options.printInvite) {
    const warning = secret === undefined ? '' : ', which contains the secret'
    process.stderr.write(`Run with --print-invite to see the invite link${warning}.\n`)
    return
  }
  const invite = inviteLink(server, options, secret?.secret, names)
  process.stderr.write(`Invite: ${invite}\n`)
  if (server.fingerprint !== null) {
    process.stderr.write(`Key: ${fingerprintWords(server.fingerprint).join(' · ')}\n`)
  }
}

/** Of the server as others reach it, with what lets them in. */
export function inviteLink(
  server: RunningServer,
  { tls }: Pick<HeadlessOptions, 'tls'>,
  secret: string | undefined,
  names: readonly string[],
): string {
  return createInvite({
    sessionId: server.session.id,
    name: server.session.name,
    addresses:
      names.length > 0
        ? names.map((name) => `${name}:${server.port}`)
        : reachableAddresses(server.host, server.port, networkInterfaces()),
    ...(secret === undefined ? {} : { secret }),
    ...(server.fingerprint === null ? {} : { fingerprint: server.fingerprint }),
    ...(tls.kind === 'files' ? { tls: true } : {}),
  })
}
