import { useState } from 'react'
import type { FoundSessionView } from '../../ipc/contract.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { words } from '../words.ts'

export interface Join {
  readonly value: string
  readonly chosen: FoundSessionView | null
  readonly busy: boolean
  readonly problem: string | null
  setValue(value: string): void
  choose(session: FoundSessionView | null): void
  setProblem(problem: string): void
  /** True when the session was joined. `before` may still stop it. */
  submit(before?: () => Promise<boolean>): Promise<boolean>
}

/** What both ways to join share: an invite link alone, or a found session with its secret or link. */
export function useJoin(invite: string): Join {
  const { sessions } = useActions()
  const [value, setValue] = useState(invite)
  const [picked, setPicked] = useState<FoundSessionView | null>(null)
  const live = useAppState((state) =>
    state.found.find(({ sessionId }) => sessionId === picked?.sessionId),
  )
  // What was picked stays, also when its host is gone for a moment.
  const chosen = picked === null ? null : (live ?? picked)
  const { busy, problem, submit, setProblem } = useSubmission()

  return {
    value,
    chosen,
    busy,
    problem,
    setValue(next) {
      setValue(next)
      setProblem(null)
    },
    choose(session) {
      setPicked(session)
      setProblem(null)
    },
    setProblem,
    async submit(before) {
      const given = value.trim()
      if (given === '') {
        setProblem(chosen === null ? words.join.inviteMissing : words.join.secretMissing)
        return false
      }
      if (before !== undefined && !(await before())) return false
      return submit(() =>
        chosen === null ? sessions.join(given) : sessions.joinFound(chosen.sessionId, given),
      )
    },
  }
}
