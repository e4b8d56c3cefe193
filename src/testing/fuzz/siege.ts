import { seededRandom } from '../seeded-random.ts'
import { openArena } from './arena.ts'
import type { Door } from './door.ts'

export interface Siege {
  readonly cases: number
  /** What went wrong, each with the seed it went wrong at. */
  readonly wrongs: readonly { readonly seed: number; readonly wrong: string }[]
}

/** The witnesses talk after so many attacks. */
const CHECK_EVERY = 20

/** Attacks one server through one door, case after case from `seed` on, until it has enough or something is wrong. */
export async function siege(
  door: Door,
  seed: number,
  goesOn: (cases: number) => boolean,
): Promise<Siege> {
  const arena = await openArena(door.encrypted === true)
  const wrongs: { seed: number; wrong: string }[] = []
  let cases = 0
  const note = (found: readonly string[]): void => {
    // Of a check, the last seed; the cases before it may be to blame.
    for (const wrong of found) wrongs.push({ seed: seed + cases, wrong })
  }
  for (; wrongs.length === 0 && goesOn(cases); cases++) {
    note(await door.attack(arena, seededRandom(seed + cases)))
    if (cases % CHECK_EVERY === CHECK_EVERY - 1) note(await arena.check())
  }
  note(await arena.check())
  note(await arena.finish())
  return { cases, wrongs }
}
