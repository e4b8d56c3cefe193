import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OTHER, SELF, SESSION } from '../../testing/client-kit.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { scriptedServer } from '../../testing/scripted-server.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { createIdentity } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import { openProfileStore } from '../profile/profile-store.ts'
import { createSessionRegistry } from './session-registry.ts'

vi.mock('node:fs', { spy: true })

const known: KnownSession = {
  ...{ sessionId: SESSION, name: 'Night Server', addresses: ['10.0.0.1:1'] },
  ...createIdentity(),
  memberId: SELF,
}

function stage(folder: string) {
  const { store } = openProfileStore(join(folder, 'profile.json'), () => 0)
  store.update((current) => ({ ...current, name: 'Ada' }))
  store.putSession(known)
  const profile = { ...store }
  const random = seededRandom(1)
  const registry = createSessionRegistry({
    profile,
    folder,
    deviceName: 'laptop',
    client: {
      ...{ dial: scriptedServer().dial, clock: manualClock() },
      ...{ random: () => 0.5, uuid: () => random.uuid() },
    },
    authorities: () => [],
    log: { info() {}, warn() {}, error() {} },
    needsNoNetwork: () => false,
    onEvent() {},
    onAdmin() {},
    onTokenOver() {},
    onListChange() {},
  })
  return { profile, registry }
}

describe('where the disk does not do as it is told', () => {
  let folder: string
  let on: ReturnType<typeof stage>
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-registry-'))
    on = stage(folder)
    on.registry.open(known)
  })
  afterEach(() => {
    on.registry.closeAll()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a session that cannot be taken out of the profile stays in the list', () => {
    on.profile.removeSession = () => {
      throw new Error('ENOSPC')
    }
    expect(() => on.registry.remove(SESSION)).toThrow('ENOSPC')
    expect(on.registry.views()).toMatchObject([{ id: SESSION }])
    expect(on.registry.get(SESSION)).toBeDefined()
  })

  it('an older copy that cannot be deleted does not take the place of the one in use', () => {
    const inUse = join(folder, SESSION, 'in-use')
    writeFileSync(inUse, '')
    mkdirSync(join(folder, `${SESSION}.before`))
    vi.mocked(rmSync).mockImplementationOnce(() => {
      throw new Error('EBUSY')
    })
    expect(on.registry.startOver({ ...known, memberId: OTHER })).toMatchObject({ ok: false })
    expect(existsSync(inUse)).toBe(true)
    expect(on.registry.views()).toMatchObject([{ self: { memberId: SELF } }])
  })
})
