/** Remembers the last so many ids; older ones are forgotten. */
export interface RecentIds {
  add(id: string): void
  has(id: string): boolean
}

export function createRecentIds(capacity: number): RecentIds {
  const ids = new Set<string>()
  return {
    add(id) {
      ids.add(id)
      if (ids.size <= capacity) return
      const [oldest] = ids
      if (oldest !== undefined) ids.delete(oldest)
    },
    has: (id) => ids.has(id),
  }
}
