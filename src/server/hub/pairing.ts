import type { InviteId, MemberId } from '../../protocol/ids.ts'
import type { Codes } from './codes.ts'
import type { People } from './people.ts'
import type { Clock, Log, Secrets, Store } from './ports.ts'
import type { NewInvite } from './registry-port.ts'
import type { Session } from './session.ts'

/** What a pairing gives is used at once, by a program: minutes are plenty. */
const GRANT_LIFE_MS = 600_000

export type PairingGrant =
  | {
      readonly kind: 'granted'
      /** The token of an invite; left out where a further device is linked. */
      readonly secret?: string
      readonly member?: { readonly id: MemberId; readonly name: string; readonly token: string }
    }
  | { readonly kind: 'refused'; readonly code: 'locked' | 'no-code' | 'unavailable' }

/** What the session knows of codes and passphrase; a door finds out who knows them (I11). */
export interface Pairing {
  /** Those that are good now. */
  codes(): Promise<readonly string[]>
  /** The same, as it was known lately. */
  codesLately(): readonly string[]
  /** Stretched; null when there is none, or nobody new may come in. */
  passphrase(): string | null
  granted(
    proved: { readonly kind: 'code'; readonly code: string } | { readonly kind: 'passphrase' },
  ): Promise<PairingGrant>
  /** Guessed at too often. */
  exhausted(code: string): void
  guessing(what: string, address: string): void
}

export function createPairing(ports: {
  readonly codes: Codes
  readonly session: Session
  readonly people: Pick<People, 'has' | 'nameOf'>
  readonly store: Pick<Store, 'registry'>
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'nonce' | 'hash' | 'uuid'>
  readonly log: Log
}): Pairing {
  const { codes, session, people, store, clock, secrets, log } = ports
  const { registry } = store

  /** The token of a new single-use invite; undefined when none can be made now. */
  async function invite(
    kind: 'pairing' | 'link',
    label: string,
    member: MemberId | null,
  ): Promise<string | undefined> {
    const token = secrets.nonce()
    const at = clock.now()
    const wanted: NewInvite = {
      ...{ id: secrets.uuid() as InviteId, kind, tokenHash: secrets.hash(token), label },
      ...{ role: 'member', expiresAt: at + GRANT_LIFE_MS, maxUses: 1, member },
    }
    const made = await registry.createInvite(wanted, { by: member, at })
    return made.kind === 'changed' ? token : undefined
  }

  async function join(way: string): Promise<PairingGrant> {
    if (session.facts().locked) return { kind: 'refused', code: 'locked' }
    const secret = await invite('pairing', way, null)
    return secret === undefined
      ? { kind: 'refused', code: 'unavailable' }
      : { kind: 'granted', secret }
  }

  async function link(code: string, member: MemberId): Promise<PairingGrant> {
    // One device only: the next one to know it comes too late.
    const isFirst = await codes.spend(code)
    if (!isFirst || !people.has(member)) return { kind: 'refused', code: 'no-code' }
    const token = await invite('link', 'a further device', member)
    if (token === undefined) return { kind: 'refused', code: 'unavailable' }
    return { kind: 'granted', member: { id: member, name: people.nameOf(member), token } }
  }

  return {
    codes: () => codes.good(session.facts().locked),
    codesLately: () => codes.lately(session.facts().locked),
    passphrase: () => (session.facts().locked ? null : session.stored().passphrase),

    async granted(proved) {
      try {
        if (proved.kind === 'passphrase') {
          return session.stored().passphrase === null
            ? { kind: 'refused', code: 'no-code' }
            : await join('passphrase')
        }
        const purpose = await codes.purposeOf(proved.code)
        if (purpose === undefined) return { kind: 'refused', code: 'no-code' }
        return purpose.kind === 'join'
          ? await join('code')
          : await link(proved.code, purpose.member)
      } catch (fault) {
        log.warn({ fault: String(fault) }, 'the store could not make an invite for a pairing')
        return { kind: 'refused', code: 'unavailable' }
      }
    },

    exhausted(code) {
      codes.spend(code).then(
        (wasGood) => wasGood && note('a code came to its end by wrong tries', ''),
        (fault: unknown) => log.warn({ fault: String(fault) }, 'a code could not be ended'),
      )
    },

    guessing: (what, address) => note(`${what}, from ${address}`, address),
  }

  /** Guesses that were stopped are written down (I10). */
  function note(detail: string, address: string): void {
    registry
      .note({ action: 'guesses-stopped', by: null, detail, at: clock.now() })
      .catch((fault: unknown) => {
        log.warn({ address, fault: String(fault) }, 'guesses were stopped, and could not be noted')
      })
  }
}
