import type { Parser, ParserInput } from './parsers.ts'

/** Inputs have at most 64 KiB; what takes longer than this for one would take a server down. */
const MOST_MS = 1_000

/** What is wrong with how the parser takes the input; nothing when all is well. */
export function judgeInput(
  parser: Parser,
  input: ParserInput,
  now: () => number = () => performance.now(),
): string[] {
  const startedAt = now()
  let wrong: string[]
  try {
    wrong = parser.judge(input)
  } catch (fault) {
    wrong = [`it threw ${String(fault)}`]
  }
  const took = now() - startedAt
  return took > MOST_MS ? [...wrong, `it took ${Math.round(took)} ms`] : wrong
}
