import { act, cleanup, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { DoctorReport } from '../../doctor/report.ts'
import { DOCTOR_REPORT } from '../dev/sample-doctor.ts'
import { openApp } from '../testing/open-app.tsx'
import type { OpenApp } from '../testing/open-app.tsx'
import { SESSION } from '../testing/sample-views.ts'
import { failed, ok } from '../testing/recording-bridge.ts'

async function openDoctor() {
  const app = await openApp((bridge) => bridge.answer('doctor.run', () => ok(DOCTOR_REPORT)))
  await show(app, { type: 'intent', intent: { kind: 'doctor' } })
  return { ...app, dialog: screen.getByRole('dialog', { name: 'Doctor' }) }
}

async function show(app: OpenApp, event: Parameters<OpenApp['bridge']['emit']>[0]): Promise<void> {
  act(() => app.bridge.emit(event))
  await app.settle()
}

const ended: DoctorReport = {
  ...DOCTOR_REPORT,
  groups: DOCTOR_REPORT.groups.map((group) => ({
    ...group,
    checks: group.checks.filter(({ state }) => state !== 'running'),
  })),
}

afterEach(cleanup)

describe('the doctor’s dialog', () => {
  it('looks at the session on screen as soon as it opens, and stops when it closes', async () => {
    const { bridge, dialog, user } = await openDoctor()
    expect(bridge.argumentsOf('doctor.run')).toEqual([{ session: SESSION }])
    expect(within(dialog).getByRole('status').textContent).toBe('Checking…')
    await user.click(within(dialog).getByRole('button', { name: 'Close' }))
    expect(bridge.argumentsOf('doctor.stop')).toHaveLength(1)
  })

  it('says in words how each check stands, with what to do beside what is wrong', async () => {
    const app = await openDoctor()
    const { dialog } = app
    await show(app, { type: 'doctor', report: { ...DOCTOR_REPORT, running: true } })
    expect(within(dialog).getByRole('status').textContent).toBe('Checking: 7 of 8 done')
    await show(app, { type: 'doctor', report: ended })
    expect(within(dialog).getByRole('status').textContent).toBe('1 check failed, 1 warning')
    const group = within(dialog).getByRole('region', { name: 'This computer' })
    const texts = within(group)
      .getAllByRole('listitem')
      .map((item) => item.textContent ?? '')
    expect(texts.map((text) => /Passed|Warning|Failed|Skipped/.exec(text)?.[0])).toEqual([
      ...['Warning', 'Skipped', 'Failed', 'Passed', 'Passed'],
    ])
    expect(texts.map((text) => text.includes('What to do:'))).toEqual([
      ...[true, false, true, false, false],
    ])
  })

  it('leads to the first check that failed, since there may be many above it', async () => {
    const app = await openDoctor()
    await show(app, { type: 'doctor', report: ended })
    await app.user.click(within(app.dialog).getByRole('button', { name: 'Show the first' }))
    expect(document.activeElement?.textContent).toContain('Finding sessions (multicast)Failed')
  })

  it('runs again with the address that was typed, and says what is wrong with it', async () => {
    const app = await openDoctor()
    const { bridge, dialog, user } = app
    await show(app, { type: 'doctor', report: ended })
    await user.type(within(dialog).getByRole('textbox'), '10.0.0.9:1{Enter}')
    expect(bridge.argumentsOf('doctor.run').at(-1)).toEqual({
      session: SESSION,
      target: '10.0.0.9:1',
    })
    bridge.answer('doctor.run', () => failed('Write an address.', 'invalid-arguments'))
    await user.click(within(dialog).getByRole('button', { name: 'Run again' }))
    expect(within(dialog).getByRole('alert').textContent).toBe('Write an address.')
  })

  it('copies the report once it is complete', async () => {
    const app = await openDoctor()
    const { bridge, dialog, user, clock } = app
    await user.click(within(dialog).getByRole('button', { name: 'Copy report' }))
    expect(bridge.argumentsOf('doctor.copy')).toEqual([])
    await show(app, { type: 'doctor', report: ended })
    await user.click(within(dialog).getByRole('button', { name: 'Copy report' }))
    expect(bridge.argumentsOf('doctor.copy')).toEqual([{}])
    expect(within(dialog).getByRole('button', { name: 'Copied' })).toBeTruthy()
    await act(() => clock.advance(2_000))
    expect(within(dialog).getByRole('button', { name: 'Copy report' })).toBeTruthy()
  })
})
