/** Codes that several nodes share, in memory, by a clock of their own. */
import type { MemberId } from '../protocol/ids.ts'
import type { Guess, KnownGuesses, SharedCodes } from '../server/hub/codes-port.ts'
import type { Registry } from '../server/hub/registry-port.ts'

interface Live {
  readonly code: string
  readonly owner: MemberId | null
  readonly expiresAt: number
  readonly madeAfter: number
  guesses: number
}
interface Made {
  readonly guess: Guess
  readonly at: number
  isOver: boolean
}

/** `registry`: whose audit log tells of removals, which end the session's code. */
export function memoryCodes(
  now: () => number,
  registry?: Pick<Registry, 'audit'>,
  runsMs = 30_000,
): SharedCodes {
  const codes: Live[] = []
  const made = new Map<string, Made>()
  let ids = 0
  /** Numbers of entries in the audit log. */
  const newest = { entry: 0, removal: 0 }

  async function lookAtAudit(): Promise<void> {
    const entries = (await registry?.audit(Number.MAX_SAFE_INTEGER, 1_000)) ?? []
    const removal = entries.find(({ action }) => action === 'removed' || action === 'banned')
    newest.entry = entries[0]?.number ?? 0
    newest.removal = removal?.number ?? 0
  }
  const good = (): Live[] =>
    codes.filter(
      ({ owner, expiresAt, madeAfter }) =>
        expiresAt > now() && (owner !== null || madeAfter >= newest.removal),
    )
  const remove = (isIt: (one: Live) => boolean): boolean => {
    const found = good().filter(isIt)
    for (const one of found) codes.splice(codes.indexOf(one), 1)
    return found.length > 0
  }
  const kept = ({ code, owner, expiresAt }: Live) => ({
    ...{ code, owner },
    expiresInMs: expiresAt - now(),
  })
  function known(guess: Guess): KnownGuesses {
    const same = [...made.values()].filter((one) => one.guess.kind === guess.kind)
    const here = same.filter(
      (one) => one.guess.kind === 'code' && guess.kind === 'code' && one.guess.code === guess.code,
    )
    return {
      ages: same.map(({ at }) => now() - at),
      withCode:
        guess.kind === 'code' ? (good().find(({ code }) => code === guess.code)?.guesses ?? 0) : 0,
      running: here.filter(({ isOver, at }) => !isOver && now() - at < runsMs).length,
    }
  }

  return {
    async good() {
      await lookAtAudit()
      return good().map(kept)
    },
    async give(owner, how, lifeMs, make, maxOthers = Infinity) {
      await lookAtAudit()
      const before = good().find((one) => one.owner === owner)
      if (before !== undefined && how === 'keep') return kept(before)
      const taken = good().map(({ code }) => code)
      remove((one) => one.owner === owner)
      if (owner !== null && good().filter((one) => one.owner !== null).length > maxOthers) {
        return undefined
      }
      const next = {
        ...{ code: make(taken), owner, guesses: 0 },
        ...{ expiresAt: now() + lifeMs, madeAfter: newest.entry },
      }
      codes.push(next)
      return kept(next)
    },
    async take(code) {
      await lookAtAudit()
      return remove((one) => one.code === code)
    },
    takeFrom: async (owner) => void remove((one) => one.owner === owner),
    async begin(guess, windowMs, mayBegin) {
      for (const [id, { at }] of made) if (now() - at >= windowMs) made.delete(id)
      const before = known(guess)
      if (!mayBegin(before)) return { id: undefined, known: before }
      const id = `${++ids}`
      made.set(id, { guess, at: now(), isOver: false })
      const live = good().find(({ code }) => guess.kind === 'code' && code === guess.code)
      if (live !== undefined) live.guesses++
      return { id, known: before }
    },
    async settle(id, right) {
      const one = made.get(id)
      if (one === undefined) return { ages: [], withCode: 0, running: 0 }
      one.isOver = true
      if (right) made.delete(id)
      const { guess } = one
      const live = good().find(({ code }) => guess.kind === 'code' && code === guess.code)
      if (right && live !== undefined) live.guesses--
      return known(guess)
    },
  }
}
