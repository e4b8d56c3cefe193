import { describe, expect, it } from 'vitest'
import { parseCode } from '../../protocol/code.ts'
import type { HubKit } from '../../testing/hub-kit.ts'
import { sessionKit } from '../../testing/session-kit.ts'

function pairingOf(kit: HubKit) {
  const { pairing } = kit.hub
  if (pairing === undefined) throw new Error('pairing is on')
  return pairing
}
/** The only code there is. */
async function codeOf(kit: HubKit): Promise<string> {
  const [code] = await pairingOf(kit).codes()
  if (code === undefined) throw new Error('there is a code')
  return code
}
async function secretFor(kit: HubKit, code: string): Promise<string> {
  const grant = await pairingOf(kit).granted({ kind: 'code', code })
  if (grant.kind === 'refused' || grant.secret === undefined) throw new Error('no secret')
  return grant.secret
}
const plain = (shown: string): string => {
  const parsed = parseCode(shown)
  if (parsed.kind === 'fault') throw new Error(parsed.message)
  return parsed.code
}

describe('the code of the session', () => {
  it('lets several people in, each once, until it is renewed or half an hour old', async () => {
    const kit = await sessionKit()
    const code = await codeOf(kit)
    expect(plain((await kit.snapshot()).code?.code ?? '')).toBe(code)
    for (const name of ['Sam', 'Nia']) {
      const secret = await secretFor(kit, code)
      expect((await kit.tryWith(secret, kit.person(name))).of('welcome')).toHaveLength(1)
      const second = await kit.tryWith(secret, kit.person(`Second ${name}`))
      expect(second.last('rejected').code).toBe('invite-used-up')
    }
    await kit.clock.advance(1_800_000)
    expect(await codeOf(kit)).not.toBe(code)
    expect(await pairingOf(kit).granted({ kind: 'code', code })).toMatchObject({ code: 'no-code' })
    const next = await codeOf(kit)
    await kit.host.ask({ type: 'new-code', ref: 1 })
    expect(await codeOf(kit)).not.toBe(next)
    const third = await codeOf(kit)
    pairingOf(kit).exhausted(third)
    await kit.clock.settle()
    expect(await codeOf(kit)).not.toBe(third)
    // What was given for a code is not among the invites a host sees.
    expect((await kit.snapshot()).invites).toEqual([])
  })

  it('[I6] is nowhere while the session is locked', async () => {
    const kit = await sessionKit()
    await kit.change({ passphrase: 'nine lamps by the river' })
    const code = await codeOf(kit)
    await kit.change({ locked: true })
    expect(await pairingOf(kit).codes()).toEqual([])
    expect(pairingOf(kit).passphrase()).toBeNull()
    expect((await kit.snapshot()).code).toBeNull()
    for (const proved of [{ kind: 'code', code }, { kind: 'passphrase' }] as const) {
      expect(await pairingOf(kit).granted(proved)).toEqual({ kind: 'refused', code: 'locked' })
    }
  })

  it('gives what ends soon', async () => {
    const kit = await sessionKit()
    const secret = await secretFor(kit, await codeOf(kit))
    await kit.clock.advance(600_000)
    const late = await kit.tryWith(secret, kit.person('Late'))
    expect(late.last('rejected').code).toBe('invite-expired')
  })
})

describe('the passphrase', () => {
  it('lets people in until it is taken away; what is kept is stretched', async () => {
    const kit = await sessionKit()
    expect(pairingOf(kit).passphrase()).toBeNull()
    expect(await pairingOf(kit).granted({ kind: 'passphrase' })).toMatchObject({ code: 'no-code' })
    await kit.change({ passphrase: 'nine lamps by the river' })
    expect(pairingOf(kit).passphrase()).toBe('stretched nine lamps by the river')
    const grant = await pairingOf(kit).granted({ kind: 'passphrase' })
    const secret = grant.kind === 'granted' ? grant.secret : undefined
    expect((await kit.tryWith(secret, kit.person('Sam'))).of('welcome')).toHaveLength(1)
    await kit.restart()
    expect(pairingOf(kit).passphrase()).toBe('stretched nine lamps by the river')
    await kit.store.registry.changeSettings({ passphrase: null }, { by: null, at: 1 })
    await kit.restart()
    expect(pairingOf(kit).passphrase()).toBeNull()
  })

  it('[I10] [I12] is not guessed at without a trace', async () => {
    const kit = await sessionKit()
    pairingOf(kit).guessing('passphrase', '10.0.0.66')
    await kit.clock.settle()
    const [entry] = await kit.store.registry.audit(1_000, 1)
    expect(entry).toMatchObject({
      action: 'guesses-stopped',
      actor: null,
      detail: 'passphrase, from 10.0.0.66',
    })
  })
})

describe('the code of the session', () => {
  it('[I5] brings nobody back who knew it when they were removed', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const [code = ''] = await pairingOf(kit).codes()
    await kit.host.ask({ type: 'remove-member', ref: 1, member: sam.person.member })
    expect(await pairingOf(kit).granted({ kind: 'code', code })).toMatchObject({ code: 'no-code' })
    expect(await pairingOf(kit).codes()).toHaveLength(1)
  })
})

describe('further devices', () => {
  it('[I11] come by a code of one of the member’s own, once', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await sam.ask({ type: 'link-device', ref: 1 })
    const { code: shown, expiresAt } = sam.last('link-code').code
    expect(expiresAt).toBe(kit.clock.now() + 600_000)
    const code = plain(shown)
    expect(await pairingOf(kit).codes()).toContain(code)
    const grant = await pairingOf(kit).granted({ kind: 'code', code })
    if (grant.kind === 'refused' || grant.member === undefined) throw new Error('no link')
    expect(grant).not.toHaveProperty('secret')
    expect(grant.member).toMatchObject({ id: sam.person.member, name: 'Sam' })
    expect(await pairingOf(kit).granted({ kind: 'code', code })).toMatchObject({ code: 'no-code' })

    const phone = { ...kit.person('Sam'), member: sam.person.member }
    const credential = { kind: 'link', token: grant.member.token } as const
    const linked = kit.connect(phone)
    await linked.hello({ credential })
    await linked.sync()
    expect(linked.of('synced')).toHaveLength(1)
    const third = kit.connect({ ...kit.person('Sam'), member: sam.person.member })
    await third.hello({ credential })
    expect(third.last('rejected').code).toBe('unauthorized')

    await sam.ask({ type: 'devices', ref: 2 })
    expect(sam.last('device-list').devices.map(({ current }) => current)).toEqual([true, false])
    await sam.ask({ type: 'forget-device', ref: 3, device: phone.device })
    expect(sam.last('carried-out').ref).toBe(3)
    expect(linked.last('rejected').code).toBe('unauthorized')
    expect(linked.closedWith?.code).toBe(4401)
    const back = await kit.tryWith(await kit.invite(), phone)
    expect(back.last('rejected').code).toBe('identity-taken')
    expect((await kit.actions()).slice(-3)).toEqual([
      'device-linked',
      'device-forgotten',
      'invite-created',
    ])
  })

  it('[I11] cannot come back by a link that was asked for before they were forgotten', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const lost = kit.connect(await kit.furtherDevice(sam.person))
    await lost.hello()
    const askForCode = async (ref: number): Promise<string> => {
      await lost.ask({ type: 'link-device', ref })
      return plain(lost.last('link-code').code.code)
    }
    const granted = await pairingOf(kit).granted({ kind: 'code', code: await askForCode(1) })
    if (granted.kind !== 'granted' || granted.member === undefined) throw new Error('no link')
    const code = await askForCode(2)
    await sam.ask({ type: 'forget-device', ref: 3, device: lost.person.device })

    expect(await pairingOf(kit).granted({ kind: 'code', code })).toMatchObject({ code: 'no-code' })
    const again = kit.connect({ ...kit.person('Sam'), member: sam.person.member })
    await again.hello({ credential: { kind: 'link', token: granted.member.token } })
    expect(again.last('rejected').code).toBe('unauthorized')
  })

  it('[I11] have ten minutes, and few codes at a time, one a member', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    await sam.ask({ type: 'link-device', ref: 1 })
    await sam.ask({ type: 'link-device', ref: 2 })
    expect(await pairingOf(kit).codes()).toHaveLength(2)
    const [first, second] = sam.of('link-code').map(({ code }) => plain(code.code))
    expect(await pairingOf(kit).codes()).not.toContain(first)
    expect(await pairingOf(kit).codes()).toContain(second)
    const selectors = (await pairingOf(kit).codes()).map((code) => code.slice(0, 2))
    expect(new Set(selectors).size).toBe(selectors.length)
    await kit.clock.advance(600_000)
    expect(await pairingOf(kit).codes()).toHaveLength(1)

    for (let n = 0; n < 8; n++) {
      const person = await kit.come(`Person ${n}`)
      await person.ask({ type: 'link-device', ref: n })
      expect(person.of('link-code')).toHaveLength(n < 7 ? 1 : 0)
      if (n === 7) expect(person.last('failed').code).toBe('too-many')
    }
  })

  it('[I11] are refused their first one by anybody but their own', async () => {
    const kit = await sessionKit()
    const sam = await kit.come('Sam')
    const nia = await kit.come('Nia')
    await nia.ask({ type: 'forget-device', ref: 1, device: sam.person.device })
    expect(nia.last('failed')).toMatchObject({ ref: 1, code: 'no-such-device' })
    await sam.ask({ type: 'forget-device', ref: 2, device: sam.person.device })
    expect(sam.last('failed')).toMatchObject({ ref: 2, code: 'not-allowed' })
  })
})
