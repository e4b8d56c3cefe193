import { stripVTControlCharacters } from 'node:util'

/** As much of an error as says what was wanted and what was there; the full text stands further up. */
const MAX_LINES = 12

const inShort = (text) =>
  stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, MAX_LINES)
    .map((line) => `    ${line}`)
    .join('\n')

/** Lines that name each failed test of Vitest's JSON report and say why, to stand at the very end of the output. */
export function failuresOfVitest(report) {
  return (report?.testResults ?? []).flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed')
    if (failed.length === 0 && file.status === 'failed')
      return [`✖ ${file.name}\n${inShort(file.message)}`]
    return failed.map((test) => `✖ ${test.fullName}\n${inShort(test.failureMessages.join('\n'))}`)
  })
}

/** The same of Playwright's JSON report. */
export function failuresOfPlaywright(report) {
  const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)]
  const failed = specs({ suites: report?.suites }).filter(({ ok }) => !ok)
  return [
    ...failed.map(({ file, line, title, tests }) => {
      const errors = tests.flatMap(({ results }) => results.flatMap((result) => result.errors))
      return `✖ ${file}:${line} › ${title}\n${inShort(errors.map(({ message }) => message).join('\n'))}`
    }),
    ...(report?.errors ?? []).map(({ message }) => `✖ ${inShort(message ?? '').trim()}`),
  ]
}
