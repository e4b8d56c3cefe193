import { expect, test } from 'vitest'
import { failuresOfPlaywright, failuresOfVitest } from './failures.mjs'

test('a failed test of Vitest is named with its error, a passed one is not', () => {
  const report = {
    testResults: [
      {
        name: 'src/a.test.ts',
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'holds', failureMessages: [] },
          { status: 'failed', fullName: 'breaks', failureMessages: ['Error: 1 is not 2\n  at x'] },
        ],
      },
    ],
  }
  expect(failuresOfVitest(report)).toEqual(['✖ breaks\n    Error: 1 is not 2\n      at x'])
})

test('a file that could not be read is named itself', () => {
  const broken = { name: 'src/b.test.ts', status: 'failed', message: 'no such import' }
  expect(failuresOfVitest({ testResults: [{ ...broken, assertionResults: [] }] })).toEqual([
    '✖ src/b.test.ts\n    no such import',
  ])
})

test('a failed test of Playwright is found in the suites within suites, without colours', () => {
  const results = [{ errors: [{ message: '\u001B[31mnot visible\u001B[39m\n\nCall log' }] }]
  const spec = { file: 'a.spec.ts', line: 7, title: 'is shown', ok: false, tests: [{ results }] }
  const passed = { ...spec, title: 'is hidden', ok: true }
  const report = { suites: [{ suites: [{ specs: [passed, spec] }] }], errors: [] }
  expect(failuresOfPlaywright(report)).toEqual([
    '✖ a.spec.ts:7 › is shown\n    not visible\n    Call log',
  ])
})

test('a long error is cut, and a run without reports names nothing', () => {
  const message = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n')
  const [first] = failuresOfPlaywright({ suites: [], errors: [{ message }] })
  expect(first?.split('\n')).toHaveLength(12)
  expect([failuresOfVitest(undefined), failuresOfPlaywright(undefined)]).toEqual([[], []])
})
