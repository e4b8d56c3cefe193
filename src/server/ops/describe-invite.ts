import { networkInterfaces } from 'node:os'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import { createInvite } from '../../protocol/invite.ts'
import type { RunningServer } from '../start-server.ts'
import { reachableAddresses } from './addresses.ts'
import type { HeadlessOptions } from './headless-options.ts'

/** The one line on stdout, for whoever started the server: what lets people in is told here only, since logs are kept. */
export interface ListeningLine {
  readonly event: 'listening'
  readonly url: string
  readonly http: string
  /** Of the admin port. */
  readonly admin?: string
  /** With the join secret; when asked. */
  readonly invite?: string
  /** Makes one person host; when asked. */
  readonly ownerInvite?: string
  /** The words of the host's key, to compare them; beside an invite that names the key. */
  readonly key?: string
}

export function listeningLine(
  server: RunningServer,
  options: Pick<HeadlessOptions, 'tls' | 'printInvite'>,
  secrets: { readonly join: string | undefined; readonly owner: string | undefined },
  /** Of the certificate: an address would not be believed. */
  names: readonly string[],
): ListeningLine {
  const { url, httpUrl: http, adminUrl, fingerprint } = server
  const { owner } = secrets
  const link = (secret: string | undefined) => inviteLink(server, options, secret, names)
  const hasInvite = options.printInvite || owner !== undefined
  return {
    ...{ event: 'listening', url, http },
    ...(adminUrl === null ? {} : { admin: adminUrl }),
    ...(options.printInvite ? { invite: link(secrets.join) } : {}),
    ...(owner === undefined ? {} : { ownerInvite: link(owner) }),
    ...(hasInvite && fingerprint !== null
      ? { key: fingerprintWords(fingerprint).join(' · ') }
      : {}),
  }
}

/** Of the server as others reach it, with what lets them in. */
export function inviteLink(
  server: Pick<RunningServer, 'session' | 'host' | 'port' | 'fingerprint'>,
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
