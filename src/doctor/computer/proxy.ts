import { ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']

/** Names alone are told: the values often hold a password. */
export function proxiesIn(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return NAMES.filter((name) =>
    [name, name.toLowerCase()].some((one) => (environment[one] ?? '') !== ''),
  )
}

export function checkProxy(environment: Readonly<Record<string, string | undefined>>): Finding {
  const names = proxiesIn(environment)
  if (names.length === 0) return ok('No proxy is set; Landline connects directly.')
  return warning(
    `A proxy is set (${names.join(', ')}), which Landline does not use: it connects directly.`,
    'If a host outside of this network cannot be reached, ask whoever runs the network for a direct way to it.',
  )
}
