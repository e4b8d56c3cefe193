import { parseArgs } from 'node:util'
import { MAX_SECRET_LENGTH } from '../../protocol/invite.ts'
import { MAX_SESSION_NAME_LENGTH } from '../../protocol/limits.ts'
import { nameSchema } from '../../protocol/records.ts'

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
  readonly messagesPerMinute: number | undefined
  readonly maxConnections: number | undefined
  readonly printInvite: boolean
  readonly help: boolean
}

export type ParsedOptions =
  | { readonly kind: 'options'; readonly options: HeadlessOptions }
  /** Every violation, each naming its flag. */
  | { readonly kind: 'faults'; readonly faults: readonly string[] }

export const HEADLESS_HELP = `Landline server

  --port N                 port to listen on; 0 picks a free one (default 47800)
  --host ADDRESS           interface to listen on (default 127.0.0.1; 0.0.0.0 for all)
  --data DIR               folder of the session's database (default ./landline-data)
  --name NAME              name of the session
  --secret-file FILE       file with the join secret (or set LANDLINE_SECRET)
  --open                   admit without a secret; on a loopback address only
  --tls                    encrypt on a loopback address as well; elsewhere it always is
  --tls-key FILE           private key and certificate chain (PEM) of an authority, instead of
  --tls-cert FILE            the key that the server makes and its invites name
  --print-invite           print the invite link, which contains the secret, on stderr
  --messages-per-minute N  messages a member may send (1 to 1,000,000; default 60)
  --max-connections N      1 to 100,000 (default 10,000)
  --help
`

const flags = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  name: { type: 'string' },
  'secret-file': { type: 'string' },
  open: { type: 'boolean' },
  tls: { type: 'boolean' },
  'tls-key': { type: 'string' },
  'tls-cert': { type: 'string' },
  'print-invite': { type: 'boolean' },
  'messages-per-minute': { type: 'string' },
  'max-connections': { type: 'string' },
  help: { type: 'boolean' },
} as const

export function parseHeadlessOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ParsedOptions {
  let values: ReturnType<typeof readFlags>
  try {
    values = readFlags(args)
  } catch (fault) {
    return { kind: 'faults', faults: [fault instanceof Error ? fault.message : String(fault)] }
  }
  const faults: string[] = []
  function whole(flag: keyof typeof values, low: number, high: number): number | undefined {
    const text = values[flag]
    if (text === undefined) return undefined
    const value = Number(text)
    if (typeof text === 'string' && /^\d+$/.test(text) && value >= low && value <= high)
      return value
    faults.push(`--${flag} must be a whole number from ${low} to ${high}, not "${String(text)}".`)
    return undefined
  }
  const port = whole('port', 0, 65_535) ?? 47_800
  const messagesPerMinute = whole('messages-per-minute', 1, 1_000_000)
  const maxConnections = whole('max-connections', 1, 100_000)
  const host = values.host ?? '127.0.0.1'
  if (host === '') faults.push('--host must not be empty.')
  if (values.data === '') faults.push('--data must not be empty.')
  if (
    values.name !== undefined &&
    !nameSchema(MAX_SESSION_NAME_LENGTH).safeParse(values.name).success
  ) {
    faults.push(`--name must be one line of 1 to ${MAX_SESSION_NAME_LENGTH} characters.`)
  }

  const given = environment['LANDLINE_SECRET']
  const isOpen = values.open === true
  if (given !== undefined && (given.length === 0 || given.length > MAX_SECRET_LENGTH)) {
    faults.push(`LANDLINE_SECRET must have 1 to ${MAX_SECRET_LENGTH} characters.`)
  }
  if (isOpen && (given !== undefined || values['secret-file'] !== undefined)) {
    faults.push('--open admits without a secret: leave out --secret-file and LANDLINE_SECRET.')
  }
  if (given !== undefined && values['secret-file'] !== undefined) {
    faults.push('--secret-file and LANDLINE_SECRET are both set: leave one out.')
  }
  if (isOpen && !isLoopback(host)) {
    faults.push(
      `--open admits anyone without a secret, so it is accepted on a loopback address only (127.0.0.1, ::1, localhost), not on "${host}".`,
    )
  }
  const tls = tlsOf(values, host)
  if (tls.kind === 'fault') faults.push(tls.message)
  if (faults.length > 0 || tls.kind === 'fault') return { kind: 'faults', faults }

  const file = values['secret-file']
  const secret: HeadlessOptions['secret'] = isOpen
    ? { kind: 'open' }
    : given !== undefined
      ? { kind: 'given', secret: given }
      : file !== undefined
        ? { kind: 'file', file }
        : { kind: 'kept' }
  return {
    kind: 'options',
    options: {
      port,
      host,
      dataDir: values.data ?? './landline-data',
      sessionName: values.name,
      secret,
      tls,
      messagesPerMinute,
      maxConnections,
      printInvite: values['print-invite'] === true,
      help: values.help === true,
    },
  }
}

function tlsOf(
  values: ReturnType<typeof readFlags>,
  host: string,
): HeadlessOptions['tls'] | { readonly kind: 'fault'; readonly message: string } {
  const { 'tls-key': keyFile, 'tls-cert': certificateFile } = values
  if (keyFile !== undefined && certificateFile !== undefined) {
    return { kind: 'files', keyFile, certificateFile }
  }
  if (keyFile !== undefined || certificateFile !== undefined) {
    return { kind: 'fault', message: '--tls-key and --tls-cert go together: give both or none.' }
  }
  return values.tls === true || !isLoopback(host) ? { kind: 'host-key' } : { kind: 'none' }
}

function readFlags(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false })
    .values
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
