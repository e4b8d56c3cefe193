import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import type { Epoch, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import { rawClient } from '../../testing/raw-client.ts'
import { plainClient } from '../doors/testing/plain-client.ts'
import { inProcessFanOut } from '../fan-out/in-process.ts'
import type { NodeState } from './metrics/node-gauges.ts'
import { createOperations } from './operations.ts'
import { liveSettings } from './options/live-settings.ts'
import { settingsSchema } from './options/settings.ts'
import { systemClock } from './system-clock.ts'
import { figure, get, log, logged, operatedServers, serve } from './testing/operated-server.ts'

operatedServers()

const idle: NodeState = {
  ...{ connections: () => 0, onlinePeople: () => 0, queuedBytes: () => 0, shed: () => 0 },
  isDraining: () => false,
}

/** Looks again and again, as long as the test may take. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('a server with operations', () => {
  it('answers health, readiness and figures on a port of its own, where it has one', async () => {
    const server = await serve({ admin: { host: '127.0.0.1', port: 0 } })
    const admin = server.adminUrl ?? ''
    expect(admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await get(`${admin}/health`)).toMatchObject({ status: 200, text: '{"status":"ok"}' })
    expect(JSON.parse((await get(`${admin}/health/ready`)).text)).toEqual({
      status: 'ready',
      checks: { serving: 'ok', store: 'ok', fanOut: 'ok', lag: 'ok' },
    })
    expect((await get(`${admin}/metrics`)).status).toBe(200)
    expect((await get(`${admin}/ws`)).status).toBe(404)
    // The public port says that it is alive, and nothing more of the inside.
    expect((await get(`${server.httpUrl}/health`)).status).toBe(200)
    expect((await get(`${server.httpUrl}/metrics`)).status).toBe(404)
  })

  it('counts connections, closes by code, messages, acks, deliveries and batches for Prometheus', async () => {
    const server = await serve({})
    const client = await rawClient(server.url)
    await client.enter()
    const id = client.post(client.general(), 'one')
    await client.next('ack')
    await client.next('events', ({ events }) => events.some((event) => event.id === id))
    client.post(client.general(), 'one', id)
    await client.next('ack')
    const { text } = await get(`${server.httpUrl}/metrics`)
    expect(figure(text, 'websocket_active_connections')).toBe(1)
    expect(figure(text, 'websocket_connections_opened_total')).toBe(1)
    expect(figure(text, 'landline_writes_total{result="committed"}')).toBe(1)
    expect(figure(text, 'landline_writes_total{result="duplicate"}')).toBe(1)
    expect(figure(text, 'websocket_errors_total{kind="slow-consumer"}')).toBe(0)
    expect(figure(text, 'landline_ack_seconds_count')).toBe(1)
    expect(figure(text, 'landline_delivery_seconds_count')).toBeGreaterThan(1)
    expect(figure(text, 'landline_commit_batch_writes_count')).toBeGreaterThan(1)
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m)
    expect(text).toMatch(/^process_resident_memory_bytes /m)
    client.webSocket.close(1000)
    await client.closed()
    const after = await get(`${server.httpUrl}/metrics`)
    expect(figure(after.text, 'websocket_connections_closed_total{code="1000"}')).toBe(1)
    expect(figure(after.text, 'websocket_active_connections')).toBe(0)
  })

  it('counts closes by codes that mean something, not by those that peers make up', async () => {
    const server = await serve({}, undefined, { doors: { plain: true } })
    for (const code of [3000, 3001, 4999, 4429]) {
      const plain = await plainClient(server.url, 'chat')
      plain.webSocket.close(code)
      const native = await rawClient(server.url)
      native.webSocket.close(code)
      await Promise.all([plain.closed, native.closed()])
    }
    const { text } = await get(`${server.httpUrl}/metrics`)
    expect(figure(text, 'websocket_connections_closed_total{code="other"}')).toBe(6)
    expect(figure(text, 'websocket_connections_closed_total{code="4429"}')).toBe(2)
    expect(text.match(/^websocket_connections_closed_total/gm)).toHaveLength(2)
  })

  it('counts what comes over the wire once, at whichever door it comes in', async () => {
    const server = await serve({}, undefined, { doors: { plain: true } })
    const received = async (): Promise<number> =>
      figure((await get(`${server.httpUrl}/metrics`)).text, 'websocket_messages_received_total')
    const plain = await plainClient(server.url, 'chat')
    plain.say({ type: 'unsubscribe', channel: 'none' })
    await plain.next()
    expect(await received()).toBe(1)
    const native = await rawClient(server.url)
    await native.enter()
    const before = await received()
    native.post(native.general(), 'one')
    await native.next('ack')
    expect(await received()).toBe(before + 1)
  })

  it('counts what could not be sent to other nodes, and measures how late theirs arrives', async () => {
    const settings = settingsSchema.parse({ admin: { port: 0 } })
    const [live, clock] = [liveSettings(settings), systemClock()]
    const operations = createOperations({ settings, live, clock, log, tracing: null })
    const carrier = { ...inProcessFanOut(), dropped: () => 7 }
    const fanOut = operations.fanOut(carrier)
    fanOut.subscribe(() => {})
    const room = randomUUID() as RoomId
    // As from another node: nothing was published here.
    carrier.publish({
      ...{ kind: 'events', room, epoch: randomUUID() as Epoch },
      events: [
        {
          ...{ type: 'message.posted', seq: 1, at: clock.now() - 40, text: 'late' },
          ...{ actor: randomUUID() as MemberId, id: randomUUID() as MessageId },
        },
      ],
    })
    const started = await operations.start({ state: idle, dependencies: [] })
    const adminUrl = started.kind === 'started' ? started.adminUrl : null
    const { text } = await get(`${adminUrl}/metrics`)
    await operations.stop()
    expect(figure(text, 'landline_fan_out_dropped_total')).toBe(7)
    expect(figure(text, 'landline_fan_out_lag_seconds_count')).toBe(1)
    expect(figure(text, 'landline_fan_out_lag_seconds_sum')).toBeGreaterThanOrEqual(0.04)
  })

  it('leaves a part out of the verdict when asked to, and shows it nevertheless', async () => {
    const settings = settingsSchema.parse({ admin: { port: 0 } })
    const [live, clock] = [liveSettings(settings), systemClock()]
    const operations = createOperations({ settings, live, clock, log, tracing: null })
    const away = { ok: false, reason: 'Redis is away' } as const
    const dependencies = [
      { name: 'store', check: () => ({ ok: true }) as const },
      { name: 'fanOut', check: () => away },
    ]
    const started = await operations.start({ state: idle, dependencies })
    const adminUrl = started.kind === 'started' ? started.adminUrl : null
    const ready = (query: string) => get(`${adminUrl}/health/ready${query}`)
    expect((await ready('')).status).toBe(503)
    const excluded = await ready('?exclude=fanOut')
    expect(excluded.status).toBe(200)
    expect(JSON.parse(excluded.text)).toMatchObject({
      status: 'ready',
      checks: { store: 'ok', fanOut: 'Redis is away' },
    })
    expect((await ready('?exclude=store')).status).toBe(503)
    expect((await ready('?exclude=store&exclude=fanOut')).status).toBe(200)
    const unknown = await ready('?exclude=fanOut&exclude=redis')
    expect(unknown.status).toBe(400)
    expect(unknown.text).toContain('serving, store, fanOut, lag')
    // The rule that tells of it goes by this.
    const { text } = await get(`${adminUrl}/metrics`)
    await operations.stop()
    expect(figure(text, 'landline_check_ok{check="fanOut"}')).toBe(0)
    expect(figure(text, 'landline_check_ok{check="store"}')).toBe(1)
  })

  it('[D16] is not ready while it drains, and says so on the admin port until the end', async () => {
    const server = await serve({ admin: { port: 0 } })
    const client = await rawClient(server.url)
    await client.enter()
    const stopped = server.stop()
    const { status, text } = await get(`${server.adminUrl}/health/ready`)
    expect(status).toBe(503)
    expect(JSON.parse(text)).toMatchObject({ checks: { serving: 'draining' } })
    await stopped
    await expect(get(`${server.adminUrl}/health`)).rejects.toThrow()
  })

  it('[D15] closes the slowest reader when too much waits for all of them together', async () => {
    const maxQueuedBytes = 1_048_576
    const server = await serve({ maxQueuedBytes, rateLimit: { enabled: false } })
    const readers = [await rawClient(server.url), await rawClient(server.url)]
    for (const reader of readers) {
      await reader.enter()
      reader.webSocket.pause()
    }
    const writer = await rawClient(server.url)
    await writer.enter()
    // The system takes some megabytes before anything waits; none of the two reaches its own bound.
    while (server.queuedBytes() <= maxQueuedBytes) {
      writer.post(writer.general(), 'x'.repeat(8_000))
      await writer.next('ack')
    }
    await until(() => server.queuedBytes() <= maxQueuedBytes)
    const { text } = await get(`${server.httpUrl}/metrics`)
    expect(figure(text, 'websocket_errors_total{kind="slow-consumer"}')).toBe(1)
    expect(
      logged()
        .map(({ message }) => message)
        .join(),
    ).toContain('the slowest were closed')
    writer.post(writer.general(), 'goes on')
    await writer.next('ack')
    for (const { webSocket } of readers) webSocket.terminate()
  })

  it('names every request, and writes no token to the log', async () => {
    const server = await serve({})
    const given = await get(`${server.httpUrl}/none?access_token=abc.def.ghi&x=1`, {
      'x-request-id': 'from-the-proxy',
    })
    expect(given).toMatchObject({ status: 404, id: 'from-the-proxy' })
    const made = await get(`${server.httpUrl}/health`, { 'x-request-id': 'two words "' })
    expect(made.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(logged().map(({ fields }) => fields['request'])).toEqual(
      expect.arrayContaining(['from-the-proxy', made.id]),
    )
    const written = JSON.stringify(logged())
    expect(written).toContain('access_token=[redacted]&x=1')
    expect(written).not.toContain('abc.def.ghi')
  })

  it('names upgrades and what became of them in the log, for who looks closely', async () => {
    const server = await serve({})
    const { WebSocket } = await import('ws')
    const headers = { Origin: 'https://evil.example', 'X-Request-Id': 'from-the-proxy' }
    const page = new WebSocket(`${server.url}?access_token=abc.def.ghi`, 'landline.v1', { headers })
    const [fault] = (await once(page, 'error')) as [Error]
    expect(fault.message).toContain('403')
    const own = logged().filter(({ fields }) => fields['request'] === 'from-the-proxy')
    expect(own).toMatchObject([
      { level: 'debug', message: 'an upgrade', fields: { url: '/ws?access_token=[redacted]' } },
      { level: 'debug', message: 'an upgrade was refused', fields: { status: '403 Forbidden' } },
    ])
  })

  it('logs what was slow by its name, without what was written', async () => {
    // Every look at the clock finds it five milliseconds later: how fast the disk is makes no difference.
    let now = 0
    const watchedBy = { ...systemClock(), monotonic: () => (now += 5) }
    const logs = { log: { slowOperationMilliseconds: 5 } }
    const server = await serve(logs, undefined, { watchedBy })
    const client = await rawClient(server.url)
    await client.enter()
    client.post(client.general(), 'secret words')
    await client.next('ack')
    const slow = logged().filter(({ message }) => message.startsWith('a slow'))
    expect(slow.map(({ fields }) => fields['operation'])).toContain('store.commit')
    expect(JSON.stringify(slow)).not.toContain('secret words')
  })

  it('traces a message from its coming to its delivery as one trace', async () => {
    const exporter = new InMemorySpanExporter()
    const server = await serve({}, exporter)
    const client = await rawClient(server.url)
    await client.enter()
    exporter.reset()
    const id = client.post(client.general(), 'secret words')
    await client.next('events', ({ events }) => events.some((event) => event.id === id))
    const spans = exporter.getFinishedSpans()
    const named = (name: string) => spans.find((span) => span.name === `landline.${name}`)
    const [send, commit, fanOut, delivery] = ['send', 'commit', 'fan-out', 'delivery'].map(named)
    const trace = send?.spanContext().traceId
    for (const one of [commit, fanOut, delivery]) expect(one?.spanContext().traceId).toBe(trace)
    expect(commit?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId)
    expect(commit?.links.map(({ context }) => context)).toEqual([send?.spanContext()])
    expect(fanOut?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId)
    expect(delivery?.parentSpanContext?.spanId).toBe(fanOut?.spanContext().spanId)
    expect(send?.resource.attributes).toEqual({ 'service.name': 'landline' })
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('secret words')
  })

  it('traces only the part of the messages that the options name', async () => {
    const exporter = new InMemorySpanExporter()
    const server = await serve({ monitoring: { tracingSampleRatio: 0 } }, exporter)
    const client = await rawClient(server.url)
    await client.enter()
    const id = client.post(client.general(), 'not traced')
    await client.next('events', ({ events }) => events.some((event) => event.id === id))
    expect(exporter.getFinishedSpans()).toEqual([])
  })
})
