/** What the command line and the environment ask of this run of the app. Pure, so that it can be tested. */
export interface LaunchOptions {
  /** Where this profile lives; null for the platform's usual place. */
  readonly profileDir: string | null
  /** Open, wait for the first usable screen, print one JSON line, exit. */
  readonly smoke: boolean
  /** Host the sample session in a temporary profile and open a second person's app. */
  readonly demo: boolean
  /** False in tests: quitting while hosting stops the session without a question. */
  readonly askBeforeQuit: boolean
  /** Preferred port for new sessions; 0 takes a free one. */
  readonly hostPort: number
  /** Announce hosted sessions on the network, and look for others'. */
  readonly discovery: boolean
  /** PEM of further authorities that may vouch for a server, such as a company's own. */
  readonly caFile: string | undefined
  /** A `landline://` link the app was started with. */
  readonly link: string | null
}

export const DEFAULT_HOST_PORT = 47_800
export const LINK_SCHEME = 'landline'

export function parseLaunchOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): LaunchOptions {
  const demo = argv.includes('--demo')
  return {
    profileDir: switchValue(argv, '--user-data-dir') ?? (env['LANDLINE_PROFILE_DIR'] || null),
    smoke: argv.includes('--smoke'),
    demo,
    askBeforeQuit:
      !demo &&
      !argv.includes('--smoke') &&
      !argv.includes('--quit-without-asking') &&
      env['LANDLINE_QUIT_WITHOUT_ASKING'] !== '1',
    hostPort: hostPort(env['LANDLINE_HOST_PORT'], demo),
    // A demonstration or a test must not show up in the lists of people nearby.
    discovery: !demo && !argv.includes('--smoke') && env['LANDLINE_DISCOVERY'] !== 'off',
    caFile: env['LANDLINE_CA_FILE'] || undefined,
    link: findLink(argv),
  }
}

/** Links arrive as a plain argument on Linux and Windows, of this run or of a second one. */
export function findLink(argv: readonly string[]): string | null {
  return argv.find((argument) => argument.startsWith(`${LINK_SCHEME}://`)) ?? null
}

function switchValue(argv: readonly string[], name: string): string | null {
  const inline = argv.find((argument) => argument.startsWith(`${name}=`))
  if (inline !== undefined) return inline.slice(name.length + 1) || null
  const index = argv.indexOf(name)
  const next = index < 0 ? undefined : argv[index + 1]
  return next === undefined || next.startsWith('-') ? null : next
}

function hostPort(text: string | undefined, demo: boolean): number {
  // A demonstration must never take the port a real session on this computer comes back to.
  const preferred = demo ? 0 : DEFAULT_HOST_PORT
  if (text === undefined || !/^\d{1,5}$/.test(text)) return preferred
  const port = Number(text)
  return port <= 65_535 ? port : preferred
}
