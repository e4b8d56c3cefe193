import { useState } from 'react'
import type { Result } from '../../ipc/errors.ts'

interface Submission {
  readonly busy: boolean
  readonly problem: string | null
  /** Runs the command once at a time; true when it succeeded. */
  submit(command: () => Promise<Result<unknown>>): Promise<boolean>
  setProblem(problem: string | null): void
}

/** The state every form shares: busy while its command runs, then its failure in words. */
export function useSubmission(): Submission {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  return {
    busy,
    problem,
    setProblem,
    async submit(command) {
      if (busy) return false
      setBusy(true)
      setProblem(null)
      const result = await command()
      setBusy(false)
      if (!result.ok) setProblem(result.failure.message)
      return result.ok
    },
  }
}
