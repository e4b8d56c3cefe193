import type { RunCommand } from '../edges/run-command.ts'
import { failed, ok, skipped, warning } from '../report.ts'
import type { Finding } from '../report.ts'
import { fateOf } from './nftables.ts'

export interface FirewallPorts {
  readonly platform: NodeJS.Platform
  readonly run: RunCommand
  /** Null when there is no such file or it may not be read. */
  readonly readText: (path: string) => Promise<string | null>
  /** TCP ports under which this computer hosts, or would. */
  readonly ports: readonly number[]
}

/** What can be read of the firewall without an administrator's password. */
export function checkFirewall(options: FirewallPorts, signal: AbortSignal): Promise<Finding> {
  const { platform, ports } = options
  if (platform === 'linux') return onLinux(options, signal)
  if (platform === 'darwin') return onMacos(options, signal)
  if (platform === 'win32') return onWindows(options, signal)
  return Promise.resolve(
    skipped(`The firewall of this system cannot be read. It must let in ${wantedPorts(ports)}.`),
  )
}

const wantedPorts = (ports: readonly number[]): string =>
  `${ports.map((port) => `TCP ${port}`).join(', ')} and UDP 5353`

async function onLinux(options: FirewallPorts, signal: AbortSignal): Promise<Finding> {
  const { run, readText, ports } = options
  const [ufw, firewalld, nft] = await Promise.all([
    readText('/etc/ufw/ufw.conf'),
    run('firewall-cmd', ['--state'], signal),
    run('nft', ['-j', 'list', 'ruleset'], signal),
  ])
  const wanted = wantedPorts(ports)
  if (ufw !== null && /^\s*ENABLED\s*=\s*yes/im.test(ufw)) {
    const rules = await readText('/etc/ufw/user.rules')
    const fix = `As administrator run “${[...ports.map((port) => `ufw allow ${port}/tcp`), 'ufw allow 5353/udp'].join(' && ')}”.`
    const open = ports.filter((port) => rules?.includes(`--dport ${port} `) === true)
    if (open.length === ports.length) return ok(`The firewall (ufw) is on and lets in ${wanted}.`)
    return warning(
      rules === null
        ? `The firewall (ufw) is on; whether it lets in ${wanted} may be read by an administrator only.`
        : `The firewall (ufw) is on and has no rule that lets in ${wanted}.`,
      fix,
    )
  }
  if (firewalld.kind === 'ended' && firewalld.code === 0) {
    const asked = [...ports.map((port) => `${port}/tcp`), '5353/udp']
    const answers = await Promise.all(
      asked.map((port) => run('firewall-cmd', [`--query-port=${port}`], signal)),
    )
    const closed = asked.filter((_, index) => {
      const answer = answers[index]
      return answer?.kind !== 'ended' || answer.code !== 0
    })
    if (closed.length === 0) return ok(`The firewall (firewalld) is on and lets in ${wanted}.`)
    return warning(
      `The firewall (firewalld) is on and has no rule that lets in ${closed.join(', ')}.`,
      `As administrator run “firewall-cmd --permanent ${closed.map((port) => `--add-port=${port}`).join(' ')} && firewall-cmd --reload”.`,
    )
  }
  if (nft.kind === 'ended' && nft.code === 0) return judgeRules(nft.output, ports)
  return skipped(
    `Neither ufw nor firewalld is on; other rules may be read by an administrator only. If others cannot join, look in “nft list ruleset” for what drops ${wanted}.`,
  )
}

export function judgeRules(json: string, ports: readonly number[]): Finding {
  const packets = [
    ...ports.map((port) => ({ protocol: 'tcp' as const, port, hook: 'input' as const })),
    { protocol: 'udp' as const, port: 5353, hook: 'input' as const },
    { protocol: 'udp' as const, port: 5353, hook: 'output' as const },
  ]
  const fates = packets.map((packet) => ({ ...packet, fate: fateOf(json, packet) }))
  const words = (fate: string): string =>
    fates
      .filter((one) => one.fate === fate)
      .map(
        ({ protocol, port, hook }) =>
          `${protocol.toUpperCase()} ${port} ${hook === 'input' ? 'in' : 'out'}`,
      )
      .join(', ')
  const fix = `Allow ${wantedPorts(ports)} in the firewall: “nft list ruleset” shows the rules that stand in the way.`
  if (words('dropped') !== '') {
    return failed(`The firewall (nftables) drops ${words('dropped')}.`, fix)
  }
  if (words('unsure') !== '') {
    return warning(`The firewall (nftables) has rules that may concern ${words('unsure')}.`, fix)
  }
  return ok(`No firewall rule stands in the way of ${wantedPorts(ports)}.`)
}

const SOCKET_FILTER = '/usr/libexec/ApplicationFirewall/socketfilterfw'

async function onMacos({ run }: FirewallPorts, signal: AbortSignal): Promise<Finding> {
  const [state, blockAll] = await Promise.all([
    run(SOCKET_FILTER, ['--getglobalstate'], signal),
    run(SOCKET_FILTER, ['--getblockall'], signal),
  ])
  const where = 'System Settings > Network > Firewall > Options'
  if (state.kind === 'missing') {
    return skipped(`The firewall cannot be read. See ${where} that Landline may be reached.`)
  }
  if (/state = 2/i.test(state.output) || isBlockingAll(blockAll)) {
    return failed(
      'The firewall blocks all incoming connections.',
      `Turn off “Block all incoming connections” in ${where}.`,
    )
  }
  if (/state = 0|disabled/i.test(state.output)) return ok('The firewall is off.')
  return warning(
    'The firewall is on and asks for each program.',
    `If others cannot join, set Landline to “Allow incoming connections” in ${where}.`,
  )
}

const isBlockingAll = (answer: Awaited<ReturnType<RunCommand>>): boolean =>
  answer.kind === 'ended' &&
  /block all/i.test(answer.output) &&
  /enabled|set to enabled/i.test(answer.output) &&
  !/disabled/i.test(answer.output)

async function onWindows({ run }: FirewallPorts, signal: AbortSignal): Promise<Finding> {
  const [state, rule] = await Promise.all([
    run('netsh', ['advfirewall', 'show', 'currentprofile', 'state'], signal),
    run('netsh', ['advfirewall', 'firewall', 'show', 'rule', 'name=Landline'], signal),
  ])
  const where = 'Windows Security > Firewall & network protection > Allow an app through firewall'
  if (state.kind === 'missing' || state.code !== 0) {
    return skipped(`The firewall cannot be read. See ${where} that Landline is allowed.`)
  }
  // The words are those of the system's language; the last one is the state.
  if (/\b(off|aus|inactif|désactivé|disattivato|desactivar)\s*(ok\.?)?\s*$/im.test(state.output)) {
    return ok('The firewall is off.')
  }
  const hasRule = rule.kind === 'ended' && rule.code === 0
  if (hasRule && !/\b(block|blockieren|bloquer)\b/i.test(rule.output)) {
    return ok('The firewall is on and has a rule for Landline.')
  }
  return hasRule
    ? failed('The firewall is on and blocks Landline.', `Allow Landline in ${where}.`)
    : warning(
        'The firewall is on and has no rule for Landline.',
        `If others cannot join, allow Landline for private networks in ${where}.`,
      )
}
