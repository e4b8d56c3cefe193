import { describe, expect, it } from 'vitest'
import type { MemberId } from '../../protocol/ids.ts'
import type { Guess, SharedCodes } from '../../server/hub/codes-port.ts'
import type { Registry } from '../../server/hub/registry-port.ts'

const SAM = '0192d3a4-0000-7000-8000-00000000000a' as MemberId
const NIA = '0192d3a4-0000-7000-8000-00000000000b' as MemberId
const MINUTE = 60_000
const window = 10 * MINUTE
const guess = (code: string): Guess => ({ kind: 'code', code })

/** What every store of several nodes must do about codes. Each call of `make` gives an empty one. */
export function codesContract(
  name: string,
  make: () => Promise<{
    /** As two nodes have them. */
    readonly nodes: readonly [SharedCodes, SharedCodes]
    readonly registry: Pick<Registry, 'note'>
    /** The store's time moves on. */
    pass(ms: number): Promise<void>
  }>,
): void {
  describe(`codes that nodes share: ${name}`, () => {
    it('[I11] are good at every node until they are old, taken or replaced', async () => {
      const { nodes, pass } = await make()
      const [here, there] = nodes
      const seen: (readonly string[])[] = []
      const give = (
        node: SharedCodes,
        owner: MemberId | null,
        how: 'keep' | 'replace',
        code: string,
      ) =>
        node.give(owner, how, 10 * MINUTE, (taken) => {
          seen.push(taken.toSorted())
          return code
        })
      expect(await give(here, null, 'keep', 'AA')).toMatchObject({ code: 'AA', owner: null })
      expect(await give(there, null, 'keep', 'BB')).toMatchObject({ code: 'AA' })
      expect(await give(there, SAM, 'replace', 'CC')).toMatchObject({ code: 'CC', owner: SAM })
      expect((await here.good()).map(({ code }) => code).toSorted()).toEqual(['AA', 'CC'])
      const [own] = await here.good()
      expect(own?.expiresInMs).toBeLessThanOrEqual(10 * MINUTE)
      expect(own?.expiresInMs).toBeGreaterThan(9 * MINUTE)
      await give(here, null, 'replace', 'DD')
      expect(seen).toEqual([[], ['AA'], ['AA', 'CC']])
      // Once, whoever comes first.
      const taken = await Promise.all([here.take('CC'), there.take('CC'), here.take('AA')])
      expect(taken.filter(Boolean)).toHaveLength(1)
      await give(here, NIA, 'replace', 'EE')
      await there.takeFrom(NIA)
      expect((await here.good()).map(({ code }) => code)).toEqual(['DD'])
      await pass(10 * MINUTE)
      expect(await there.good()).toEqual([])
      expect(await here.take('DD')).toBe(false)
    })

    it('[I5] end with a removal that is newer, by themselves; those of further devices do not', async () => {
      const { nodes, registry } = await make()
      const [here, there] = nodes
      const goodAt = async (node: SharedCodes) => (await node.good()).map(({ code }) => code)
      const note = (action: 'removed' | 'banned' | 'unbanned') =>
        registry.note({ action, by: null, detail: '', at: 1 })
      await note('removed')
      await here.give(null, 'keep', MINUTE, () => 'AA')
      await here.give(SAM, 'replace', MINUTE, () => 'BB')
      await note('unbanned')
      expect((await goodAt(there)).toSorted()).toEqual(['AA', 'BB'])
      for (const [action, old, next] of [
        ['removed', 'AA', 'CC'],
        ['banned', 'CC', 'DD'],
      ] as const) {
        await note(action)
        expect(await goodAt(there)).toEqual(['BB'])
        expect(await here.take(old)).toBe(false)
        // Whoever is asked first makes the next one, and the others keep it.
        const given = [here, there, here].map((node) => node.give(null, 'keep', MINUTE, () => next))
        expect((await Promise.all(given)).map((one) => one?.code)).toEqual([next, next, next])
        expect((await goodAt(here)).toSorted()).toEqual(['BB', next])
      }
    })

    it('[I11] have few places, over all nodes', async () => {
      const { nodes } = await make()
      const [here, there] = nodes
      await here.give(null, 'keep', MINUTE, () => 'AA')
      expect(await here.give(SAM, 'replace', MINUTE, () => 'BB', 0)).toBeDefined()
      expect(await there.give(NIA, 'replace', MINUTE, () => 'CC', 0)).toBeUndefined()
      expect(await there.give(SAM, 'replace', MINUTE, () => 'DD', 0)).toBeDefined()
      expect(await here.give(null, 'replace', MINUTE, () => 'EE', 0)).toBeDefined()
    })

    it('[T9] know of each guess from its start, at whichever node it was begun', async () => {
      const { nodes, pass } = await make()
      const [here, there] = nodes
      await here.give(null, 'keep', 30 * MINUTE, () => 'AA')
      const always = (): boolean => true
      const first = await here.begin(guess('AA'), window, always)
      const second = await there.begin(guess('AA'), window, always)
      expect(first.known).toEqual({ ages: [], withCode: 0, running: 0 })
      expect(second.known).toMatchObject({ withCode: 1, running: 1 })
      expect(second.known.ages).toHaveLength(1)
      await pass(MINUTE)
      const refused = await here.begin(guess('AA'), window, () => false)
      expect(refused.id).toBeUndefined()
      // A guess that no node goes on with, because it died, still counts.
      expect(refused.known).toMatchObject({ withCode: 2, running: 0 })
      expect(refused.known.ages[0]).toBeGreaterThanOrEqual(MINUTE)
      expect(await there.settle(first.id ?? '', true)).toMatchObject({ withCode: 1 })
      expect(await here.settle(second.id ?? '', false)).toMatchObject({ withCode: 1, running: 0 })
      const third = await here.begin(guess('BB'), window, always)
      expect(third.known).toMatchObject({ withCode: 0, running: 0 })
      expect(third.known.ages).toHaveLength(1)
      // The passphrase is counted by itself.
      const phrase = await here.begin({ kind: 'passphrase' }, window, always)
      expect(phrase.known.ages).toEqual([])
      expect((await there.begin({ kind: 'passphrase' }, window, always)).known.ages).toHaveLength(1)
      expect((await there.settle(phrase.id ?? '', true)).ages).toHaveLength(1)
      await pass(window)
      const late = await there.begin(guess('AA'), window, () => false)
      expect(late.known).toMatchObject({ ages: [], withCode: 1 })
    })

    it('[T9] let no more be begun than may, however many try at once', async () => {
      const { nodes } = await make()
      const begun = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          nodes[n % 2 === 0 ? 0 : 1].begin(guess('AA'), window, ({ ages }) => ages.length < 3),
        ),
      )
      expect(begun.filter(({ id }) => id !== undefined)).toHaveLength(3)
    })
  })
}
