import { readFileSync } from 'node:fs'
import { describeOptions } from './options/print-options.ts'
import { type ReadFile, type Resolved, resolveSettings } from './options/resolve.ts'
import type { Settings } from './options/settings.ts'

/** What the headless server is started with: the settings, and what follows from them. */
export interface HeadlessOptions {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly sessionName: string | undefined
  readonly secret:
    | { readonly kind: 'open' }
    | { readonly kind: 'given'; readonly secret: string }
    | { readonly kind: 'file'; readonly file: string }
    /** Made once and kept in the data folder. */
    | { readonly kind: 'kept' }
  readonly tls:
    /** Unencrypted: within this computer only. */
    | { readonly kind: 'none' }
    /** The host's own key, made once and kept in the data folder. */
    | { readonly kind: 'host-key' }
    | { readonly kind: 'files'; readonly keyFile: string; readonly certificateFile: string }
  readonly settings: Settings
  /** With the origin of each value, to be printed. */
  readonly resolved: Resolved
  readonly printInvite: boolean
  readonly ownerInvite: boolean
  readonly printOptions: boolean
  readonly help: boolean
}

/** Paths of the server's doors; what is below them is theirs as well. */
const OWN_PATHS = ['/ws', '/hubs/chat', '/hooks', '/pair', '/landline']

export type ParsedOptions =
  | { readonly kind: 'options'; readonly options: HeadlessOptions }
  /** Every violation, each naming where it was given. */
  | {
      readonly kind: 'faults'
      readonly faults: readonly string[]
      /** In which they are to be said, if that much was understood. */
      readonly format: Settings['log']['format']
    }

export function headlessHelp(leaves: Resolved['leaves']): string {
  return `Landline server

  --config FILE      options by name, in JSON or YAML (or set LANDLINE_CONFIG)
  --print-options    print every option with its value and its origin, and end
  --print-invite     tell the invite link, which contains the secret: as "invite" in the line on stdout
  --owner-invite     make an invite of the role host, good for one person: as "ownerInvite" in that line
  --help

stdout has one line of JSON, once people can come in: {"event":"listening","url":…}. stderr has the log, and nothing else.

Flags win over the environment (LANDLINE_…), the environment over the file. SIGHUP reads them again: limits, the log's level
and revoked tokens change while serving, the rest at the next start.

${describeOptions(leaves)}`
}

export function parseHeadlessOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = (file) => readFileSync(file, 'utf8'),
): ParsedOptions {
  const resolved = resolveSettings(args, environment, readFile)
  if (resolved.kind === 'faults') {
    const { faults, rest } = resolved
    const more = rest === undefined ? [] : contradictions(rest)
    const format = rest?.settings.log.format
    return { kind: 'faults', faults: [...faults, ...more], format }
  }
  const { settings, run } = resolved
  const faults = contradictions(resolved)
  if (faults.length > 0) return { kind: 'faults', faults, format: settings.log.format }
  const tls = tlsOf(settings)
  const { port, host, dataDir, sessionName } = settings
  return {
    kind: 'options',
    options: {
      ...{ port, host, dataDir, sessionName, tls, settings, resolved },
      secret: secretOf(settings),
      printInvite: run.printInvite,
      ownerInvite: run.ownerInvite,
      printOptions: run.printOptions,
      help: run.help,
    },
  }
}

/** What is right by itself, but not together. */
function contradictions({ settings, origins }: Resolved): string[] {
  const faults: string[] = []
  const { open, host, jwt, monitoring } = settings
  const named = (path: string): string => origins.get(path)?.name ?? path
  /** Given at all: what is wrong with it by itself is said elsewhere. */
  const has = (...paths: readonly string[]): boolean => paths.some((path) => origins.has(path))
  const both = (one: string, other: string): void => {
    if (origins.has(one) && origins.has(other)) {
      faults.push(`${named(one)} and ${named(other)} are both set: leave one out.`)
    }
  }
  if (open && has('joinSecret', 'joinSecretFile')) {
    faults.push('--open admits without a secret: leave out --secret-file and LANDLINE_SECRET.')
  }
  if (open && !isLoopback(host)) {
    faults.push(
      `--open admits anyone without a secret, so it is accepted on a loopback address only (127.0.0.1, ::1, localhost), not on "${host}".`,
    )
  }
  both('joinSecret', 'joinSecretFile')
  both('jwt.secret', 'jwt.secretFile')
  both('jwt.secret', 'jwt.jwksUrl')
  both('jwt.secretFile', 'jwt.jwksUrl')
  both('redis.connectionString', 'redis.connectionStringFile')
  both('postgres.connectionString', 'postgres.connectionStringFile')
  if (has('tls.keyFile') !== has('tls.certificateFile')) {
    faults.push('--tls-key and --tls-cert go together: give both or none.')
  }
  const hasKeys = has('jwt.secret', 'jwt.secretFile', 'jwt.jwksUrl')
  if (settings.requireAuthentication && !hasKeys) {
    faults.push(
      `${named('requireAuthentication')} needs keys: set jwt.secretFile, LANDLINE_JWT_SECRET or jwt.jwksUrl.`,
    )
  }
  if (settings.requireAuthentication && open) {
    faults.push(
      `${named('requireAuthentication')} and ${named('open')} contradict each other: leave one out.`,
    )
  }
  if (jwt.jwksUrl !== undefined && !isSafeUrl(jwt.jwksUrl)) {
    faults.push(
      `${named('jwt.jwksUrl')} must be https, or http on a loopback address: who changes keys on the way is whoever they want to be.`,
    )
  }
  const hasRedis = has('redis.connectionString', 'redis.connectionStringFile')
  if (hasRedis && !has('postgres.connectionString', 'postgres.connectionStringFile')) {
    faults.push(
      'redis.connectionString carries events between nodes that share a store: set postgres.connectionString as well.',
    )
  }
  const { healthEndpoint, metricsEndpoint } = monitoring
  for (const path of ['monitoring.healthEndpoint', 'monitoring.metricsEndpoint'] as const) {
    const endpoint = path === 'monitoring.healthEndpoint' ? healthEndpoint : metricsEndpoint
    const own = OWN_PATHS.find((each) => `${endpoint}/`.startsWith(`${each}/`))
    if (own !== undefined) {
      faults.push(`${named(path)} must not be ${endpoint}: ${own} is where people come in.`)
    }
  }
  if ([healthEndpoint, `${healthEndpoint}/ready`].includes(metricsEndpoint)) {
    faults.push(
      `${named('monitoring.metricsEndpoint')} must not be ${metricsEndpoint}: health answers there.`,
    )
  }
  return faults
}

function secretOf({ open, joinSecret, joinSecretFile }: Settings): HeadlessOptions['secret'] {
  if (open) return { kind: 'open' }
  if (joinSecret !== undefined) return { kind: 'given', secret: joinSecret }
  return joinSecretFile === undefined ? { kind: 'kept' } : { kind: 'file', file: joinSecretFile }
}

function tlsOf({ tls, host }: Settings): HeadlessOptions['tls'] {
  const { keyFile, certificateFile } = tls
  if (keyFile !== undefined && certificateFile !== undefined) {
    return { kind: 'files', keyFile, certificateFile }
  }
  return tls.enabled || !isLoopback(host) ? { kind: 'host-key' } : { kind: 'none' }
}

function isSafeUrl(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Nobody can come in by what they found unless they can reach it and know it by its key. */
export function isToBeAnnounced({ settings, host, tls }: HeadlessOptions): boolean {
  return settings.announce ?? (!isLoopback(host) && tls.kind === 'host-key')
}
