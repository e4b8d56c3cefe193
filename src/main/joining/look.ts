import type { FoundSession } from '../../discovery/found-cache.ts'
import type { Result } from '../../ipc/errors.ts'
import { addressText } from '../../pairing/dial.ts'
import type { HostAddress } from '../../pairing/dial.ts'
import type { ProbeAnswer } from '../../pairing/probe-answer.ts'
import type { ProbeResult } from '../../pairing/probe-subnets.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import type { Attempt } from './attempts.ts'
import { lookFailed, networkHint, words } from './join-words.ts'
import type { JoiningPorts } from './joining-ports.ts'

/** One address to try, with what was announced of it. */
export interface Place extends HostAddress {
  /** The key that was announced there, when one was. */
  readonly fingerprint?: string
}

export interface Seen {
  readonly place: Place
  readonly answer: ProbeAnswer
  readonly fingerprint: string
  /** By an authority, for the address that a person typed. */
  readonly vouched: boolean
}

const MAX_PLACES = 8

/** `host:port`, IPv6 in brackets, as checked by the schema. */
export function placeOf(address: string, fingerprint?: string): Place {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(address.slice(at + 1)), ...(fingerprint ? { fingerprint } : {}) }
}

export function placesOfSession({ offers }: FoundSession): readonly Place[] {
  return offers
    .flatMap(({ addresses, fingerprint }) =>
      addresses.map((address) => placeOf(address, fingerprint)),
    )
    .slice(0, MAX_PLACES)
}

/**
 * Asks all places at once and takes the first that is the session, under the key that was announced there. Nothing
 * is said of this person. `sessionId`: null where a person has named the address, and whatever is there is meant.
 */
export async function lookAt(
  ports: JoiningPorts,
  places: readonly Place[],
  sessionId: string | null,
  attempt: Attempt,
): Promise<Result<Seen>> {
  const control = new AbortController()
  const stop = (): void => control.abort()
  attempt.signal.addEventListener('abort', stop, { once: true })
  attempt.step('address', 'trying', words.asking(places.map(addressText)))
  const results: ProbeResult[] = []
  let otherKey = false
  let seen: Seen | null = null
  await Promise.all(
    places.map(async (place) => {
      // Only where the person has named the server: an announcement could lead to somebody else's.
      const result = await ports.ask(place, control.signal, sessionId === null)
      results.push(result)
      if (result.kind !== 'host' || seen !== null) return
      const { answer, fingerprint, vouched = false } = result
      if (sessionId !== null && answer.session !== sessionId) return
      if (place.fingerprint !== undefined && place.fingerprint !== fingerprint) otherKey = true
      else if (fingerprint !== null) {
        seen = { place, answer, fingerprint, vouched }
        stop()
      }
    }),
  )
  attempt.signal.removeEventListener('abort', stop)
  const found = seen as Seen | null
  if (found !== null) {
    attempt.step('address', 'done', words.answered(addressText(found.place)))
    return ok(found)
  }
  const failed = otherKey
    ? fail('other-key', words.otherKey)
    : results.some((result) => result.kind === 'host' && result.fingerprint === null)
      ? fail('not-a-host', words.notEncrypted)
      : lookFailed(results, networkHint(ports.interfaces()))
  if (!failed.ok) attempt.step('address', 'failed', failed.failure.message)
  return failed
}
