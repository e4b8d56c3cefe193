/**
 * How the rules of the registry are written once for stores that answer at once and for those that must be waited
 * for: a generator that yields whatever its store has to do before it can go on, and gets the answer back. SQLite
 * and memory yield nothing, so that a transaction stays one synchronous piece.
 */
export type Steps<Value> = Generator<unknown, Value, unknown>

/** An answer that is there already. */
// oxlint-disable-next-line require-yield
export function* now<Value>(value: Value): Steps<Value> {
  return value
}

/** Runs steps of which none may wait. */
export function runAtOnce<Value>(steps: Steps<Value>): Value {
  const step = steps.next()
  if (step.done !== true) throw new Error('this store answers at once, and its steps may not wait')
  return step.value
}
