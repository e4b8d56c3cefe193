import { beforeEach, describe, expect, it } from 'vitest'
import type { ClientSession } from '../../client/client-session.ts'
import { sessionIdSchema } from '../../protocol/ids.ts'
import { ok } from '../ipc/command-gate.ts'
import { createAdminWatchers } from './admin-watchers.ts'
import { unknownSession } from './known-sessions.ts'

const id = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const other = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000002')

describe('windows that show what hosts see', () => {
  const asked: boolean[] = []
  let hosted = false
  const admin = {
    watch: async (active: boolean) => {
      asked.push(active)
      return ok(null)
    },
    view: () => null,
  }
  const client = { admin } as unknown as ClientSession
  const watchers = () =>
    createAdminWatchers({
      registry: {
        get: (one) => (one === id ? client : undefined),
        find: (one) => (one === id ? ok(client) : unknownSession),
      },
      isHosted: () => hosted,
    })
  beforeEach(() => {
    asked.length = 0
    hosted = false
  })

  it('[I9] the server is asked as long as one of them looks', async () => {
    const on = watchers()
    await on.set(1, id, true)
    await on.set(2, id, true)
    await on.set(1, id, false)
    expect(asked).toEqual([true, true])
    expect(on.of(id)).toEqual([2])
    await on.set(2, id, false)
    expect(asked).toEqual([true, true, false])
  })

  it('a window that was closed is told nothing more, and the server is asked no longer for the last', async () => {
    const on = watchers()
    await on.set(1, id, true)
    await on.set(2, id, true)
    on.gone(1)
    expect(on.of(id)).toEqual([2])
    on.gone(7)
    expect(asked).toEqual([true, true])
    on.gone(2)
    expect(on.of(id)).toEqual([])
    expect(asked).toEqual([true, true, false])
  })

  it('[I4] a session hosted here is watched without a window too, for its invite', async () => {
    hosted = true
    const on = watchers()
    await on.set(1, id, true)
    await on.set(1, id, false)
    await on.set(2, id, true)
    on.gone(2)
    expect(asked).toEqual([true, true])
  })

  it('says that a session is not in the list', async () => {
    expect(await watchers().set(1, other, true)).toMatchObject({
      failure: { kind: 'no-such-session' },
    })
  })
})
