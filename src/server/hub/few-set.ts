/**
 * A set that has nobody or one in it most of the time: the lines of a person, those who listen to a room of few. It takes
 * memory for a set only while there are two or more; an empty `Set` is about 190 bytes. Values are no sets themselves.
 */
export class FewSet<Value extends object> {
  #held: Value | Set<Value> | undefined

  get size(): number {
    const held = this.#held
    if (held === undefined) return 0
    return held instanceof Set ? held.size : 1
  }

  has(value: Value): boolean {
    const held = this.#held
    return held === value || (held instanceof Set && held.has(value))
  }

  add(value: Value): void {
    const held = this.#held
    if (held === undefined || held === value) this.#held = value
    else if (held instanceof Set) held.add(value)
    else this.#held = new Set([held, value])
  }

  /** Says whether it was there. */
  delete(value: Value): boolean {
    const held = this.#held
    if (held instanceof Set) {
      const wasThere = held.delete(value)
      if (held.size === 0) this.#held = undefined
      return wasThere
    }
    if (held !== value || held === undefined) return false
    this.#held = undefined
    return true
  }

  /** In the order in which they were added; like a `Set`, it may change meanwhile. */
  [Symbol.iterator](): Iterator<Value, undefined> {
    const held = this.#held
    if (held instanceof Set) return held.values()
    return (held === undefined ? [] : [held])[Symbol.iterator]()
  }
}

/** The same for who only looks. */
export type Few<Value extends object> = Pick<FewSet<Value>, 'size' | 'has' | typeof Symbol.iterator>
