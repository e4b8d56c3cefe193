import { describe, expect, it } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { failed, ok, skipped, warning } from './report.ts'
import type { Check, DoctorReport, Finding } from './report.ts'
import { ALL_MS, CHECK_MS, runDoctor } from './run-doctor.ts'
import type { PlannedCheck } from './run-doctor.ts'

const never = (): Promise<Finding> => new Promise(() => {})
const check = (id: string, run: PlannedCheck['run'], more: Partial<PlannedCheck> = {}) => ({
  ...{ id, title: `Check ${id}`, run },
  ...more,
})

function begin(checks: readonly PlannedCheck[], redact = (text: string): string => text) {
  const clock = manualClock()
  const stop = new AbortController()
  const progress: DoctorReport[] = []
  const ended = runDoctor([{ id: 'all', title: 'All', checks }], {
    clock,
    signal: stop.signal,
    redact,
    onProgress: (report) => void progress.push(report),
  })
  const checksOf = (report: DoctorReport | undefined): readonly Check[] =>
    report?.groups[0]?.checks ?? []
  return { clock, stop, progress, ended, checksOf }
}

describe('a run of the doctor', () => {
  it('tells of each check as it ends, and at last of all', async () => {
    const { progress, ended, checksOf } = begin([
      check('a', () => ok('fine')),
      check('b', () => Promise.resolve(warning('slow', 'Wait.'))),
    ])
    const report = await ended
    expect(checksOf(progress[0]).map(({ state }) => state)).toEqual(['running', 'running'])
    expect(progress.map(({ running }) => running)).toEqual([true, true, false])
    expect(report.running).toBe(false)
    expect(checksOf(report)).toEqual([
      { id: 'a', title: 'Check a', state: 'ok', detail: 'fine', fix: null },
      { id: 'b', title: 'Check b', state: 'warning', detail: 'slow', fix: 'Wait.' },
    ])
  })

  it('does not try what needs a check that did not pass, and says which', async () => {
    const tried: string[] = []
    const { ended, checksOf } = begin([
      check('c', () => ok(''), { needs: 'b' }),
      check('a', () => failed('broken', 'Mend it.')),
      check('b', () => ok(''), { needs: 'a' }),
      check(
        'd',
        () => {
          tried.push('d')
          return ok('')
        },
        { needs: 'e' },
      ),
      check('e', () => warning('', 'Look.')),
    ])
    const found = checksOf(await ended)
    expect(found.map(({ state }) => state)).toEqual([
      'skipped',
      'failed',
      'skipped',
      'ok',
      'warning',
    ])
    // The one that stands in the way, however many are in between.
    for (const index of [0, 2]) {
      expect(found[index]?.detail).toBe('Not tried, because “Check a” did not pass.')
    }
    expect(tried).toEqual(['d'])
  })

  it('gives no check more than its time, in words of its own where it has them', async () => {
    const aborted: string[] = []
    const { clock, ended, checksOf } = begin([
      check('a', (signal) => {
        signal.addEventListener('abort', () => aborted.push('a'))
        return never()
      }),
      check('b', never, { late: skipped('too large') }),
    ])
    await clock.advance(CHECK_MS - 1)
    expect(aborted).toEqual([])
    await clock.advance(1)
    const found = checksOf(await ended)
    expect(found[0]).toMatchObject({ state: 'failed', fix: expect.stringContaining('Run the') })
    expect(found[1]?.detail).toBe('too large')
    expect(aborted).toEqual(['a'])
    expect(clock.pendingTimers()).toBe(0)
  })

  it('ends as a whole within its time, even when checks wait for each other', async () => {
    const slow: PlannedCheck[] = Array.from({ length: 6 }, (_, index) =>
      check(`${index}`, never, {
        late: warning('late', 'Wait.'),
        ...(index === 0 ? {} : { needs: `${index - 1}` }),
      }),
    )
    const { clock, ended, checksOf } = begin(slow)
    await clock.advance(ALL_MS)
    const found = checksOf(await ended)
    expect(found.map(({ state }) => state)).toEqual(
      ['warning', 'warning', 'warning'].concat(Array<string>(3).fill('skipped')),
    )
    expect(found[3]?.detail).toContain('20 seconds')
    expect(clock.pendingTimers()).toBe(0)
  })

  it('can be stopped at any moment', async () => {
    const { clock, stop, ended, checksOf } = begin([check('a', () => ok('')), check('b', never)])
    await clock.settle()
    stop.abort()
    const found = checksOf(await ended)
    expect(found.map(({ state }) => state)).toEqual(['ok', 'skipped'])
    expect(clock.pendingTimers()).toBe(0)
  })

  it('survives a check that breaks, and says that it did', async () => {
    const { ended, checksOf } = begin([
      check('a', () => {
        throw new TypeError('oh')
      }),
      check('b', () => ok('')),
    ])
    const found = checksOf(await ended)
    expect(found[0]).toMatchObject({ state: 'failed', detail: expect.stringContaining('oh') })
    expect(found[1]?.state).toBe('ok')
  })

  it('redacts whatever a check says, also what broke it', async () => {
    const { ended } = begin(
      [
        check('a', () => failed('hush 1', 'hush 2')),
        check('b', () => {
          throw new Error('hush 3')
        }),
      ],
      (text) => text.replaceAll('hush', '‹›'),
    )
    expect(JSON.stringify(await ended)).not.toContain('hush')
  })
})
