import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ClientKit,
  clientKit,
  messageId,
  OTHER,
  ROOM,
  SELF,
  value,
} from '../../testing/client-kit.ts'

import { texts, outboxDrill, twoRooms } from '../../testing/outbox-drill.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const { items, states, send } = outboxDrill(() => kit)

describe('broken rows', () => {
  it('[D5] an unsent message whose row cannot be read is a failure one can see and retry', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    const id = send('precious')
    kit.session.close()
    const file = new Database(kit.file)
    file.prepare(`UPDATE outbox SET operation = '{"kind":"po' WHERE id = ?`).run(id)
    file.close()
    kit.reopen()
    expect(await items()).toMatchObject([
      { id, text: 'precious', state: { kind: 'failed', code: 'malformed' } },
    ])
    value(kit.session.retry(ROOM, id))
    expect(texts((await kit.goOnline()).take())).toEqual(['precious'])
  })

  it('[D5] an unsent message without a row is a failure as well', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    send('precious')
    const file = new Database(kit.file)
    file.prepare('DELETE FROM outbox').run()
    file.close()
    kit.reopen()
    expect(await states()).toEqual(['precious:failed'])
  })

  it('leaves another person’s file as it is', () => {
    expect(() =>
      clientKit({ file: kit.file, identity: { ...identity(), memberId: OTHER } }),
    ).toThrow(/belongs to another person/)
  })
})

function identity() {
  return {
    memberId: SELF,
    deviceKey: 'k'.repeat(43),
    memberName: 'Ada',
    deviceId: messageId(1) as never,
    deviceName: 'laptop',
  }
}
