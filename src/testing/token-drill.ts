import type { Input } from '../client/connection/phases.ts'
import { CloseCode, type ErrorCode } from '../protocol/errors.ts'
import { drive, WELCOME } from './connection-drill.ts'
import { tokenEnding } from './made-up-token.ts'

export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000
/** The server's clock says 0 when the drill's says so. */
export const HOURLY = tokenEnding(HOUR_MS)
export const CHALLENGE: Input = { kind: 'challenge', nonce: 'n' }
export const ENDED: Input = { kind: 'closed', code: CloseCode.unauthorized }
export const answer = (token: string | null): Input => ({ kind: 'token', token })
export const rejected = (code: ErrorCode): Input => ({
  kind: 'rejected',
  rejected: { type: 'rejected', code, message: '' },
})

/** A drill with a source of tokens, which the test answers for. */
export function withSource() {
  const drill = drive(['a:1'], 0.5, { hasSource: true })
  const enter = (): void => drill.give({ kind: 'opened' }, CHALLENGE, WELCOME, { kind: 'synced' })
  const refreshing = () =>
    drill.made.flatMap((effect) =>
      effect.kind === 'send' && effect.message.type === 'refresh-token' ? [effect.message] : [],
    )
  return Object.assign(drill, {
    enter,
    /** What the last input made the client offer in place. */
    offered: () => refreshing().map(({ token }) => token),
    refs: () => refreshing().map(({ ref }) => ref),
    comeBy(token: string) {
      drill.give({ kind: 'connect' }, answer(token))
      enter()
    },
    refuse: (code: ErrorCode) => drill.give({ kind: 'opened' }, CHALLENGE, rejected(code)),
  })
}
