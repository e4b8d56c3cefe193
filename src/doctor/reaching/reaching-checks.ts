import type { PlannedCheck } from '../run-doctor.ts'
import { connectStep, resolveStep, routeStep } from './find-steps.ts'
import type { ReachPorts, ReachState, ReachTarget } from './reach-state.ts'
import { admissionStep, httpStep, skewStep, versionStep, webSocketStep } from './talk-steps.ts'
import { keyStep, tlsStep } from './trust-steps.ts'

export interface ReachClock {
  after(ms: number, run: () => void): () => void
}

/** The way into a session, step by step: the first one that fails is where it breaks. */
export function reachingChecks(
  /** Begins the ids, so that several targets fit into one plan. */
  prefix: string,
  target: ReachTarget,
  ports: ReachPorts,
  clock: ReachClock,
): PlannedCheck[] {
  const state: ReachState & Parameters<typeof webSocketStep>[0] = {
    resolved: [],
    reached: null,
    handshake: null,
    trust: { kind: 'none' },
    times: null,
    greeting: null,
  }
  if (target.tls === true) state.trust = { kind: 'authorities', certificates: ports.authorities() }
  const step = (
    id: string,
    title: string,
    needs: string | null,
    run: PlannedCheck['run'],
  ): PlannedCheck => ({
    id: `${prefix}.${id}`,
    title,
    ...(needs === null ? {} : { needs: `${prefix}.${needs}` }),
    run,
  })
  return [
    step('resolve', 'Address', null, () => resolveStep(target, state, ports)),
    step('route', 'Network', 'resolve', () => routeStep(state, ports)),
    step('connect', 'Connection', 'resolve', (signal) =>
      connectStep(state, ports, clock.after, signal),
    ),
    step('tls', 'Encryption', 'connect', (signal) => tlsStep(target, state, ports, signal)),
    step('key', 'Host’s key', 'tls', () => keyStep(target, state)),
    step('http', 'Server', 'key', (signal) => httpStep(state, ports, signal)),
    step('clock', 'Clocks', 'http', () => skewStep(state)),
    step('websocket', 'Members’ door', 'http', (signal) => webSocketStep(state, ports, signal)),
    step('version', 'Protocol', 'websocket', () => versionStep(state)),
    step('admission', 'Admission', null, () => admissionStep(target.connection)),
  ]
}
