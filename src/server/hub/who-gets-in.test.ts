import { describe, expect, it } from 'vitest'
import { NO_CHANNEL, proofText } from '../../protocol/device-proof.ts'
import type { Request } from '../../protocol/client-messages.ts'
import type { InviteId, SessionId } from '../../protocol/ids.ts'
import {
  hubKit,
  type HubKit,
  keyOf,
  type Person,
  SECRET,
  type TestDevice,
} from '../../testing/hub-kit.ts'
import { sessionKit } from '../../testing/session-kit.ts'

/** Says hello, and hands out the challenge instead of answering it. */
async function challenged(kit: HubKit, person: Person): Promise<TestDevice> {
  const device = kit.connect(person)
  const { publicKey } = keyOf(person.key)
  await device.ask({
    type: 'hello',
    versions: [3, 2],
    member: { id: person.member, name: person.name },
    device: { id: person.device, name: 'laptop', key: publicKey },
  })
  return device
}

async function prove(
  device: TestDevice,
  change: { nonce?: string; channel?: string; session?: SessionId; key?: string; name?: string },
): Promise<string> {
  const { nonce, session } = device.last('challenge')
  const { person } = device
  const { publicKey } = keyOf(person.key)
  const text = proofText({
    session: change.session ?? session.id,
    channel: change.channel ?? NO_CHANNEL,
    nonce: change.nonce ?? nonce,
    member: { id: person.member, name: change.name ?? person.name },
    device: { id: person.device, key: publicKey },
  })
  const signature = keyOf(change.key ?? person.key).sign(text)
  await device.ask({
    type: 'proof',
    signature,
    credential: { kind: 'secret', secret: SECRET },
  })
  return signature
}

describe('the proof', () => {
  it('[I2] is good for this challenge, this host, this session and this key alone', async () => {
    const kit = await hubKit()
    const changes = [
      { nonce: kit.random.key() },
      { channel: 'A'.repeat(43) },
      { session: kit.newId<SessionId>() },
      { key: kit.random.key() },
      { name: 'Somebody else' },
    ]
    for (const [index, change] of changes.entries()) {
      const device = await challenged(kit, kit.person(`Person ${index}`))
      await prove(device, change)
      expect(device.last('rejected').code).toBe('bad-proof')
      expect(device.closedWith?.code).toBe(4401)
    }
    expect(await kit.store.members()).toEqual([])
    const right = await challenged(kit, kit.person('Mara'))
    await prove(right, {})
    expect(right.of('welcome')).toHaveLength(1)
  })

  it('[I2] is not good a second time, on this connection or another', async () => {
    const kit = await hubKit()
    const mara = await challenged(kit, kit.person('Mara'))
    const signature = await prove(mara, {})
    mara.drop()
    const replay = await challenged(kit, mara.person)
    await replay.ask({ type: 'proof', signature })
    expect(replay.last('rejected').code).toBe('bad-proof')
  })

  it('[I2] names the key that members pin', async () => {
    const channel = 'k'.repeat(42) + 'A'
    const kit = await hubKit({ channel })
    const unpinned = await challenged(kit, kit.person('Mara'))
    await prove(unpinned, {})
    expect(unpinned.last('rejected').code).toBe('bad-proof')
    const pinned = await challenged(kit, kit.person('Sam'))
    await prove(pinned, { channel })
    expect(pinned.of('welcome')).toHaveLength(1)
  })

  it('[I1] is all that a known device needs, and none but its own will do', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    sam.drop()
    const again = await kit.tryWith(undefined, sam.person)
    expect(again.last('welcome').self.role).toBe('member')
    const thief = await kit.tryWith(await kit.invite(), { ...sam.person, key: kit.random.key() })
    expect(thief.last('rejected').code).toBe('identity-taken')
  })

  it('[I1] does not let a valid secret claim somebody’s member id for another device', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    const thief = kit.connect({ ...kit.person('Mara'), member: mara.person.member })
    await thief.hello()
    expect(thief.last('rejected').code).toBe('identity-taken')
    const open = await hubKit({ admission: { kind: 'open' } })
    const sam = await open.join('Sam')
    const other = open.connect({ ...open.person('Sam'), member: sam.person.member })
    await other.hello({ credential: undefined })
    expect(other.last('rejected').code).toBe('identity-taken')
  })

  it('[I12] may be wrong ten times a minute from one address, and is stopped before the store is asked', async () => {
    const kit = await sessionKit()
    const good = await kit.invite()
    for (let n = 0; n < 10; n++) {
      const guess = await kit.tryWith(`guess ${n}`, kit.person(`Guesser ${n}`))
      expect(guess.last('rejected').code).toBe('unauthorized')
    }
    let asked = 0
    const { checkIn } = kit.store.registry
    Object.assign(kit.store.registry, {
      checkIn: (...args: Parameters<typeof checkIn>) => {
        asked++
        return checkIn(...args)
      },
    })
    const stopped = await kit.tryWith(good, kit.person('Late'))
    expect(stopped.last('rejected').code).toBe('rate-limited')
    expect(stopped.closedWith?.code).toBe(4429)
    expect(asked).toBe(0)
    expect((await kit.actions()).filter((action) => action === 'guesses-stopped')).toHaveLength(1)

    // Who was here before comes and goes all the same.
    const host = await kit.tryWith(undefined, kit.host.person)
    expect(host.of('welcome')).toHaveLength(1)
    const elsewhere = kit.connect(kit.person('Elsewhere'))
    elsewhere.address = '10.0.0.2'
    await elsewhere.hello({ credential: { kind: 'secret', secret: good } })
    expect(elsewhere.of('welcome')).toHaveLength(1)
    await kit.clock.advance(60_000)
    expect((await kit.tryWith(good, kit.person('Patient'))).of('welcome')).toHaveLength(1)
  })
})

describe('many tries at once', () => {
  /** Holds up whatever asks the registry whether somebody may come in. */
  function slow(kit: HubKit) {
    const asked: (() => void)[] = []
    const { checkIn } = kit.store.registry
    let count = 0
    Object.assign(kit.store.registry, {
      async checkIn(...args: Parameters<typeof checkIn>) {
        count++
        await new Promise<void>((go) => asked.push(go))
        return checkIn(...args)
      },
    })
    return {
      asked: () => count,
      async answerAll() {
        while (asked.length > 0) {
          for (const go of asked.splice(0)) go()
          await kit.clock.settle()
        }
      },
    }
  }

  it('[I12] ten that are wrong are looked at, however many come before the first is answered', async () => {
    const kit = await sessionKit()
    const store = slow(kit)
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, n) => kit.tryWith(`guess ${n}`, kit.person(`Guesser ${n}`))),
    )
    expect(store.asked()).toBe(10)
    expect(guesses.flatMap((guess) => guess.of('rejected'))).toEqual([])
    await store.answerAll()
    expect(store.asked()).toBe(10)
    const codes = guesses.map((guess) => guess.last('rejected').code)
    expect(codes.filter((code) => code === 'unauthorized')).toHaveLength(10)
    expect(codes.filter((code) => code === 'rate-limited')).toHaveLength(30)
    expect((await kit.actions()).filter((action) => action === 'guesses-stopped')).toHaveLength(1)
  })

  it('[I12] those that are right give their place to the next: a crowd behind one address comes in', async () => {
    const kit = await sessionKit()
    const token = await kit.invite()
    for (let n = 0; n < 8; n++) await kit.tryWith(`guess ${n}`, kit.person(`Guesser ${n}`))
    const store = slow(kit)
    const crowd = await Promise.all(
      Array.from({ length: 40 }, (_, n) => kit.tryWith(token, kit.person(`Person ${n}`))),
    )
    expect(store.asked()).toBe(2)
    const elsewhere = kit.connect(kit.person('Elsewhere'))
    elsewhere.address = '10.0.0.2'
    await elsewhere.hello({ credential: { kind: 'secret', secret: token } })
    expect(store.asked()).toBe(3)
    await store.answerAll()
    for (const person of [...crowd, elsewhere]) expect(person.of('welcome')).toHaveLength(1)
  })
})

describe('names', () => {
  it('[I3] belong to one member, whatever they look like', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam Adeyemi')
    for (const name of ['sam adeyemi', 'Ѕаm Аdeyemi', 'Sam\u200BAdeyemi', 'MARA']) {
      const imitator = await kit.tryWith(await kit.invite(), kit.person(name))
      expect(imitator.last('rejected')).toMatchObject({ code: 'name-taken' })
    }
    const nia = await kit.come('Nia')
    nia.drop()
    const renamed = await kit.tryWith(undefined, { ...nia.person, name: 'SAM ADEYEMI' })
    expect(renamed.last('rejected').code).toBe('name-taken')
    sam.drop()
    const own = await kit.tryWith(undefined, { ...sam.person, name: 'Sam' })
    expect(own.of('welcome')).toHaveLength(1)
  })
})

describe('invites', () => {
  it('[I4] admit until they end, and say how they ended', async () => {
    const kit = await sessionKit()
    const once = await kit.invite({ maxUses: 1 })
    const brief = await kit.invite({ lifeMs: 60_000 })
    const sam = await kit.tryWith(once, kit.person('Sam'))
    expect(sam.of('welcome')).toHaveLength(1)
    sam.drop()
    // Coming back is no use of it.
    expect((await kit.tryWith(once, sam.person)).of('welcome')).toHaveLength(1)
    const second = await kit.tryWith(once, kit.person('Second'))
    expect(second.last('rejected').code).toBe('invite-used-up')
    await kit.clock.advance(60_000)
    const late = await kit.tryWith(brief, kit.person('Late'))
    expect(late.last('rejected').code).toBe('invite-expired')
    const { invites } = await kit.snapshot()
    expect(invites.map(({ uses, label }) => [label, uses])).toEqual([
      ['test', 0],
      ['test', 1],
    ])
    const none = await kit.tryWith(undefined, kit.person('None'))
    expect(none.last('rejected').code).toBe('unauthorized')
  })

  it('[I4] [I5] end for newcomers when revoked; who came by them stays', async () => {
    const kit = await sessionKit()
    const token = await kit.invite({ role: 'guest' })
    const sam = await kit.tryWith(token, kit.person('Sam'))
    expect(sam.last('welcome').self.role).toBe('guest')
    const id = (await kit.snapshot()).invites[0]?.id
    if (id === undefined) throw new Error('there is an invite')
    await kit.host.ask({ type: 'revoke-invite', ref: 5, invite: id })
    expect(kit.host.last('carried-out').ref).toBe(5)
    const late = await kit.tryWith(token, kit.person('Late'))
    expect(late.last('rejected').code).toBe('invite-revoked')
    sam.drop()
    expect((await kit.tryWith(undefined, sam.person)).of('welcome')).toHaveLength(1)
  })

  it('[I4] let one of two in who come at once for the last use', async () => {
    const kit = await sessionKit()
    const token = await kit.invite({ maxUses: 1 })
    const both = await Promise.all(
      ['Sam', 'Nia'].map((name) => kit.tryWith(token, kit.person(name))),
    )
    expect(both.flatMap((device) => device.of('welcome'))).toHaveLength(1)
    const [rejected] = both.flatMap((device) => device.of('rejected'))
    expect(rejected?.code).toBe('invite-used-up')
  })

  it('[I4] are told once: asking twice makes one invite', async () => {
    const kit = await sessionKit()
    const request: Omit<Extract<Request, { type: 'create-invite' }>, 'ref'> = {
      ...{ type: 'create-invite', invite: kit.newId<InviteId>(), label: '', role: 'member' },
      ...{ lifeMs: null, maxUses: null },
    }
    await kit.host.ask({ ...request, ref: 1 })
    await kit.host.ask({ ...request, ref: 2 })
    expect(kit.host.of('invite')).toHaveLength(1)
    expect(kit.host.last('failed')).toMatchObject({ ref: 2, code: 'id-taken' })
    expect(JSON.stringify(await kit.store.registry.invites())).not.toContain(
      kit.host.last('invite').token,
    )
  })
})
