import { act, cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { Intent } from '../../ipc/contract.ts'
import { openApp } from '../testing/open-app.tsx'
import { ok } from '../testing/recording-bridge.ts'
import { appView } from '../testing/sample-views.ts'

afterEach(cleanup)

async function openFirstRun() {
  let profile: { readonly name: string } | null = null
  const opened = await openApp((bridge) => {
    bridge.answer('app.state', () => ok(appView({ profile, sessions: [] })))
    bridge.answer('profile.set-name', ({ name }) => {
      profile = { name }
      return ok(null)
    })
  })
  const ask = (intent: Intent): void => act(() => opened.bridge.emit({ type: 'intent', intent }))
  return { ...opened, ask }
}

test('hosting from the menu takes the name that was typed and asks for the session', async () => {
  const { bridge, user, settle, ask } = await openFirstRun()
  await user.type(screen.getByRole('textbox', { name: 'Your name' }), 'Mara Holm')
  ask({ kind: 'host' })
  await settle()
  expect(bridge.argumentsOf('profile.set-name')).toEqual([{ name: 'Mara Holm' }])
  expect(screen.getByRole('dialog', { name: 'Host a session on this network' })).toBeTruthy()
})

test('hosting from the menu without a name asks for it, and nothing comes up later by itself', async () => {
  const { user, settle, ask, store } = await openFirstRun()
  ask({ kind: 'host' })
  await settle()
  expect(screen.getByRole('alert').textContent).toContain('Say your name first')
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Your name' }))
  expect(store.getState().dialog).toBeNull()
  await user.keyboard('Mara Holm')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an invite keeps waiting for the name, without a complaint', async () => {
  const { settle, ask } = await openFirstRun()
  ask({ kind: 'join', invite: 'landline://join?x' })
  await settle()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(
    screen.getByRole<HTMLInputElement>('textbox', { name: 'Invite link, code or address' }).value,
  ).toBe('landline://join?x')
})
