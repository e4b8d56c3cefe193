import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WebhookEvent } from '../../protocol/integrations.ts'
import { integrationKit, type IntegrationKit } from '../../testing/integration-kit.ts'
import type { Delivery } from './deliveries.ts'

interface Call {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly delivery: Delivery
}

/** A receiver that answers as it is told, and keeps what it was sent. */
async function receiver() {
  const calls: Call[] = []
  let looks: (() => void)[] = []
  let status = 200
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      calls.push({ headers: request.headers, body, delivery: JSON.parse(body) as Delivery })
      response.writeHead(status, { Location: '/elsewhere' }).end()
      for (const look of looks.splice(0)) look()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/landline`,
    calls,
    answer(next: number) {
      status = next
    },
    async until<Value>(find: () => Value | undefined): Promise<Value> {
      for (;;) {
        const value = find()
        if (value !== undefined) return value
        await new Promise<void>((resolve) => looks.push(resolve))
      }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const textOf = ({ delivery: { event } }: Call): string | undefined =>
  event.type === 'message.posted' ? event.text : undefined

describe('outgoing webhooks', () => {
  let kit: IntegrationKit
  let target: Awaited<ReturnType<typeof receiver>>
  beforeAll(async () => {
    kit = await integrationKit()
  })
  afterAll(() => kit.stop())
  beforeEach(async () => {
    target = await receiver()
  })
  afterEach(() => target.stop())

  let made = 0
  const make = (events: WebhookEvent[], commands: { name: string; description: string }[] = []) =>
    kit.make(`Archive ${++made}`, { kind: 'outgoing', url: target.url, events, commands }, [
      kit.general,
    ])
  const call = (text: string) =>
    target.until(() => target.calls.find((each) => textOf(each) === text))
  const revoke = (integration: Awaited<ReturnType<typeof make>>['id']) =>
    kit.ask(kit.host, { type: 'revoke-integration', integration }, 'carried-out')

  it('post what happens in their rooms from then on, signed, of the kinds they asked for', async () => {
    kit.host.post(kit.general, 'too early')
    await kit.host.next('ack')
    const { id, secret } = await make(['message.posted', 'reaction.added'])
    const target_ = kit.host.post(kit.general, 'hello')
    const { headers, body, delivery } = await call('hello')
    expect(delivery).toMatchObject({
      delivery: `${id}/${kit.general}/${delivery.event.seq}`,
      session: kit.server.session.id,
      room: { id: kit.general, name: 'general' },
      actor: { id: kit.host.person.member, name: 'Mara Holm' },
      event: { type: 'message.posted', text: 'hello', id: target_ },
    })
    expect(headers['landline-delivery']).toBe(delivery.delivery)
    const stamp = String(headers['landline-timestamp'])
    expect(Math.abs(Number(stamp) * 1_000 - Date.now())).toBeLessThan(60_000)
    const expected = createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')
    expect(headers['landline-signature']).toBe(`v1=${expected}`)
    for (const operation of [
      { kind: 'edit', target: target_, text: 'hello!' },
      { kind: 'react', target: target_, emoji: '👋' },
    ] as const) {
      kit.host.tell({ type: 'submit', id: freshId(), room: kit.general, operation })
    }
    const types = () => target.calls.map((each) => each.delivery.event.type)
    await target.until(() => types().includes('reaction.added') || undefined)
    expect(types()).toEqual(['message.posted', 'reaction.added'])
    await revoke(id)
  })

  it('are told of commands, and of nothing else where they asked for commands alone', async () => {
    const { id } = await make(['command'], [{ name: 'deploy', description: 'Deploys' }])
    for (const text of ['no command', '/other', '/deployed', '/deploy north now']) {
      kit.host.post(kit.general, text)
    }
    const { delivery } = await call('/deploy north now')
    expect(delivery.command).toEqual({ name: 'deploy', text: 'north now' })
    expect(target.calls).toHaveLength(1)
    await revoke(id)
  })

  it('[D11] lose nothing while the URL is away and over a restart, in order, under the same name', async () => {
    const { id } = await make(['message.posted'])
    target.answer(503)
    kit.host.post(kit.general, 'first')
    await call('first')
    const second = kit.host.post(kit.general, 'second')
    await kit.host.next('ack', ({ id: acked }) => acked === second)
    await kit.restart()
    kit.host.post(kit.general, 'third')
    target.answer(204)
    await call('third')
    const texts = target.calls.map((each) => textOf(each))
    expect(texts.filter((text, index) => text !== texts[index - 1])).toEqual([
      'first',
      'second',
      'third',
    ])
    const firsts = target.calls.filter((each) => textOf(each) === 'first')
    expect(firsts.length).toBeGreaterThan(1)
    expect(new Set(firsts.map((each) => each.delivery.delivery)).size).toBe(1)
    await revoke(id)
  })

  it('take a redirect for a failure, and are silent once they are revoked', async () => {
    const { id } = await make(['message.posted'])
    target.answer(302)
    kit.host.post(kit.general, 'redirected')
    await call('redirected')
    await revoke(id)
    const before = target.calls.length
    const other = await make(['message.posted'])
    target.answer(200)
    kit.host.post(kit.general, 'after')
    const { delivery } = await call('after')
    expect(delivery.delivery).toContain(other.id)
    const later = target.calls.slice(before)
    expect(later.every((each) => each.delivery.delivery.startsWith(other.id))).toBe(true)
    await revoke(other.id)
  })

  it('[I10] are switched on again by a host, which is written down', async () => {
    const { id } = await make(['message.posted'])
    const request = { type: 'enable-integration' as const, integration: id }
    expect((await kit.ask(kit.host, request, 'carried-out')).type).toBe('carried-out')
    kit.host.tell({ type: 'audit', ref: 9_001, before: 1_000_000, limit: 5 })
    const { entries } = await kit.host.next('audit-page', ({ ref }) => ref === 9_001)
    expect(entries[0]).toMatchObject({
      ...{ action: 'settings-changed', detail: 'outgoing webhook enabled again' },
      ...{ actor: { name: 'Mara Holm' }, target: { id } },
    })
    await revoke(id)
  })
})

const freshId = () => crypto.randomUUID() as never

describe('where the operator has not allowed private networks', () => {
  it('no webhook is made for an address in one', async () => {
    const kit = await integrationKit({
      integrations: { enabled: true, allowPrivateTargets: false },
    })
    for (const url of [
      'http://127.0.0.1:9/',
      'http://[::1]:9/',
      'http://2130706433/',
      'http://u:p@example.com/',
    ]) {
      const what = { kind: 'outgoing' as const, url, events: ['command' as const], commands: [] }
      const request = { type: 'create-integration' as const, name: 'Probe', rooms: [], what }
      expect(await kit.ask(kit.host, request, 'integration')).toMatchObject({ code: 'not-allowed' })
    }
    await kit.stop()
  })
})
