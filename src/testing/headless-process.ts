/** The server as an operator starts it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { dyingWithUs } from './services/service-process.ts'

const ENTRY = fileURLToPath(new URL('../server/headless.ts', import.meta.url))

export interface HeadlessProcess {
  /** Everything it wrote on stderr. */
  said(): string
  /** Waits until it has said so. */
  line(words: RegExp): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Resolves with its exit code. */
  readonly exited: Promise<number | null>
}

export interface ListeningProcess extends HeadlessProcess {
  readonly url: string
  readonly http: string
  readonly admin: string | undefined
  readonly ownerInvite: string | undefined
}

export type Variables = Readonly<Record<string, string>>

/** It may end by itself before it listens. */
export function launchHeadless(args: readonly string[], variables: Variables = {}) {
  // What the tests were started with is not meant for this server.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LANDLINE_'))
  const [program = '', ...rest] = dyingWithUs([process.execPath, ENTRY, ...args])
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...variables },
  })
  return { ...hearing(child), stdout: child.stdout }
}

export async function startHeadless(
  args: readonly string[],
  variables: Variables = {},
): Promise<ListeningProcess> {
  const { stdout, ...running } = launchHeadless(args, variables)
  const ended = running.exited.then((code) => {
    throw new Error(`the server ended with ${code}: ${running.said()}`)
  })
  const [line] = (await Promise.race([
    once(createInterface({ input: stdout }), 'line'),
    ended,
  ])) as [string]
  const told = JSON.parse(line) as Partial<Record<string, string>>
  const { url = '', http = '', admin, ownerInvite } = told
  return { ...running, url, http, admin, ownerInvite }
}

function hearing(child: ChildProcess): HeadlessProcess {
  let said = ''
  const waiting = new Set<() => void>()
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
    for (const look of waiting) look()
  })
  return {
    said: () => said,
    line: (words) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!words.test(said)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    signal: (signal) => void child.kill(signal),
    // Its last words are heard as well.
    exited: new Promise((resolve) => child.once('close', resolve)),
  }
}
