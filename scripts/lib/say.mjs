/**
 * What the scripts tell a person. Everything goes to stderr: stdout belongs to the program that is run
 * (the smoke test's line, the server's first line).
 */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** A set-up step that could not be done: what failed, why, and what the reader can do now. */
export class SetupFailure extends Error {
  constructor({ what, why, todo, cause }) {
    super(what, { cause })
    this.why = why
    this.todo = todo
  }
}

export function explain(error) {
  if (!(error instanceof SetupFailure)) {
    say(`\nUnexpected error in the scripts:\n${error?.stack ?? error}`)
    return
  }
  say(`\n✖ ${error.message}`)
  say(`  why: ${error.why}`)
  say(`  do:  ${error.todo}`)
}

/** Says what takes long and, every few seconds, that it still goes on. */
export async function longStep(title, work) {
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0)
  say(`• ${title} …`)
  const timer = setInterval(() => say(`  … still at it (${seconds()} s)`), 5000)
  try {
    const result = await work()
    say(`  done in ${seconds()} s`)
    return result
  } finally {
    clearInterval(timer)
  }
}

/** Runs a script's main function: failures are explained once, here, and become the exit code. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    explain(error)
    process.exitCode = 1
  }
}
