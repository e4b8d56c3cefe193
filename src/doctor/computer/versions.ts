import { failed, ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'

export interface Versions {
  readonly app: string
  readonly protocol: number
  readonly node: string
  /** Missing for a server without the app. */
  readonly electron?: string
  /** `linux x64` */
  readonly system: string
}

/** Electron this project is released with; an older major is the copy that development falls back to. */
const OFFICIAL_ELECTRON = 45
/** Embedded in the oldest Electron we run on. */
const OLDEST_NODE = { major: 20, minor: 18 }

export function checkVersions({ app, protocol, node, electron, system }: Versions): Finding {
  const shown = [
    `Landline ${app}, protocol ${protocol}`,
    ...(electron === undefined ? [] : [`Electron ${electron}`]),
    `Node ${node}`,
    `${system}.`,
  ].join(', ')
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor)) {
    return failed(shown, `Install Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer.`)
  }
  if (electron !== undefined && Number.parseInt(electron, 10) < OFFICIAL_ELECTRON) {
    return warning(
      `${shown} This is the fallback runtime of development, not the official one.`,
      'Use a released version of Landline for real work, or run “npm run setup” with access to the internet.',
    )
  }
  return ok(shown)
}
