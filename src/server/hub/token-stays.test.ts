import { describe, expect, it } from 'vitest'
import { type HubKit, hubKit, type TestDevice } from '../../testing/hub-kit.ts'
import type { Vouching } from './vouching.ts'

const HOUR_MS = 3_600_000

/** Tokens of these tests read `subject:milliseconds`, and may end with `:id`; `broken` breaks the check. */
async function kitWith(options: Parameters<typeof hubKit>[0] = {}): Promise<HubKit> {
  const vouching: Vouching = {
    of: async (token) => {
      if (token === 'broken') throw new Error('the keys cannot be read')
      const [subject = '', endsAt, tokenId] = token.split(':')
      return endsAt === undefined
        ? { kind: 'fault', code: 'unauthorized', message: 'The token is no good.' }
        : {
            ...{ kind: 'vouched', role: 'member', by: 'the tests' },
            ...{ subject, endsAt: Number(endsAt), tokenId },
          }
    },
  }
  return await hubKit(options, 1, vouching)
}

function token(kit: HubKit, ms: number, subject = 'mara'): string {
  return `${subject}:${kit.clock.now() + ms}`
}

async function enterBy(kit: HubKit, device: TestDevice, shown: string): Promise<void> {
  await device.hello({ credential: { kind: 'token', token: shown } })
  await device.sync()
  await kit.clock.settle()
}

describe('a bearer’s stay', () => {
  it('ends with the token: the connection is closed with 4401, and another token lets them in again', async () => {
    const kit = await kitWith()
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, HOUR_MS))
    expect(mara.last('welcome')).toBeDefined()
    await kit.clock.advance(HOUR_MS - 1)
    expect(mara.closedWith).toBeUndefined()
    await kit.clock.advance(1)
    expect(mara.closedWith?.code).toBe(4401)
    const again = kit.connect(mara.person)
    await enterBy(kit, again, token(kit, HOUR_MS))
    expect(again.last('welcome')).toBeDefined()
  })

  it('is prolonged in place, without a new connection, by a token of the same person only', async () => {
    const kit = await kitWith()
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, HOUR_MS))
    const refresh = async (shown: string): Promise<void> =>
      await mara.ask({ type: 'refresh-token', token: shown })
    await refresh(token(kit, 3 * HOUR_MS, 'sam'))
    expect(mara.last('error')).toMatchObject({ code: 'unauthorized' })
    await refresh('nonsense')
    expect(mara.of('error')).toHaveLength(2)
    await refresh(token(kit, 3 * HOUR_MS))
    expect(mara.last('token-taken')).toMatchObject({ expiresAt: kit.clock.now() + 3 * HOUR_MS })
    // One that comes late, or is shorter, takes nothing away.
    await refresh(token(kit, HOUR_MS))
    await kit.clock.advance(3 * HOUR_MS - 1)
    expect(mara.closedWith).toBeUndefined()
    const id = mara.post(mara.general, 'still here')
    await kit.clock.settle()
    expect(mara.last('ack')).toMatchObject({ id })
    await kit.clock.advance(1)
    expect(mara.closedWith?.code).toBe(4401)
  })

  it('answers with the number of the token, so that no other fault is taken for its own', async () => {
    const kit = await kitWith()
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, HOUR_MS))
    await mara.ask({ type: 'refresh-token', ref: 7, token: 'nonsense' })
    expect(mara.last('error')).toMatchObject({ code: 'unauthorized', ref: 7 })
    await mara.ask({ type: 'refresh-token', ref: 8, token: token(kit, 2 * HOUR_MS) })
    expect(mara.last('token-taken')).toMatchObject({ ref: 8 })
    await mara.ask({ type: 'refresh-token', token: token(kit, 3 * HOUR_MS) })
    expect(mara.last('token-taken')).not.toHaveProperty('ref')
  })

  it('may be longer than timers are, and does not outlive its connection', async () => {
    const kit = await kitWith({ heartbeat: { intervalMs: 100 * HOUR_MS, timeoutMs: 1_000 } })
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, 60 * HOUR_MS))
    await kit.clock.advance(60 * HOUR_MS - 1)
    expect(mara.closedWith).toBeUndefined()
    mara.drop()
    await kit.clock.advance(HOUR_MS)
    expect(mara.closedWith?.code).toBe(1006)
  })

  it('ends at once when the token is revoked, and no other', async () => {
    const kit = await kitWith()
    const [mara, sam] = [kit.connect(kit.person('Mara')), kit.connect(kit.person('Sam'))]
    await enterBy(kit, mara, token(kit, HOUR_MS))
    await enterBy(kit, sam, token(kit, HOUR_MS, 'sam'))
    expect(kit.hub.endStays(({ subject }) => subject === 'mara')).toBe(1)
    expect(mara.closedWith).toEqual({ code: 4401, reason: 'the token was revoked' })
    expect(sam.closedWith).toBeUndefined()
  })

  it('belongs to the newest token, also when an older one is shown after it', async () => {
    const kit = await kitWith()
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, `${token(kit, HOUR_MS)}:first`)
    await mara.ask({ type: 'refresh-token', token: `${token(kit, 2 * HOUR_MS)}:second` })
    await mara.ask({ type: 'refresh-token', token: `${token(kit, HOUR_MS)}:first` })
    expect(kit.hub.endStays(({ tokenId }) => tokenId === 'first')).toBe(0)
    expect(kit.hub.endStays(({ tokenId }) => tokenId === 'second')).toBe(1)
  })

  it('[I12] is no place to guess at tokens: after ten wrong ones none is looked at', async () => {
    const kit = await kitWith()
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, HOUR_MS))
    const good = token(kit, 2 * HOUR_MS)
    // At once, so that none waits for the verdict on the one before.
    for (let index = 0; index < 9; index++) mara.tell({ type: 'refresh-token', token: 'nonsense' })
    mara.tell({ type: 'refresh-token', token: token(kit, 2 * HOUR_MS, 'sam') })
    mara.tell({ type: 'refresh-token', token: good })
    for (let each = 0; each < 11; each++) await kit.clock.settle()
    expect(mara.of('error').map(({ code }) => code)).toEqual([
      ...[...Array.from({ length: 10 }, () => 'unauthorized'), 'rate-limited'],
    ])
    // Nor is anybody new let in from there by guessing (I10: it is written down).
    const sam = kit.connect(kit.person('Sam'))
    await enterBy(kit, sam, token(kit, HOUR_MS, 'sam'))
    expect(sam.last('rejected')).toMatchObject({ code: 'rate-limited' })
    expect((await kit.store.registry.audit(1_000, 1))[0]).toMatchObject({
      ...{ action: 'guesses-stopped', detail: mara.address },
    })
    expect(mara.closedWith).toBeUndefined()
    await kit.clock.advance(60_000)
    await mara.ask({ type: 'refresh-token', token: good })
    expect(mara.last('token-taken')).toMatchObject({ expiresAt: Number(good.split(':')[1]) })
  })

  it('goes on when tokens cannot be looked at, which is no guess', async () => {
    const kit = await kitWith()
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, HOUR_MS))
    for (let index = 0; index < 20; index++) {
      await mara.ask({ type: 'refresh-token', token: 'broken' })
      expect(mara.last('error').code).toBe('unavailable')
    }
    const good = token(kit, 2 * HOUR_MS)
    await mara.ask({ type: 'refresh-token', token: good })
    expect(mara.last('token-taken')).toMatchObject({ expiresAt: Number(good.split(':')[1]) })
  })

  it('is nothing to those who came without a token', async () => {
    const kit = await kitWith()
    const sam = await kit.join('Sam')
    await sam.ask({ type: 'refresh-token', token: token(kit, HOUR_MS) })
    expect(sam.last('error')).toMatchObject({ code: 'unexpected' })
  })

  it('is the only way in where tokens are required, for known devices as well', async () => {
    const kit = await kitWith({ requireToken: true })
    const mara = kit.connect(kit.person('Mara'))
    await enterBy(kit, mara, token(kit, HOUR_MS))
    expect(mara.last('welcome')).toBeDefined()
    mara.drop()
    const again = kit.connect(mara.person)
    await again.hello({ credential: undefined })
    expect(again.last('rejected')).toMatchObject({ code: 'token-needed' })
    expect(again.closedWith?.code).toBe(4401)
    // Version 2 has no word for it.
    const older = kit.connect(mara.person)
    await older.hello({ credential: undefined, versions: [2] })
    expect(older.last('rejected')).toMatchObject({ code: 'unauthorized' })
  })
})
