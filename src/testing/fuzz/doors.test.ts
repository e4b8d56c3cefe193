import { describe, expect, it } from 'vitest'
import { doors } from './doors.ts'
import { siege } from './siege.ts'

/** `npm run fuzz` does this for as long as it is told to. */
const TIMES = 50
const LIMIT_MS = 60_000

describe('whatever comes to a door, the server goes on, members are not disturbed, and the log holds', () => {
  it.each(doors.map((door) => [door.name, door] as const))(
    '%s',
    { timeout: LIMIT_MS },
    async (name, door) => {
      const { cases, wrongs } = await siege(door, 1, (count) => count < TIMES)
      expect(wrongs, `npm run fuzz -- --door ${name} --seed 1 --cases ${cases}`).toEqual([])
      expect(cases).toBe(TIMES)
    },
  )
})
