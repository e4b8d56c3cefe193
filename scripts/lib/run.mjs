import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

/**
 * Runs a program to its end and collects what it wrote. Never rejects: a program that cannot be
 * started has code 127 and the reason in `output`.
 */
export function capture(command, args, { timeoutMs, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let stdout = ''
    let output = ''
    let timedOut = false
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            child.kill('SIGKILL')
          }, timeoutMs)
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, stdout, output: `${output}${error.message}`, timedOut })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code: code ?? 128, signal, stdout, output, timedOut })
    })
  })
}

const parentCheckMs = 250

/**
 * Runs a program in the foreground, passing on the signals a terminal or a supervisor sends, and
 * returns its exit code. npm passes a signal to a shell that dies of it without telling us, so a
 * vanished parent counts as a request to end as well.
 */
export function foreground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    const forward = (signal) => child.kill(signal)
    for (const signal of signals) process.on(signal, forward)
    const parent = process.ppid
    const underNpm = process.env.npm_lifecycle_event !== undefined
    const watch = setInterval(() => {
      if (!underNpm || process.ppid === parent) return
      clearInterval(watch)
      child.kill('SIGTERM')
    }, parentCheckMs)
    const done = () => {
      clearInterval(watch)
      signals.forEach((signal) => process.off(signal, forward))
    }
    child.on('error', (error) => {
      done()
      reject(error)
    })
    child.on('close', (code, signal) => {
      done()
      resolve(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1))
    })
  })
}

/** The end of a program's output, for error messages. */
export const tail = (text, lines = 12) =>
  stripVTControlCharacters(text).trimEnd().split('\n').slice(-lines).join('\n  ')
