import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  challenge,
  type ClientKit,
  clientKit,
  memberId,
  SELF,
  SESSION,
  welcome,
} from '../../testing/client-kit.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

/** Up to the proof. */
function knock(): void {
  kit.session.connectNow()
  const connection = kit.server.current()
  connection.open()
  connection.say(challenge())
}
const proof = () => kit.server.current().sent.find((message) => message.type === 'proof')

describe('what is shown to be let in', () => {
  it('[I1] the secret is shown until this device was admitted, and not after', async () => {
    knock()
    expect(proof()).toMatchObject({ credential: { kind: 'secret', secret: 'open sesame' } })
    await kit.goOnline()
    kit.session.disconnect()
    kit.reopen()
    knock()
    expect(proof()).not.toHaveProperty('credential')
  })

  it('[I5] somebody who comes with an invite again shows it again', async () => {
    await kit.goOnline()
    kit.session.presentAgain()
    kit.session.disconnect()
    knock()
    expect(proof()).toMatchObject({ credential: { secret: 'open sesame' } })
  })

  it('[I1] a server that has forgotten this device is shown the secret at the next try', async () => {
    await kit.goOnline()
    kit.session.disconnect()
    knock()
    kit.server.current().say({ type: 'rejected', code: 'unauthorized', message: '' })
    await kit.clock.settle()
    expect(kit.session.view().connection.state).toBe('refused')
    knock()
    expect(proof()).toMatchObject({ credential: { kind: 'secret' } })
  })

  it('[I11] a further device shows its link token', () => {
    kit.dispose()
    kit = clientKit({
      session: { id: SESSION, name: 'x', addresses: ['10.0.0.1:1'], secret: 's', link: 'token' },
    })
    knock()
    expect(proof()).toMatchObject({ credential: { kind: 'link', token: 'token' } })
  })
})

describe('what the server says of the session', () => {
  const session = { id: SESSION, name: 'Field Station', locked: true, readOnly: true }

  it('[I6] [I9] role, lock and read-only are shown at once, and offline after a restart', async () => {
    await kit.goOnline()
    expect(kit.session.view()).toMatchObject({ self: { role: 'member' }, locked: false })
    await kit.hear({ type: 'session', session })
    await kit.hear({
      type: 'people',
      members: [{ id: SELF, name: 'Ada', role: 'moderator', presence: 'online' }],
    })
    const told = kit.events.findLast((event) => event.type === 'session')
    expect(told).toMatchObject({
      session: { self: { role: 'moderator' }, locked: true, readOnly: true },
    })
    kit.session.disconnect()
    kit.reopen()
    expect(kit.session.view()).toMatchObject({
      self: { role: 'moderator' },
      locked: true,
      readOnly: true,
    })
  })

  it('[I9] `welcome` has the last word on them', async () => {
    await kit.goOnline()
    kit.session.disconnect()
    knock()
    kit.server.current().say({ ...welcome(), self: { role: 'guest' }, session })
    await kit.clock.settle()
    expect(kit.session.view()).toMatchObject({ self: { role: 'guest' }, locked: true })
  })

  it('[I5] who was removed stays in sight beside what they wrote, also after a restart', async () => {
    const ben = { id: memberId(2), name: 'Ben', role: 'member', presence: 'offline' } as const
    await kit.goOnline({ type: 'people', members: [ben] })
    expect(kit.session.contents().people[0]).toMatchObject({ name: 'Ben', role: 'member' })
    expect(kit.session.contents().people[0]).not.toHaveProperty('gone')
    await kit.hear({ type: 'people', members: [{ ...ben, gone: true }] })
    kit.reopen()
    expect(kit.session.contents().people[0]).toMatchObject({ name: 'Ben', gone: true })
    await kit.goOnline({ type: 'people', members: [ben] })
    expect(kit.session.contents().people[0]).not.toHaveProperty('gone')
  })

  it('[I5] removal while connected shows at once, with what came before it', async () => {
    const connection = await kit.goOnline()
    connection.say(
      {
        type: 'people',
        members: [{ id: memberId(2), name: 'Ben', role: 'member', presence: 'online' }],
      },
      { type: 'rejected', code: 'removed', message: '' },
    )
    connection.close(4403)
    await kit.clock.settle()
    expect(kit.session.contents().people).toHaveLength(1)
    expect(kit.session.view().connection).toMatchObject({
      state: 'refused',
      reason: 'removed',
      message: expect.stringContaining('taken you out'),
    })
  })
})
