import { beforeEach, describe, expect, it } from 'vitest'
import { parseCode } from '../../protocol/code.ts'
import type { HubKit, TestDevice } from '../../testing/hub-kit.ts'
import { memoryCluster, type MemoryCluster } from '../../testing/memory-cluster.ts'

const pairingOf = (kit: HubKit) => {
  const { pairing } = kit.hub
  if (pairing === undefined) throw new Error('pairing is on')
  return pairing
}
const plain = (shown: string): string => {
  const parsed = parseCode(shown)
  if (parsed.kind === 'fault') throw new Error(parsed.message)
  return parsed.code
}

describe('codes of a session that several nodes serve', () => {
  let cluster: MemoryCluster
  let here: HubKit
  let there: HubKit
  let host: TestDevice

  beforeEach(async () => {
    cluster = memoryCluster()
    here = await cluster.node()
    there = await cluster.node({}, 60_000)
    host = await here.join('Mara')
    await cluster.store.registry.setRole(host.person.member, 'host', { by: null, at: 1 })
    await cluster.clock.advance(6_000)
    await host.ask({ type: 'admin-watch', ref: 1, active: true })
    await cluster.clock.advance(200)
  })
  const shown = (): string => plain(host.last('admin').code?.code ?? '')
  const granted = (node: HubKit, code: string) => pairingOf(node).granted({ kind: 'code', code })

  it('the session’s own lets people in at every node, until it is renewed or half an hour old', async () => {
    const code = shown()
    expect(await pairingOf(there).codes()).toEqual([code])
    const grant = await granted(there, code)
    if (grant.kind === 'refused' || grant.secret === undefined) throw new Error('no secret')
    const sam = here.connect(here.person('Sam'))
    await sam.hello({ credential: { kind: 'secret', secret: grant.secret } })
    expect(sam.of('welcome')).toHaveLength(1)

    await host.ask({ type: 'new-code', ref: 2 })
    await cluster.clock.advance(200)
    const next = shown()
    expect(next).not.toBe(code)
    expect(await granted(there, code)).toMatchObject({ code: 'no-code' })
    // Ended by wrong guesses at the other node: the host is shown another one.
    pairingOf(there).exhausted(next)
    pairingOf(here).exhausted(next)
    await cluster.clock.advance(200)
    expect(shown()).not.toBe(next)
    const actions = (await cluster.store.registry.audit(1_000, 100)).map(({ action }) => action)
    expect(actions.filter((action) => action === 'guesses-stopped')).toHaveLength(1)
    const last = shown()
    await cluster.clock.advance(1_800_200)
    expect(shown()).not.toBe(last)
    expect(await granted(there, last)).toMatchObject({ code: 'no-code' })
  })

  it('[I5] brings nobody back who knew it when they were removed, at whichever node', async () => {
    const sam = await there.join('Sam')
    await cluster.clock.advance(200)
    const code = shown()
    await host.ask({ type: 'remove-member', ref: 3, member: sam.person.member })
    await cluster.clock.advance(200)
    for (const node of [here, there]) {
      expect(await granted(node, code)).toMatchObject({ code: 'no-code' })
      expect(await pairingOf(node).codes()).toEqual([shown()])
    }
    // One removal, one new code, however many nodes hear of it: whoever was shown it can go on with it.
    const next = shown()
    await cluster.clock.advance(10_000)
    expect(shown()).toBe(next)
    const codesShown = host.of('admin').flatMap((admin) => admin.code?.code ?? [])
    expect(new Set(codesShown).size).toBe(2)
  })

  it('[I5] brings nobody back although the node died at which they were removed', async () => {
    const sam = await here.join('Sam')
    await cluster.clock.advance(200)
    const code = shown()
    // Nothing of what follows is done: it is written down, and no node hears of it.
    const { registry } = cluster.store
    await registry.setStanding(sam.person.member, 'removed', { by: null, at: 2 })
    expect(await pairingOf(there).codes()).not.toContain(code)
    expect(await granted(there, code)).toMatchObject({ code: 'no-code' })
  })

  it('[I11] a device that asked at one node is followed at another, once', async () => {
    const sam = await here.join('Sam')
    await cluster.clock.advance(200)
    await sam.ask({ type: 'link-device', ref: 1 })
    const code = plain(sam.last('link-code').code.code)
    expect(await pairingOf(there).codes()).toContain(code)
    const grants = await Promise.all([granted(there, code), granted(here, code)])
    expect(grants.map(({ kind }) => kind).toSorted()).toEqual(['granted', 'refused'])
    const grant = grants.find(({ kind }) => kind === 'granted')
    if (grant?.kind !== 'granted' || grant.member === undefined) throw new Error('no link')
    const phone = there.connect({ ...there.person('Sam'), member: sam.person.member })
    await phone.hello({ credential: { kind: 'link', token: grant.member.token } })
    expect(phone.of('welcome')).toHaveLength(1)
    // Who is forgotten does not come back by a code asked for at another node.
    await phone.ask({ type: 'link-device', ref: 2 })
    const late = plain(phone.last('link-code').code.code)
    await sam.ask({ type: 'forget-device', ref: 3, device: phone.person.device })
    expect(await granted(there, late)).toMatchObject({ code: 'no-code' })
  })

  it('[I6] are nowhere while the session is locked', async () => {
    await host.ask({ type: 'change-session', ref: 4, change: { locked: true } })
    await cluster.clock.advance(6_000)
    expect(host.last('admin').code).toBeNull()
    for (const node of [here, there]) {
      expect(await pairingOf(node).codes()).toEqual([])
      expect(pairingOf(node).codesLately()).toEqual([])
    }
  })
})
