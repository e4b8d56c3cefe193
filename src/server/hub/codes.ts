import type { ShortCode } from '../../protocol/admin.ts'
import { formatCode, makeCode, MAX_LIVE_CODES } from '../../protocol/code.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { Clock, Secrets } from './ports.ts'

/** Good for everybody who is told it, until it is this old or renewed. */
const CODE_LIFE_MS = 1_800_000
/** Good for one device (I11). */
const LINK_LIFE_MS = 600_000
/** The session's own code needs a place beside them. */
const MAX_LINKS = MAX_LIVE_CODES - 1
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

interface LiveCode {
  readonly code: string
  readonly expiresAt: number
  readonly cancel: () => void
}

/** The codes people type on another computer: one of the session, and those that link devices. Never stored. */
export interface Codes {
  /** Of the session. */
  current(): ShortCode
  /** All that are good now; without the session's own while nobody new may come in. */
  good(isLocked: boolean): readonly string[]
  /** Makes a new code for the session; the one before is good no longer. */
  renew(): void
  /** A code for a further device of the member instead of the one before; undefined when there are too many. */
  link(member: MemberId): ShortCode | undefined
  /** The member's link code is good no longer. */
  unlink(member: MemberId): void
  purposeOf(code: string): { kind: 'join' } | { kind: 'link'; member: MemberId } | undefined
  /** Used up, or guessed at too often: the session's is made anew. */
  spend(code: string): void
  stop(): void
}

export function createCodes(ports: {
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'nonce'>
  /** The session's code is another now. */
  readonly changed: () => void
}): Codes {
  const { clock, secrets, changed } = ports
  const links = new Map<MemberId, LiveCode>()
  let session = live(CODE_LIFE_MS, [], renew)

  /** The six bits of each digit of a nonce; the last one has fewer. */
  function random(count: number): Uint8Array {
    return Uint8Array.from([...secrets.nonce().slice(0, count)].map((one) => DIGITS.indexOf(one)))
  }

  function live(lifeMs: number, taken: readonly string[], ended: () => void): LiveCode {
    return {
      code: makeCode(random, taken),
      expiresAt: clock.now() + lifeMs,
      cancel: clock.after(lifeMs, ended),
    }
  }

  function renew(): void {
    session.cancel()
    session = live(CODE_LIFE_MS, [session.code, ...linkCodes()], renew)
    changed()
  }

  const linkCodes = (): string[] => [...links.values()].map(({ code }) => code)

  function unlink(member: MemberId): void {
    links.get(member)?.cancel()
    links.delete(member)
  }

  const ownerOf = (code: string): MemberId | undefined =>
    [...links].find(([, link]) => link.code === code)?.[0]
  const shown = ({ code, expiresAt }: LiveCode): ShortCode => ({
    code: formatCode(code),
    expiresAt,
  })

  return {
    current: () => shown(session),
    good: (isLocked) => [...(isLocked ? [] : [session.code]), ...linkCodes()],
    renew,
    link(member) {
      unlink(member)
      if (links.size >= MAX_LINKS) return undefined
      const taken = [session.code, ...linkCodes()]
      const link = live(LINK_LIFE_MS, taken, () => unlink(member))
      links.set(member, link)
      return shown(link)
    },
    unlink,
    purposeOf(code) {
      if (code === session.code) return { kind: 'join' }
      const member = ownerOf(code)
      return member === undefined ? undefined : { kind: 'link', member }
    },
    spend(code) {
      if (code === session.code) return renew()
      const member = ownerOf(code)
      if (member !== undefined) unlink(member)
    },
    stop() {
      session.cancel()
      for (const { cancel } of links.values()) cancel()
    },
  }
}
