import { describe, expect, it } from 'vitest'
import { sessionIdSchema } from '../../protocol/ids.ts'
import { menuModel } from './menu-model.ts'
import type { MenuAction, MenuState } from './menu-model.ts'

const id = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const actions = (state: MenuState, platform: NodeJS.Platform = 'linux', developing = false) =>
  menuModel(state, platform, developing).flatMap(({ entries }) =>
    entries.filter((entry) => entry.kind === 'action'),
  )
const enabled = (state: MenuState): MenuAction[] =>
  actions(state)
    .filter((entry) => entry.enabled)
    .map((entry) => entry.id)
    .toSorted()
const rolesOf = (platform: NodeJS.Platform, developing = false): string[] =>
  menuModel({ session: null }, platform, developing).flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'role' ? [entry.role] : [])),
  )

describe('menu', () => {
  it('offers hosting and joining from the first moment, even before a name was said', () => {
    expect(enabled({ session: null })).toEqual(['doctor', 'host', 'join', 'shortcuts'])
  })
  it('follows what the shown session is', () => {
    const session = { id, hosting: false, offline: false, online: true }
    const always = ['doctor', 'host', 'join', 'jump', 'new-direct', 'new-group', 'shortcuts']
    const inRoom = ['disconnect', ...always]
    expect(enabled({ session })).toEqual(inRoom)
    expect(enabled({ session: { ...session, hosting: true } })).toEqual(
      [...inRoom, 'hosting-panel', 'stop-hosting'].toSorted(),
    )
    expect(enabled({ session: { ...session, offline: true, online: false } })).toEqual(
      inRoom.map((one) => (one === 'disconnect' ? 'connect-now' : one)).toSorted(),
    )
  })
  it('gives hosting its accelerator, and no accelerator twice', () => {
    const state: MenuState = { session: null }
    expect(actions(state).find((entry) => entry.id === 'host')?.accelerator).toBe(
      'CmdOrCtrl+Shift+H',
    )
    const accelerators = actions(state).flatMap((entry) => entry.accelerator ?? [])
    expect(new Set(accelerators).size).toBe(accelerators.length)
  })
  it('has the app menu on macOS, and a way out everywhere', () => {
    expect(menuModel({ session: null }, 'darwin', false)[0]?.label).toBe('Landline')
    for (const platform of ['linux', 'win32', 'darwin'] as const) {
      expect(rolesOf(platform).filter((role) => role === 'quit')).toHaveLength(1)
      expect(rolesOf(platform)).toContain('zoomIn')
      expect(rolesOf(platform)).not.toContain('toggleDevTools')
      expect(rolesOf(platform, true)).toContain('toggleDevTools')
    }
  })
})
