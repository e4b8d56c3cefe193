import type { ShortCode } from '../../protocol/admin.ts'
import { formatCode, makeCode, MAX_LIVE_CODES } from '../../protocol/code.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { Clock, Secrets } from './ports.ts'

/** Good for everybody who is told it, until it is this old or renewed. */
export const CODE_LIFE_MS = 1_800_000
/** Good for one device (I11). */
export const LINK_LIFE_MS = 600_000
/** The session's own code needs a place beside them. */
export const MAX_LINKS = MAX_LIVE_CODES - 1
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

interface LiveCode {
  readonly code: string
  readonly expiresAt: number
  readonly cancel: () => void
}

/** The codes people type on another computer: one of the session, and those that link devices. */
export interface Codes {
  /** Of the session. */
  current(): Promise<ShortCode>
  /** All that are good now; without the session's own while nobody new may come in. */
  good(isLocked: boolean): Promise<readonly string[]>
  /** The same, as it was known lately. */
  lately(isLocked: boolean): readonly string[]
  /** Makes a new code for the session; the one before is good no longer. */
  renew(): Promise<void>
  /** Somebody was sent away who may know it: it is good no longer. */
  sentAway(): void
  /** A code for a further device of the member instead of the one before; undefined when there are too many. */
  link(member: MemberId): Promise<ShortCode | undefined>
  /** The member's link code is good no longer. */
  unlink(member: MemberId): Promise<void>
  purposeOf(code: string): Promise<CodePurpose | undefined>
  /** Used up, or guessed at too often: the session's is made anew. False when it was not good any more. */
  spend(code: string): Promise<boolean>
  stop(): void
}

export type CodePurpose =
  | { readonly kind: 'join' }
  | { readonly kind: 'link'; readonly member: MemberId }

/** Those of a single server: in memory, never stored. */
export function createCodes(ports: {
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'nonce'>
  /** The session's code is another now. */
  readonly changed: () => void
}): Codes {
  const { clock, secrets, changed } = ports
  const links = new Map<MemberId, LiveCode>()
  let session = live(CODE_LIFE_MS, [], renew)

  function live(lifeMs: number, taken: readonly string[], ended: () => void): LiveCode {
    return {
      code: makeCode(randomOf(secrets), taken),
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

  const good = (isLocked: boolean): string[] => [
    ...(isLocked ? [] : [session.code]),
    ...linkCodes(),
  ]

  return {
    current: () => Promise.resolve(shown(session)),
    good: (isLocked) => Promise.resolve(good(isLocked)),
    lately: good,
    renew: () => Promise.resolve(renew()),
    sentAway: renew,
    async link(member) {
      unlink(member)
      if (links.size >= MAX_LINKS) return undefined
      const taken = [session.code, ...linkCodes()]
      const link = live(LINK_LIFE_MS, taken, () => unlink(member))
      links.set(member, link)
      return shown(link)
    },
    unlink: (member) => Promise.resolve(unlink(member)),
    async purposeOf(code) {
      if (code === session.code) return { kind: 'join' }
      const member = ownerOf(code)
      return member === undefined ? undefined : { kind: 'link', member }
    },
    async spend(code) {
      const member = ownerOf(code)
      if (member !== undefined) unlink(member)
      else if (code === session.code) renew()
      else return false
      return true
    },
    stop() {
      session.cancel()
      for (const { cancel } of links.values()) cancel()
    },
  }
}

/** The six bits of each digit of a nonce; the last one has fewer. */
export function randomOf(secrets: Pick<Secrets, 'nonce'>): (count: number) => Uint8Array {
  return (count) =>
    Uint8Array.from([...secrets.nonce().slice(0, count)].map((one) => DIGITS.indexOf(one)))
}
