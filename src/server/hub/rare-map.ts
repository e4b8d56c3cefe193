/**
 * What a connection needs now and then: takes memory for a map only while there is something in it. Empty maps of
 * thousands of connections that rest would be most of what each of them costs.
 */
export class RareMap<Key, Value> {
  #map: Map<Key, Value> | undefined

  get size(): number {
    return this.#map?.size ?? 0
  }

  get(key: Key): Value | undefined {
    return this.#map?.get(key)
  }

  has(key: Key): boolean {
    return this.#map?.has(key) === true
  }

  set(key: Key, value: Value): void {
    this.#map ??= new Map()
    this.#map.set(key, value)
  }

  delete(key: Key): void {
    this.#map?.delete(key)
    if (this.#map?.size === 0) this.#map = undefined
  }

  clear(): void {
    this.#map = undefined
  }

  keys(): readonly Key[] {
    return [...(this.#map?.keys() ?? [])]
  }

  /** The one that was put in before all others. */
  first(): readonly [Key, Value] | undefined {
    return this.#map?.entries().next().value
  }
}
