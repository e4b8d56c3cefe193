/** The same object with one method of its own; whatever else it has, now or later, is passed on. */
export function replacing<T extends object, K extends keyof T>(
  target: T,
  name: K,
  method: T[K],
): T {
  return new Proxy(target, {
    get(_, asked) {
      if (asked === name) return method
      const value: unknown = Reflect.get(target, asked)
      return typeof value === 'function'
        ? (...args: unknown[]): unknown => Reflect.apply(value, target, args)
        : value
    },
  })
}
