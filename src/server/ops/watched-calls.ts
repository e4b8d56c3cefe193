import type { Clock, Log } from '../hub/ports.ts'

export interface CallWatch {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly log: Pick<Log, 'warn'>
  /** Read at every call, since it can be reloaded. */
  readonly slowMs: () => number
}

/**
 * The same object, whose slow answers are logged by the method's name: what was written is nobody's business.
 * A method that answers at once, without a promise, is not measured.
 */
export function watchedCalls<T extends object>(target: T, what: string, watch: CallWatch): T {
  const { clock, log, slowMs } = watch
  const wrapped = new Map<PropertyKey, unknown>()

  function wrap(name: PropertyKey, method: (...args: unknown[]) => unknown): unknown {
    return (...args: unknown[]) => {
      const startedAt = clock.monotonic()
      const answer = method.apply(target, args)
      if (answer instanceof Promise) {
        const done = (): void => {
          const took = clock.monotonic() - startedAt
          if (took < slowMs()) return
          log.warn(
            { operation: `${what}.${String(name)}`, ms: Math.round(took) },
            'a slow operation',
          )
        }
        answer.then(done, done)
      }
      return answer
    }
  }

  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      let known = wrapped.get(name)
      if (known === undefined) {
        known = wrap(name, value as (...args: unknown[]) => unknown)
        wrapped.set(name, known)
      }
      return known
    },
  })
}
