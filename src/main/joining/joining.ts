import type { FoundSession } from '../../discovery/found-cache.ts'
import type { Result } from '../../ipc/errors.ts'
import type { JoinOffer, JoinStep, JoinTarget } from '../../ipc/join-views.ts'
import { pairingFailureWords } from '../../pairing/failure-words.ts'
import { failed } from '../../pairing/outcome.ts'
import type { PairingOutcome } from '../../pairing/outcome.ts'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { Invite } from '../../protocol/invite.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import { addressText } from '../../pairing/dial.ts'
import { createAttempts } from './attempts.ts'
import type { Attempt } from './attempts.ts'
import { networkHint, pairingFailed, words } from './join-words.ts'
import type { JoiningPorts, Secret } from './joining-ports.ts'
import { lookAt, placeOf, placesOfSession } from './look.ts'
import type { Place, Seen } from './look.ts'

type Joined = Promise<Result<{ readonly session: SessionId }>>
type Paired = Extract<PairingOutcome, { kind: 'paired' }>

interface Where {
  readonly places: readonly Place[]
  /** As it is announced, when it is. */
  readonly session?: FoundSession
}
interface Look extends Where {
  readonly seen: Seen
}

export interface JoiningOptions {
  readonly ports: JoiningPorts
  readonly clock: { after(ms: number, run: () => void): () => void }
  readonly found: {
    session(id: SessionId): FoundSession | undefined
    announced(): readonly FoundSession[]
  }
  /** Takes the session into this profile; `member`: as a further device of theirs. */
  readonly enter: (
    invite: Invite,
    member?: Paired['member'],
  ) => Result<{ readonly session: SessionId }>
  /** Shows the token where `enter` has led; what comes of it is told by the session's connection. */
  readonly signIn: (id: SessionId, token: string) => void
  /** Whether the session is in the list, and not one that lets this person in by nothing they gave. */
  readonly isJoined: (id: SessionId) => boolean
  readonly tell: (windowId: number, steps: readonly JoinStep[]) => void
}

/** Getting into a session without an invite link; one attempt a window at a time. */
export interface Joining {
  look(windowId: number, target: JoinTarget): Promise<Result<JoinOffer>>
  open(windowId: number, target: JoinTarget, fingerprint: string): Joined
  withToken(windowId: number, target: JoinTarget, fingerprint: string, token: string): Joined
  withPassphrase(windowId: number, target: JoinTarget, passphrase: string): Joined
  withCode(windowId: number, code: string, target: JoinTarget | undefined): Joined
  cancel(windowId: number): void
}

export function createJoining(options: JoiningOptions): Joining {
  const { ports, found } = options
  const attempts = createAttempts(options.clock, options.tell)

  /** Where to look, and for which session. */
  function resolve(target: JoinTarget, attempt: Attempt): Result<Where> {
    if (target.kind === 'address') return ok({ places: [placeOf(target.address)] })
    const session = found.session(target.session)
    if (session === undefined) {
      attempt.step('announcement', 'failed', words.gone)
      return fail('no-such-session', words.gone)
    }
    attempt.step('announcement', 'done', words.announced(session.name, session.host))
    return ok({ places: placesOfSession(session), session })
  }

  /** What was given up, by the person or by the clock, is told as that. */
  function unlessGivenUp<Value>(attempt: Attempt, result: Result<Value>): Result<Value> {
    if (!attempt.signal.aborted) return result
    return attempt.isLate() ? fail('unreachable', words.late) : fail('cancelled', words.cancelled)
  }

  async function see(target: JoinTarget, attempt: Attempt): Promise<Result<Look>> {
    const where = resolve(target, attempt)
    if (!where.ok) return where
    const { places, session } = where.value
    const seen = await lookAt(ports, places, session?.sessionId ?? null, attempt)
    return unlessGivenUp(attempt, seen.ok ? ok({ ...where.value, seen: seen.value }) : seen)
  }

  /** The session whose host has shown the confirmed key, or is vouched for. Nothing was said of this person. */
  async function confirmed(
    target: JoinTarget,
    fingerprint: string,
    attempt: Attempt,
  ): Promise<Result<{ readonly invite: Invite; readonly answer: Seen['answer'] }>> {
    const result = await see(target, attempt)
    if (!result.ok) return result
    const { seen, places } = result.value
    const { answer, place, vouched } = seen
    if (!vouched && seen.fingerprint !== fingerprint) {
      attempt.step('key', 'failed', words.otherKey)
      return fail('other-key', words.otherKey)
    }
    if (!speaks(answer.protocol)) return fail('unsupported-version', words.otherVersion)
    const { session: sessionId, name } = answer
    if (vouched) {
      const addresses = [addressText(place)]
      return ok({ invite: { sessionId, name, addresses, tls: true }, answer })
    }
    const own = places.filter((other) => (other.fingerprint ?? fingerprint) === fingerprint)
    const addresses = [...new Set([place, ...own].map(addressText))]
    return ok({ invite: { sessionId, name, addresses, fingerprint }, answer })
  }

  function take({ invite, member }: Paired, attempt: Attempt): Result<{ session: SessionId }> {
    const given = unlessGivenUp(attempt, ok(null))
    return given.ok ? options.enter(invite, member) : given
  }

  /** Tries the secret at each place until one host is it; who is not the host learns one guess at most. */
  async function pairAt(
    places: readonly Place[],
    sessionId: SessionId | undefined,
    secret: Secret,
    attempt: Attempt,
  ): Promise<PairingOutcome> {
    let last: PairingOutcome = failed('unreachable')
    let guesses = 0
    for (const { fingerprint, ...address } of places) {
      if (attempt.signal.aborted || guesses >= MOST_GUESSES) break
      attempt.step('address', 'trying', words.asking([addressText(address)]))
      attempt.step(secret.kind, 'trying', words[secret.kind])
      const outcome = await ports.pair(
        { ...address, sessionId, fingerprint },
        secret,
        attempt.signal,
      )
      if (outcome.kind === 'paired') {
        attempt.step('address', 'done', words.answered(addressText(address)))
        attempt.step(secret.kind, 'done', words.proved)
        return outcome
      }
      const isElsewhere = ELSEWHERE.has(outcome.why)
      attempt.step(
        outcome.why === 'other-key' ? 'key' : isElsewhere ? 'address' : secret.kind,
        'failed',
        pairingFailureWords(outcome),
      )
      // A wrong secret is what people must hear of, before an address where nobody was.
      if (!isElsewhere || !hasGuessed(last)) last = outcome
      if (hasGuessed(outcome)) guesses += 1
      else if (!isElsewhere) break
    }
    return last
  }

  async function pairWith(target: JoinTarget, secret: Secret, attempt: Attempt): Joined {
    const where = resolve(target, attempt)
    if (!where.ok) return where
    const { places, session } = where.value
    const outcome = await pairAt(places, session?.sessionId, secret, attempt)
    if (outcome.kind === 'paired') return take(outcome, attempt)
    const hint = outcome.why === 'unreachable' ? networkHint(ports.interfaces()) : ''
    return unlessGivenUp(attempt, pairingFailed(outcome, hint))
  }

  async function findWith(code: string, attempt: Attempt): Joined {
    const announced = found.announced().flatMap(({ sessionId, offers }) =>
      offers.map(({ addresses, selectors, fingerprint }) => ({
        ...{ sessionId, selectors, fingerprint },
        addresses: addresses.map((address) => placeOf(address)),
      })),
    )
    const told = ({ way, state, words: said }: JoinStep): void => attempt.step(way, state, said)
    const outcome = await ports.find(code, announced, told, attempt.signal)
    if (outcome.kind === 'paired') return take(outcome, attempt)
    const hint = outcome.why === 'not-found' ? networkHint(ports.interfaces()) : ''
    return unlessGivenUp(attempt, pairingFailed(outcome, hint))
  }

  return {
    look: (windowId, target) =>
      attempts.run(windowId, async (attempt) => {
        const result = await see(target, attempt)
        if (!result.ok) return result
        const { seen, session } = result.value
        attempt.step('key', 'done', seen.vouched ? words.vouched : words.keyShown)
        const joined = options.isJoined(seen.answer.session)
        return ok(offerOf(seen, { host: session?.host ?? '', joined }))
      }),
    open: (windowId, target, fingerprint) =>
      attempts.run(windowId, async (attempt) => {
        const host = await confirmed(target, fingerprint, attempt)
        if (!host.ok) return host
        const { invite, answer } = host.value
        return answer.open ? options.enter(invite) : fail('not-allowed', words.notOpen)
      }),
    withToken: (windowId, target, fingerprint, token) =>
      attempts.run(windowId, async (attempt) => {
        const host = await confirmed(target, fingerprint, attempt)
        if (!host.ok) return host
        const { invite, answer } = host.value
        if (answer.tokens === 'none') return fail('not-allowed', words.noTokens)
        const entered = options.enter(invite)
        if (entered.ok) options.signIn(entered.value.session, token)
        return entered
      }),
    withPassphrase: (windowId, target, passphrase) =>
      attempts.run(windowId, (attempt) =>
        pairWith(target, { kind: 'passphrase', passphrase }, attempt),
      ),
    withCode: (windowId, code, target) =>
      attempts.run(windowId, (attempt) =>
        target === undefined
          ? findWith(code, attempt)
          : pairWith(target, { kind: 'code', code }, attempt),
      ),
    cancel: attempts.cancel,
  }
}

const MOST_GUESSES = 3
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['unreachable', 'not-a-host', 'other-key', 'other-session', 'timeout', 'no-code'],
])

function hasGuessed(outcome: PairingOutcome): boolean {
  return (
    outcome.kind === 'failed' &&
    (outcome.why === 'wrong-code' || outcome.why === 'wrong-passphrase')
  )
}

const speaks = (versions: readonly number[]): boolean =>
  versions.some((version) => SUPPORTED_VERSIONS.includes(version))

function offerOf(
  { answer, fingerprint, vouched }: Seen,
  known: Pick<JoinOffer, 'host' | 'joined'>,
): JoinOffer {
  const { session, name, people, open, approval, passphrase, tokens = 'unknown' } = answer
  return {
    ...{ sessionId: session, name, people, fingerprint },
    keyWords: fingerprintWords(fingerprint),
    ...{ open, approval, passphrase, tokens, vouched, ...known },
    compatible: speaks(answer.protocol),
  }
}
