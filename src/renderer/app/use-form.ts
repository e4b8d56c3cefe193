import { useRef, useState } from 'react'
import type { Result } from '../../ipc/errors.ts'

interface Submission {
  readonly busy: boolean
  readonly problem: string | null
  /** Runs the command once at a time; true when it succeeded. */
  submit(command: () => Promise<Result<unknown>>): Promise<boolean>
  setProblem(problem: string | null): void
  /** Waits no longer for the command that runs: how it ends is not shown. */
  drop(): void
}

/** The state every form shares: busy while its command runs, then its failure in words. */
export function useSubmission(): Submission {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const running = useRef<symbol | null>(null)
  return {
    busy,
    problem,
    setProblem,
    async submit(command) {
      if (running.current !== null) return false
      const mine = Symbol('a command')
      running.current = mine
      setBusy(true)
      setProblem(null)
      const result = await command()
      if (running.current !== mine) return result.ok
      running.current = null
      setBusy(false)
      if (!result.ok) setProblem(result.failure.message)
      return result.ok
    },
    drop() {
      running.current = null
      setBusy(false)
    },
  }
}

interface Queue {
  /** Of the newest command that failed, until the next one is given. */
  readonly problem: string | null
  /** Runs the command when those before it have ended; true when it succeeded. */
  run(command: () => Promise<Result<unknown>>): Promise<boolean>
}

/** Where each click counts: what is asked for while a command runs comes after it. */
export function useQueue(): Queue {
  const [problem, setProblem] = useState<string | null>(null)
  const last = useRef<Promise<unknown>>(Promise.resolve())
  return {
    problem,
    async run(command) {
      setProblem(null)
      const mine = last.current.then(command)
      // Commands answer with what went wrong; they do not reject.
      last.current = mine
      const result = await mine
      if (!result.ok) setProblem(result.failure.message)
      return result.ok
    },
  }
}
