import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AdminSnapshot } from '../../protocol/server-messages.ts'
import {
  type ClientKit,
  clientKit,
  memberId,
  roomId,
  SELF,
  value,
  welcome,
} from '../../testing/client-kit.ts'
import type { AdminView } from './admin.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const snapshot: AdminSnapshot = {
  type: 'admin',
  settings: {
    ...{ access: 'invite', approval: false, locked: false, readOnly: false, passphrase: false },
  },
  waiting: [],
  invites: [],
  banned: [],
  code: null,
  storageBytes: 4_096,
}

async function asHost(): Promise<void> {
  const connection = await kit.goOnline()
  await kit.hear({
    type: 'people',
    members: [{ id: SELF, name: 'Ada', role: 'host', presence: 'online' }],
  })
  connection.take()
}
function lastRef(): number {
  const last = kit.server.current().sent.at(-1)
  if (last === undefined || !('ref' in last) || last.ref === undefined) {
    throw new Error('a request was expected')
  }
  return last.ref
}
const carriedOut = () => kit.hear({ type: 'carried-out', ref: lastRef() })

describe('what hosts and moderators see', () => {
  it('[I9] keeps the newest view and tells it, as long as somebody looks', async () => {
    await asHost()
    const told: AdminView[] = []
    kit.session.admin.onChange((view) => told.push(view))
    const watching = kit.session.admin.watch(true)
    expect(kit.server.current().sent.at(-1)).toMatchObject({ type: 'admin-watch', active: true })
    await carriedOut()
    expect(value(await watching)).toBeNull()
    await kit.hear(snapshot)
    expect(told).toMatchObject([{ storageBytes: 4_096 }])
    expect(kit.session.admin.view()).toMatchObject({ storageBytes: 4_096 })
    void kit.session.admin.watch(false)
    await carriedOut()
    await kit.hear(snapshot)
    expect(told).toHaveLength(1)
    expect(kit.session.admin.view()).toBeNull()
  })

  it('[I9] asks again with every connection, and forgets the view with the role', async () => {
    await asHost()
    void kit.session.admin.watch(true)
    await carriedOut()
    await kit.hear(snapshot)
    kit.server.current().close(1006)
    const next = await kit.goOnline()
    expect(next.sent).toContainEqual(expect.objectContaining({ type: 'admin-watch', active: true }))
    // The scripted `welcome` says member.
    expect(welcome().self.role).toBe('member')
    expect(kit.session.admin.view()).toBeNull()
  })

  it('[I9] a wish made offline is told once there is a connection', async () => {
    expect(value(await kit.session.admin.watch(true))).toBeNull()
    const connection = await kit.goOnline()
    expect(connection.sent.at(-1)).toMatchObject({ type: 'admin-watch', active: true })
  })

  it('[I9] a member who asks is told that they may not', async () => {
    await kit.goOnline()
    const watching = kit.session.admin.watch(true)
    await kit.hear({ type: 'failed', ref: lastRef(), code: 'not-allowed', message: '' })
    expect(await watching).toMatchObject({ ok: false, failure: { kind: 'not-allowed' } })
  })
})

describe('what they do', () => {
  it('[I4] an invite gets its id here, so that asking twice on two connections makes one', async () => {
    await asHost()
    const asked = kit.session.admin.createInvite({
      ...{ label: 'new people', role: 'member', lifeMs: null, maxUses: 1 },
    })
    const first = kit.server.current().sent.at(-1)
    kit.server.current().close(1006)
    const next = await kit.goOnline()
    const again = next.sent.find(({ type }) => type === 'create-invite')
    expect(again).toEqual(first)
    if (again?.type !== 'create-invite') throw new Error('asked again')
    const invite = {
      ...{ id: again.invite, label: 'new people', role: 'member' as const, createdAt: 1 },
      ...{ createdBy: SELF, expiresAt: null, maxUses: 1, uses: 0, revokedAt: null },
    }
    await kit.hear({ type: 'invite', ref: again.ref, invite, token: 'secret token' })
    expect(value(await asked)).toEqual({ invite, token: 'secret token' })
  })

  it.each([
    ['approve', () => kit.session.admin.approve(memberId(2), true)],
    ['set-role', () => kit.session.admin.setRole(memberId(2), 'guest')],
    ['remove-member', () => kit.session.admin.remove(memberId(2))],
    ['ban-member', () => kit.session.admin.ban(memberId(2))],
    ['unban-member', () => kit.session.admin.unban(memberId(2))],
    ['change-session', () => kit.session.admin.change({ locked: true })],
    ['new-code', () => kit.session.admin.newCode()],
    ['revoke-integration', () => kit.session.admin.revokeIntegration(memberId(2))],
    ['enable-integration', () => kit.session.admin.enableIntegration(memberId(2))],
  ] as const)(
    '[I10] %s is done when the server says so, or fails with its words',
    async (type, act) => {
      await asHost()
      const done = act()
      expect(kit.server.current().sent.at(-1)).toMatchObject({ type })
      await carriedOut()
      expect(await done).toEqual({ ok: true, value: null })
      const refused = act()
      await kit.hear({ type: 'failed', ref: lastRef(), code: 'no-such-member', message: '' })
      expect(await refused).toMatchObject({ failure: { kind: 'no-such-member' } })
      const silent = act()
      await kit.clock.advance(10_000)
      expect(await silent).toMatchObject({ failure: { kind: 'timeout' } })
    },
  )

  it('[I10] the log is read from the newest entry on', async () => {
    await asHost()
    const asked = kit.session.admin.audit({ limit: 20 })
    expect(kit.server.current().sent.at(-1)).toMatchObject({
      ...{ type: 'audit', before: Number.MAX_SAFE_INTEGER, limit: 20 },
    })
    const entry = {
      ...{ number: 3, at: 1, action: 'approved' as const, detail: '' },
      actor: { id: SELF, name: 'Ada' },
      target: null,
    }
    await kit.hear({ type: 'audit-page', ref: lastRef(), entries: [entry] })
    expect(value(await asked)).toEqual([entry])
  })

  it('[D5] a webhook is made and listed, and where they are off it is said', async () => {
    await asHost()
    const what = { kind: 'incoming' as const, room: roomId(1) }
    const record = {
      ...{ id: memberId(9), name: 'Build server', what, createdAt: 1, createdBy: SELF },
      disabledAt: null,
    }
    const made = kit.session.admin.createIntegration({
      ...{ name: 'Build server', rooms: [], what, secret: 'A'.repeat(43) },
    })
    expect(kit.server.current().sent.at(-1)).toMatchObject({
      ...{ type: 'create-integration', name: 'Build server', rooms: [], what },
      secret: 'A'.repeat(43),
    })
    await kit.hear({ type: 'integration', ref: lastRef(), integration: record, secret: 'token' })
    expect(value(await made)).toEqual({ integration: record, secret: 'token' })
    const list = kit.session.admin.integrations()
    await kit.hear({ type: 'integration-list', ref: lastRef(), integrations: [record] })
    expect(value(await list)).toEqual([record])
    const off = kit.session.admin.integrations()
    await kit.hear({ type: 'failed', ref: lastRef(), code: 'not-allowed', message: '' })
    expect(await off).toMatchObject({ failure: { kind: 'not-allowed' } })
  })

  it('[I11] everybody gets codes for their own devices, lists them and forgets one', async () => {
    await kit.goOnline()
    const code = kit.session.admin.linkCode()
    await kit.hear({ type: 'link-code', ref: lastRef(), code: { code: '7K2M-Q9XD', expiresAt: 9 } })
    expect(value(await code)).toEqual({ code: '7K2M-Q9XD', expiresAt: 9 })
    const devices = kit.session.admin.devices()
    await kit.hear({ type: 'device-list', ref: lastRef(), devices: [] })
    expect(value(await devices)).toEqual([])
  })

  it('[I11] says that a session makes no codes for further devices', async () => {
    await kit.goOnline()
    const code = kit.session.admin.linkCode()
    await kit.hear({ type: 'failed', ref: lastRef(), code: 'not-allowed', message: '' })
    expect(await code).toMatchObject({
      failure: { kind: 'not-allowed', message: expect.stringMatching(/makes no codes/) as unknown },
    })
  })

  it('needs the host to be there', async () => {
    expect(await kit.session.admin.newCode()).toMatchObject({ failure: { kind: 'offline' } })
  })
})
