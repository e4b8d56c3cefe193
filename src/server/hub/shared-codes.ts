import type { ShortCode } from '../../protocol/admin.ts'
import { formatCode, makeCode } from '../../protocol/code.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { CODE_LIFE_MS, type Codes, LINK_LIFE_MS, MAX_LINKS, randomOf } from './codes.ts'
import type { KeptCode, SharedCodes } from './codes-port.ts'
import type { Clock, Secrets } from './ports.ts'

/** Codes that are good at every node of the session, whichever made them. */
export function createSharedCodes(ports: {
  readonly shared: SharedCodes
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'nonce'>
  /** The session's code is another now. */
  readonly changed: () => void
}): Codes {
  const { shared, clock, secrets, changed } = ports
  const random = randomOf(secrets)
  let lately: readonly KeptCode[] = []
  let cancelExpiry = (): void => {}
  let stopped = false

  async function read(): Promise<readonly KeptCode[]> {
    lately = await shared.good()
    return lately
  }
  const shownTo = (kept: readonly KeptCode[], isLocked: boolean): string[] =>
    kept.filter(({ owner }) => owner !== null || !isLocked).map(({ code }) => code)
  const shown = ({ code, expiresInMs }: KeptCode): ShortCode => ({
    code: formatCode(code),
    expiresAt: clock.now() + Math.round(expiresInMs),
  })

  async function give(
    owner: MemberId | null,
    how: 'keep' | 'replace',
    lifeMs: number,
  ): Promise<KeptCode | undefined> {
    return shared.give(owner, how, lifeMs, (taken) => makeCode(random, taken), MAX_LINKS - 1)
  }

  return {
    async current() {
      const known = (await read()).find(({ owner }) => owner === null)
      const own = known ?? (await give(null, 'keep', CODE_LIFE_MS))
      if (own === undefined) throw new Error('the session has a place for its own code')
      cancelExpiry()
      if (!stopped) cancelExpiry = clock.after(own.expiresInMs + 1, changed)
      return shown(own)
    },
    good: async (isLocked) => shownTo(await read(), isLocked),
    lately: (isLocked) => shownTo(lately, isLocked),
    async renew() {
      await give(null, 'replace', CODE_LIFE_MS)
      changed()
    },
    // Its end is written down with the removal, for all nodes at once.
    sentAway() {},
    async link(member) {
      const link = await give(member, 'replace', LINK_LIFE_MS)
      return link === undefined ? undefined : shown(link)
    },
    unlink: (member) => shared.takeFrom(member),
    async purposeOf(code) {
      const kept = (await read()).find((one) => one.code === code)
      if (kept === undefined) return undefined
      return kept.owner === null ? { kind: 'join' } : { kind: 'link', member: kept.owner }
    },
    async spend(code) {
      const wasGood = await shared.take(code)
      // Whoever is shown the session's asks for it anew, and so makes the next one.
      if (wasGood) changed()
      return wasGood
    },
    stop() {
      stopped = true
      cancelExpiry()
    },
  }
}
