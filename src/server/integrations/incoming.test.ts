import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RawClient } from '../../testing/raw-client.ts'
import { integrationKit, type IntegrationKit } from '../../testing/integration-kit.ts'

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: {
    readonly id?: string
    readonly seq?: number
    readonly error?: { code: string; message: string }
  }
}

describe('incoming webhooks', () => {
  let kit: IntegrationKit
  let sam: RawClient
  const hook = async (name: string) => {
    const { id, secret } = await kit.make(name, { kind: 'incoming', room: kit.general })
    return { id, path: `/hooks/${id}/${secret}` }
  }
  async function post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${kit.server.httpUrl}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const retryAfter = response.headers.get('Retry-After')
    return { status: response.status, retryAfter, body: (await response.json()) as Answer['body'] }
  }
  const posted = async (client: RawClient, text: string) => {
    const message = await client.next('events', ({ events }) =>
      events.some((event) => event.type === 'message.posted' && event.text === text),
    )
    return message.events.find((event) => event.type === 'message.posted')
  }

  beforeAll(async () => {
    kit = await integrationKit()
    sam = await kit.join('Sam')
  })
  afterAll(() => kit.stop())

  it('write into their room as a member of their name, and answer once it is on disk', async () => {
    const { id, path } = await hook('Build server')
    const answer = await post(path, { text: 'Build 412 is green.' })
    expect(answer).toMatchObject({ status: 200, body: { room: kit.general } })
    const event = await posted(sam, 'Build 412 is green.')
    expect(event).toMatchObject({ actor: id, seq: answer.body.seq, id: answer.body.id })
    const { members } = await sam.next('people', (message) =>
      message.members.some((member) => member.id === id),
    )
    expect(members.find((member) => member.id === id)).toMatchObject({
      ...{ name: 'Build server', role: 'guest' },
    })
  })

  it('put the name they are given before the text, and go on being the author', async () => {
    const { id, path } = await hook('Deploys')
    expect((await post(path, { text: 'done', name: 'Mara Holm' })).status).toBe(200)
    expect(await posted(sam, 'Mara Holm: done')).toMatchObject({ actor: id })
  })

  it('[D4] make one message of one Idempotency-Key, however often and after a restart too', async () => {
    const { path } = await hook('Retries')
    const key = { 'Idempotency-Key': 'build-412' }
    const first = await post(path, { text: 'once' }, key)
    const both = await Promise.all([1, 2].map(() => post(path, { text: 'once' }, key)))
    await kit.restart()
    sam = await kit.join('Sam too')
    for (const again of [...both, await post(path, { text: 'once' }, key)]) {
      expect(again).toEqual(first)
    }
    const other = await post(path, { text: 'once' }, { 'Idempotency-Key': 'build-413' })
    expect(other.body.seq).toBeGreaterThan(first.body.seq ?? Infinity)
  })

  it('say in JSON what was wrong, and name the limit', async () => {
    const { path } = await hook('Faults')
    for (const [wrong, status, code, words] of [
      ['not JSON', 400, 'malformed', /not JSON/],
      [{ text: '' }, 400, 'malformed', /text/],
      [{ text: '  ' }, 400, 'malformed', /text/],
      [{}, 400, 'malformed', /text/],
      [{ text: 'x'.repeat(16_384) }, 413, 'too-large', /16383/],
      [{ text: 'x'.repeat(16_383), name: 'y' }, 413, 'too-large', /16383/],
      [{ text: 'x'.repeat(70_000) }, 413, 'too-large', /65536/],
      [{ text: 'x', name: 'two\nlines' }, 400, 'malformed', /name/],
    ] as const) {
      const { status: got, body } = await post(path, wrong)
      expect({ status: got, code: body.error?.code }).toEqual({ status, code })
      expect(body.error?.message).toMatch(words)
    }
    expect((await post(path, { text: 'x' }, { 'Content-Type': 'text/plain' })).status).toBe(415)
    expect((await post(path, { text: 'x' }, { 'Idempotency-Key': 'k'.repeat(256) })).status).toBe(
      400,
    )
    expect((await fetch(`${kit.server.httpUrl}${path}`)).status).toBe(405)
  })

  it('are slowed down each by itself, with Retry-After', async () => {
    const [busy, calm] = [await hook('Busy'), await hook('Calm')]
    const answers = await Promise.all(
      Array.from({ length: 11 }, (_, n) => post(busy.path, { text: `${n}` })),
    )
    const slowed = answers.filter(({ status }) => status === 429)
    expect(slowed).toHaveLength(1)
    expect(slowed[0]?.body.error).toMatchObject({ code: 'rate-limited', message: /60/ })
    expect(Number(slowed[0]?.retryAfter)).toBeGreaterThan(0)
    expect((await post(calm.path, { text: 'fine' })).status).toBe(200)
  })

  it('end when they are revoked, or their member is removed, and then no token tells', async () => {
    const [one, other] = [await hook('Gone'), await hook('Removed')]
    const { host, ask } = kit
    await ask(host, { type: 'revoke-integration', integration: one.id }, 'carried-out')
    await ask(host, { type: 'remove-member', member: other.id }, 'carried-out')
    const wrong = await post(`/hooks/${one.id}/AAAA`, { text: 'x' })
    expect(wrong.status).toBe(404)
    expect(await post(one.path, { text: 'x' })).toEqual(wrong)
    expect(await post(other.path, { text: 'x' })).toEqual(wrong)
    const list = await ask(host, { type: 'integrations' }, 'integration-list')
    if (list.type === 'failed') throw new Error(list.message)
    const names = list.integrations.map(({ name }) => name)
    expect(names).toContain('Calm')
    expect(names).not.toContain('Gone')
    expect(names).not.toContain('Removed')
    expect(JSON.stringify(list)).not.toContain('tokenHash')
  })

  it('are made by hosts and moderators alone, in rooms they are in, and written down', async () => {
    const what = { kind: 'incoming', room: kit.general } as const
    const request = { type: 'create-integration' as const, name: 'Mine', rooms: [], what }
    expect(await kit.ask(sam, request, 'integration')).toMatchObject({ code: 'not-allowed' })
    for (const type of ['integrations'] as const) {
      expect(await kit.ask(sam, { type }, 'integration-list')).toMatchObject({
        code: 'not-allowed',
      })
    }
    const elsewhere = {
      ...what,
      room: '0192d3a4-0000-7000-8000-000000000999' as typeof kit.general,
    }
    expect(await kit.ask(kit.host, { ...request, what: elsewhere }, 'integration')).toMatchObject({
      code: 'no-such-room',
    })
    expect(await kit.ask(kit.host, { ...request, name: 'Sam' }, 'integration')).toMatchObject({
      code: 'name-taken',
    })
    const { host } = kit
    host.tell({ type: 'audit', ref: 9_000, before: 1_000, limit: 100 })
    const { entries } = await host.next('audit-page')
    expect(entries).toContainEqual(
      expect.objectContaining({
        action: 'admitted',
        target: expect.objectContaining({ name: 'Build server' }) as unknown,
        detail: 'incoming webhook',
      }),
    )
    expect(entries).toContainEqual(
      expect.objectContaining({
        action: 'approved',
        actor: expect.objectContaining({ name: 'Mara Holm' }) as unknown,
        target: expect.objectContaining({ name: 'Build server' }) as unknown,
      }),
    )
  })

  it('[I12] cannot be guessed: of one address ten tokens a minute may be wrong, all at once too', async () => {
    const { id, path } = await hook('Guessed')
    const wrong = Array.from({ length: 40 }, (_, n) => post(`/hooks/${id}/wrong${n}`, {}))
    const statuses = (await Promise.all(wrong)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 404).length).toBeLessThanOrEqual(10)
    expect(new Set(statuses)).toEqual(new Set([404, 429]))
    expect((await post(path, { text: 'right' })).status).toBe(429)
    kit.host.tell({ type: 'audit', ref: 9_001, before: 1_000, limit: 100 })
    const { entries } = await kit.host.next('audit-page', ({ ref }) => ref === 9_001)
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'guesses-stopped', detail: 'webhook, from 127.0.0.1' }),
    )
  })
})

describe('where bots and webhooks are turned off', () => {
  it('nothing is made and no hook answers, as on the LAN host unless it is asked for', async () => {
    const kit = await integrationKit({ integrations: undefined })
    const what = { kind: 'incoming', room: kit.general } as const
    const request = { type: 'create-integration' as const, name: 'Mine', rooms: [], what }
    expect(await kit.ask(kit.host, request, 'integration')).toMatchObject({ code: 'not-allowed' })
    const url = `${kit.server.httpUrl}/hooks/x/y`
    expect((await fetch(url, { method: 'POST' })).status).toBe(404)
    await kit.stop()
  })
})
