import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that takes and writes lines of JSON. */
export interface Talk {
  send(command: unknown): void
  /**
   * The first line, written since the last answer or from now on, for which `wanted` gives something. Rejects
   * after `withinMs` with what was written instead.
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
  stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-20_000)
  })
  // A program that was killed no longer reads; its exit is what counts.
  stdin.on('error', () => {})

  function until<Value>(withinMs: number, look: () => Value | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        wake = null
        const last = JSON.stringify(heard.slice(-3))
        reject(new Error(`not heard within ${withinMs} ms; last: ${last}; errors: ${errors}`))
      }, withinMs)
      wake = () => {
        const value = look()
        if (value === undefined) return
        wake = null
        clearTimeout(timer)
        resolve(value)
      }
      wake()
    })
  }

  return {
    send: (command) => void stdin.write(`${JSON.stringify(command)}\n`),
    hear: (withinMs, wanted) =>
      until(withinMs, () => {
        for (const [index, line] of heard.entries()) {
          const value = wanted(line)
          if (value === undefined) continue
          heard = heard.slice(index + 1)
          return value
        }
        return undefined
      }),
    kill: () => void child.kill('SIGKILL'),
  }
}
