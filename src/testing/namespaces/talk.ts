import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that takes and writes lines of JSON. */
export interface Talk {
  send(command: unknown): void
  /**
   * The first line, from now on or already written since the last answer, for which `wanted` gives something.
   * Rejects after `withinMs` with what was written instead.
   */
  hear<Value>(withinMs: number, wanted: (line: unknown) => Value | undefined): Promise<Value>
  kill(): void
}

export function talkTo(child: ChildProcess): Talk {
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error('needs pipes')
  let heard: unknown[] = []
  let errors = ''
  let wake: (() => void) | null = null
  createInterface({ input: stdout }).on('line', (line) => {
    heard.push(JSON.parse(line))
    wake?.()
  })
  stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-4_000)))
  // A program that was killed no longer reads; its exit is what counts.
  stdin.on('error', () => {})

  return {
    send: (command) => void stdin.write(`${JSON.stringify(command)}\n`),
    hear(withinMs, wanted) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          wake = null
          const last = JSON.stringify(heard.slice(-3))
          reject(new Error(`not heard within ${withinMs} ms; last: ${last}; errors: ${errors}`))
        }, withinMs)
        const look = (): void => {
          for (const [index, line] of heard.entries()) {
            const value = wanted(line)
            if (value === undefined) continue
            heard = heard.slice(index + 1)
            wake = null
            clearTimeout(timer)
            return resolve(value)
          }
        }
        wake = look
        look()
      })
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
