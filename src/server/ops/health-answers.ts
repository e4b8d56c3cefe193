import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Health } from '../hub/health.ts'
import type { Clock } from '../hub/ports.ts'
import { answerJson, pathOf, queryOf } from './http-answers.ts'
import type { NodeState } from './metrics/node-gauges.ts'
import type { Settings } from './options/settings.ts'
import { type Dependency, healthOf, verdictOf } from './readiness.ts'

/** How long an answer holds for strangers, who could keep the store busy with asking. */
const HOLDS_MS = 1_000

export interface HealthAnswers {
  /** True when it answered. Operators are told why a part is not well; strangers that it is not. */
  answers(
    request: IncomingMessage,
    response: ServerResponse,
    asker: 'operator' | 'stranger',
  ): boolean
}

export function createHealthAnswers(parts: {
  readonly monitoring: Settings['monitoring']
  readonly clock: Pick<Clock, 'after' | 'monotonic'>
  /** Of the event loop, in milliseconds. */
  readonly lag: () => number
  readonly running: () =>
    | { readonly state: NodeState; readonly dependencies: readonly Dependency[] }
    | undefined
}): HealthAnswers {
  const { monitoring, clock, running } = parts
  const path = monitoring.healthEndpoint
  const isDraining = (): boolean => running()?.state.isDraining() ?? true
  let last: { readonly at: number; readonly checks: ReturnType<typeof look> } | undefined

  const lag: Dependency = {
    name: 'lag',
    check() {
      const late = parts.lag()
      return late <= monitoring.maxLagMilliseconds
        ? { ok: true }
        : { ok: false, reason: `the event loop was ${Math.round(late)} ms late` }
    },
  }

  function look(): Promise<ReadonlyMap<string, Health>> {
    return healthOf([...(running()?.dependencies ?? []), lag], clock)
  }

  function lately(): ReturnType<typeof look> {
    const now = clock.monotonic()
    if (last === undefined || now - last.at >= HOLDS_MS) last = { at: now, checks: look() }
    return last.checks
  }

  async function answerReady(
    response: ServerResponse,
    excluded: readonly string[],
    asker: 'operator' | 'stranger',
  ): Promise<void> {
    const checks = await (asker === 'operator' ? look() : lately())
    const verdict = verdictOf(checks, isDraining(), excluded)
    if (verdict.kind === 'unknown-check') {
      const error = `Only these can be excluded: ${verdict.known.join(', ')}.`
      return answerJson(response, 400, { error })
    }
    const shown = [...verdict.checks].map(([name, health]) => [
      name,
      health.ok ? 'ok' : asker === 'operator' ? health.reason : 'failed',
    ])
    answerJson(response, verdict.ready ? 200 : 503, {
      status: verdict.ready ? 'ready' : 'not-ready',
      checks: Object.fromEntries(shown),
    })
  }

  return {
    answers(request, response, asker) {
      if (!monitoring.enableHealthChecks) return false
      const asked = pathOf(request)
      if (asked === path) answerJson(response, 200, { status: isDraining() ? 'stopping' : 'ok' })
      else if (asked !== `${path}/ready`) return false
      else void answerReady(response, queryOf(request).getAll('exclude'), asker)
      return true
    },
  }
}
