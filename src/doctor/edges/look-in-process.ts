import { databaseAnswerSchema } from '../hosting/database-answer.ts'
import type { DatabaseAnswer } from '../hosting/database-answer.ts'

/** The process that looks at a database, whoever started it. It says one line. */
export interface LookingProcess {
  onOutput(listener: (text: string) => void): void
  onEnd(listener: () => void): void
  /** May be called when it has ended already. */
  kill(): void
}

export function answerOf(child: LookingProcess, signal: AbortSignal): Promise<DatabaseAnswer> {
  return new Promise((resolve) => {
    let text = ''
    signal.addEventListener('abort', () => child.kill(), { once: true })
    child.onOutput((more) => {
      text += more
      if (!text.endsWith('\n')) return
      resolve(databaseAnswerSchema.parse(JSON.parse(text)))
      child.kill()
    })
    // It died of what it found, or was stopped.
    child.onEnd(() => resolve({ kind: 'unreadable', code: 'the look ended early' }))
  })
}
