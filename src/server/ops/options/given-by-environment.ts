import { type Given, type Source, suggestion, valueOf } from './given.ts'
import type { Leaf } from './leaves.ts'

const PREFIX = 'LANDLINE_'
/** Variables of the app, of set-up and of the clients, which the server has no use for. */
const OTHERS: ReadonlySet<string> = new Set(
  [
    ['CA_FILE', 'CACHE', 'DISCOVERY', 'ELECTRON', 'HOST_PORT', 'PROFILE_DIR', 'CONFIG'],
    ['E2E_DISPLAYS', 'QUIT_WITHOUT_ASKING', 'SCREENSHOTS', 'STARTED_AT', 'VIRTUAL_DISPLAY'],
  ]
    .flat()
    .map((name) => `${PREFIX}${name}`),
)

/** What Kubernetes sets in every container for a service called `landline`. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT)/.test(name) ||
    /_PORT_\d+_(TCP|UDP)/.test(name) ||
    /^(tcp|udp):\/\//.test(value)
  )
}

export function givenByEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  leaves: readonly Leaf[],
): Source {
  const byVariable = new Map(leaves.map((leaf) => [leaf.variable, leaf]))
  const given: Given[] = []
  const faults: string[] = []
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue
    if (OTHERS.has(name) || isServiceLink(name, value)) continue
    const leaf = byVariable.get(name)
    if (leaf === undefined) {
      faults.push(`${name} is not known.${suggestion(name, [...byVariable.keys()])}`)
    } else {
      given.push({ path: leaf.path, value: valueOf(value, leaf.kind), source: 'environment', name })
    }
  }
  return { given, faults }
}
