import { databaseAnswerSchema } from '../hosting/database-answer.ts'
import type { DatabaseAnswer } from '../hosting/database-answer.ts'

/** The process that looks at a database, whoever started it. */
export interface LookingProcess {
  onOutput(listener: (text: string) => void): void
  /** Called once, after the last output. */
  onEnd(listener: () => void): void
  kill(): void
}

export function answerOf(child: LookingProcess, signal: AbortSignal): Promise<DatabaseAnswer> {
  return new Promise((resolve) => {
    let text = ''
    signal.addEventListener('abort', () => child.kill(), { once: true })
    child.onOutput((more) => (text += more))
    child.onEnd(() => resolve(read(text)))
  })
}

function read(text: string): DatabaseAnswer {
  try {
    return databaseAnswerSchema.parse(JSON.parse(text))
  } catch {
    // It died of what it found, or was stopped.
    return { kind: 'unreadable', code: 'the look ended early' }
  }
}
