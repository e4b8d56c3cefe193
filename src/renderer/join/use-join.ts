import { useEffect, useRef, useState } from 'react'
import type { FoundSessionView, JoinOffer, JoinTarget } from '../../ipc/join-views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { givenToken } from '../sign-in/given-token.ts'
import { words } from '../words.ts'
import { addressOf, givenKind } from './given.ts'

/** Where the person is on the way into a session. */
export type JoinStage =
  | { readonly kind: 'start' }
  | { readonly kind: 'scan' }
  /** Somebody is asked what they offer, or has answered. */
  | { readonly kind: 'offer'; readonly target: JoinTarget; readonly offer: JoinOffer | null }

/** What the field of an offer takes. */
export type OfferWay = 'open' | 'token' | 'passphrase' | 'code'

export interface Join {
  readonly stage: JoinStage
  readonly value: string
  readonly way: OfferWay
  readonly busy: boolean
  readonly problem: string | null
  setValue(value: string): void
  setWay(way: OfferWay): void
  scan(): void
  /** Text of a QR code. */
  scanned(text: string): void
  choose(session: FoundSessionView): void
  /** Back to the list, giving up whatever is under way. */
  restart(): void
  /** Gives up what is under way, and keeps what was typed. */
  giveUp(): void
  /** True when the session was joined. `before` may still stop it. */
  submit(before?: () => Promise<boolean>): Promise<boolean>
}

/** What both screens to join from share: a link, a code, an address, a picture, or a session that was found. */
export function useJoin(invite: string, onOpened: (session: SessionId) => void): Join {
  const { join, sessions } = useActions()
  const [stage, setStage] = useState<JoinStage>({ kind: 'start' })
  const [value, setValue] = useState(invite)
  const [way, setWay] = useState<OfferWay>('code')
  const { busy, problem, submit, setProblem, drop } = useSubmission()
  /** Answers to a question that was given up are not listened to. */
  const asked = useRef(0)
  useEffect(() => () => join.cancel(), [join])

  async function look(target: JoinTarget): Promise<boolean> {
    const question = ++asked.current
    // A window has one attempt at a time: the newer one ends the one before.
    drop()
    setStage({ kind: 'offer', target, offer: null })
    setProblem(null)
    return submit(async () => {
      const result = await join.look(target)
      if (question !== asked.current) return result
      if (!result.ok) setStage({ kind: 'start' })
      else if (result.value.joined) onOpened(result.value.sessionId)
      else {
        setWay(wayInto(result.value))
        setValue('')
        setStage({ kind: 'offer', target, offer: result.value })
      }
      return result
    })
  }

  function enter(target: JoinTarget | undefined): Promise<boolean> {
    const given = value.trim()
    const kind = givenKind(given)
    if (kind === 'link') return submit(() => sessions.join(given))
    if (kind === 'code') return submit(() => join.byCode(given, target))
    setProblem(given === '' ? words.join.nothingGiven : words.join.notUnderstood)
    return Promise.resolve(false)
  }

  function giveUp(): void {
    asked.current += 1
    drop()
    join.cancel()
  }

  return {
    stage,
    value,
    way,
    busy,
    problem,
    setValue(next) {
      setValue(next)
      setProblem(null)
    },
    setWay(next) {
      setWay(next)
      setValue('')
      setProblem(null)
    },
    scan() {
      setStage({ kind: 'scan' })
      setProblem(null)
    },
    scanned(text) {
      setStage({ kind: 'start' })
      setValue(text)
      setProblem(givenKind(text.trim()) === 'link' ? null : words.join.notAnInvite)
    },
    choose: ({ sessionId }) => void look({ kind: 'found', session: sessionId }),
    restart() {
      giveUp()
      setStage({ kind: 'start' })
      setValue('')
      setProblem(null)
    },
    giveUp,
    async submit(before) {
      if (stage.kind === 'scan' || (stage.kind === 'offer' && stage.offer === null)) return false
      const address = stage.kind === 'start' ? addressOf(value) : null
      if (address !== null) {
        await look({ kind: 'address', address })
        return false
      }
      if (before !== undefined && !(await before())) return false
      if (stage.kind === 'start') return enter(undefined)
      const { offer, target } = stage
      if (offer === null) return false
      switch (way) {
        case 'open':
          return submit(() => join.open(target, offer.fingerprint))
        case 'token': {
          const given = givenToken(value)
          if (given.kind === 'token') {
            return submit(() => join.byToken(target, offer.fingerprint, given.token))
          }
          setProblem(given.words)
          return false
        }
        case 'passphrase': {
          if (value !== '') return submit(() => join.byPassphrase(target, value))
          setProblem(words.join.passphraseMissing)
          return false
        }
        case 'code':
          return enter(target)
      }
    },
  }
}

/** The first way is the one that a person most likely has. */
function wayInto(offer: JoinOffer): OfferWay {
  if (offer.tokens === 'needed') return 'token'
  return waysOf(offer)[0] ?? 'code'
}

export function waysOf({ open, passphrase, tokens }: JoinOffer): readonly OfferWay[] {
  return [
    ...(open ? (['open'] as const) : []),
    ...(passphrase ? (['passphrase'] as const) : []),
    'code',
    ...(tokens === 'none' ? [] : (['token'] as const)),
  ]
}
