import { execFile } from 'node:child_process'

export type CommandOutcome =
  | { readonly kind: 'ended'; readonly code: number; readonly output: string }
  /** There is no such program, or it may not be run. */
  | { readonly kind: 'missing' }

export type RunCommand = (
  program: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<CommandOutcome>

const MAX_OUTPUT = 4_194_304
/** Administrators' tools are not on everybody's path. */
const MORE_PATHS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** Runs a tool of the system that only reads; never asks for a password, never through a shell. */
export const runCommand: RunCommand = (program, args, signal) =>
  new Promise((resolve) => {
    const path = process.env['PATH'] ?? ''
    const env =
      process.platform === 'win32'
        ? process.env
        : { ...process.env, LC_ALL: 'C', PATH: [path, ...MORE_PATHS].join(':') }
    execFile(
      program,
      [...args],
      { signal, env, encoding: 'utf8', maxBuffer: MAX_OUTPUT, windowsHide: true },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ kind: 'ended', code: 0, output: stdout + stderr })
        // A number is what the program ended with; a word, why it never ran or was stopped.
        const { code } = error as { code?: unknown }
        if (typeof code !== 'number') return resolve({ kind: 'missing' })
        resolve({ kind: 'ended', code, output: stdout + stderr })
      },
    )
  })
