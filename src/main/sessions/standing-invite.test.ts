import { describe, expect, it } from 'vitest'
import type { ClientSession } from '../../client/client-session.ts'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { InviteRecord } from '../../protocol/admin.ts'
import { inviteIdSchema, sessionIdSchema } from '../../protocol/ids.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import { createStandingInvite } from './standing-invite.ts'

const id = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const record = (label: string, revokedAt: number | null): InviteRecord => ({
  ...{ id: inviteIdSchema.parse(id), label, role: 'member', createdAt: 0, createdBy: null },
  ...{ expiresAt: null, maxUses: null, uses: 0, revokedAt },
})
const view = (...invites: readonly InviteRecord[]): AdminView => ({
  settings: {
    ...{ access: 'invite', approval: false, locked: false, readOnly: false, passphrase: false },
  },
  ...{ waiting: [], banned: [], code: null, storageBytes: 0 },
  invites: [...invites],
})

function stage(works = true, keep: (token: string) => void = () => {}) {
  const asked: unknown[] = []
  const kept: string[] = []
  let hosted = true
  const admin = {
    createInvite(invite: unknown) {
      asked.push(invite)
      const made = { invite: record('first', null), token: `token ${asked.length}` }
      return Promise.resolve(works ? ok(made) : fail('offline', ''))
    },
  }
  const standing = createStandingInvite({
    isHosted: () => hosted,
    clientOf: () => ({ admin }) as unknown as ClientSession,
    keep(_id, token) {
      keep(token)
      kept.push(token)
    },
    log: { info() {}, warn() {}, error() {} },
  })
  return { standing, asked, kept, leave: () => (hosted = false) }
}

describe('the link of a hosted session', () => {
  it('[I4] is replaced once when its invite was revoked, without an end and for members', async () => {
    const on = stage()
    await on.standing.follow(id, view(record('first', null)))
    expect(on.asked).toEqual([])
    const revoked = view(record('first', 5), record('another', null))
    await Promise.all([on.standing.follow(id, revoked), on.standing.follow(id, revoked)])
    expect(on.asked).toEqual([{ label: 'first', role: 'member', lifeMs: null, maxUses: null }])
    expect(on.kept).toEqual(['token 1'])
  })

  it('is tried again with the next change, and left alone where another computer hosts', async () => {
    const failing = stage(false)
    await failing.standing.follow(id, view())
    await failing.standing.follow(id, view())
    expect(failing.asked).toHaveLength(2)
    expect(failing.kept).toEqual([])
    const member = stage()
    member.leave()
    await member.standing.follow(id, view())
    expect(member.asked).toEqual([])
  })

  it('[I4] that a full disk did not take ends nothing, and is kept with the next change', async () => {
    let full = true
    const on = stage(true, () => {
      if (full) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    })
    await on.standing.follow(id, view())
    expect(on.kept).toEqual([])
    full = false
    await on.standing.follow(id, view(record('first', null)))
    expect(on.kept).toEqual(['token 1'])
  })
})
