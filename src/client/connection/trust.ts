import { dialAnew, onLink, reachableWithoutNetwork, stay } from './attempt.ts'
import { MAX_DELAY_MS } from './backoff.ts'
import type { DistrustReason, RefusalReason } from '../views.ts'
import type { Link, Machine, Moment, Step } from './phases.ts'

/** D13: after wake-up the peer must answer within this, so that all is on screen within 3 s. */
export const PROBE_TIMEOUT_MS = 1_500
/** System events come in bunches (resume, network change, network back): a dial this young is kept. */
const FRESH_DIAL_MS = 1_000

/** D13: what looks open may be dead, and what waits need not: probe the one, try the other at once. */
export function distrust(machine: Machine, moment: Moment): Step {
  const { phase } = machine
  switch (phase.state) {
    case 'signing-in':
      return stay(machine)
    case 'offline':
      return phase.why === 'no-network' ? dialAnew(machine, moment) : stay(machine)
    case 'waiting':
      return dialAnew(machine, moment)
    case 'connecting':
    case 'authenticating':
      return moment.at - phase.since < FRESH_DIAL_MS ? stay(machine) : dialAnew(machine, moment)
    case 'awaiting-approval':
      // Whoever waits is not asked for a sign of life: they knock once more, and keep nothing by waiting.
      return moment.at - phase.heardAt < FRESH_DIAL_MS ? stay(machine) : dialAnew(machine, moment)
    case 'catching-up':
    case 'online':
      return probe(machine, phase.link, moment)
    case 'refused':
      // On another network the strangers are forgotten; otherwise they stay refused.
      return isDistrust(phase.reason) && machine.strangers.length === 0
        ? dialAnew(machine, moment)
        : stay(machine)
  }
}

export function isDistrust(reason: RefusalReason): reason is DistrustReason {
  return reason === 'other-key' || reason === 'untrusted-certificate' || reason === 'unencrypted'
}

export function probe(machine: Machine, { probe: running }: Link, moment: Moment): Step {
  if (running !== null) return stay(machine)
  const nonce = machine.nextNonce
  const probing = onLink({ ...machine, nextNonce: nonce + 1 }, (link) => ({
    ...link,
    probe: { nonce, deadline: moment.at + PROBE_TIMEOUT_MS },
  }))
  return { machine: probing, effects: [{ kind: 'send', message: { type: 'ping', nonce } }] }
}

export function onNetworkLost(machine: Machine, moment: Moment): Step {
  const { phase } = machine
  if (phase.state === 'catching-up' || phase.state === 'online') {
    return probe(machine, phase.link, moment)
  }
  if (phase.state === 'waiting' && !reachableWithoutNetwork(machine)) {
    return stay({
      ...machine,
      phase: { state: 'offline', why: 'no-network', retryAt: moment.at + MAX_DELAY_MS },
    })
  }
  return stay(machine)
}
