import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInvite } from '../../protocol/invite.ts'
import { type ListeningProcess, startHeadless } from '../../testing/headless-process.ts'
import { rawClient } from '../../testing/raw-client.ts'
import { WebSocket } from 'ws'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
let server: ListeningProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-options-'))
})
afterEach(() => {
  server?.signal('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it('reads its file again on SIGHUP, keeps what it had when the file is wrong, and writes no token down', async () => {
  const config = join(folder, 'landline.yaml')
  const write = (level: string): void =>
    writeFileSync(config, `port: 0\ndataDir: ${join(folder, 'data')}\nlog:\n  level: ${level}\n`)
  write('info')
  const started = await startHeadless(['--config', config, '--admin-port', '0', '--owner-invite'], {
    LANDLINE_JWT_SECRET: 'thirty-two characters, or some more of them',
  })
  const { said, line, http, url, admin } = started
  server = started
  expect((await fetch(`${admin}/health/ready`)).status).toBe(200)

  const owner = parseInvite(started.ownerInvite ?? '')
  if (owner.kind === 'fault') throw new Error(owner.message)
  const [host, guest] = [await rawClient(url), await rawClient(url)]
  await host.enter(owner.invite.secret)
  expect(host.received.find((one) => one.type === 'welcome')).toMatchObject({
    self: { role: 'host' },
  })
  await expect(guest.enter(owner.invite.secret)).rejects.toThrow()
  expect(guest.received.at(-1)).toMatchObject({ code: 'invite-used-up' })

  write('debug')
  server.signal('SIGHUP')
  await line(/limits and log level were reloaded/)
  await fetch(`${http}/nothing?access_token=very.secret.token`)
  await line(/"a request"/)
  expect(said()).toContain('access_token=[redacted]')

  write('deafening')
  server.signal('SIGHUP')
  await line(/not reloaded/)
  expect(said()).toContain('log.level')

  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
  expect(said()).not.toContain('very.secret.token')
  expect(said()).not.toContain('thirty-two characters')
  expect(said()).not.toContain(owner.invite.secret)
}, 60_000)

it('does what its options say, and takes new limits on SIGHUP without a restart', async () => {
  const config = join(folder, 'landline.yaml')
  const write = (lines: readonly string[]): void =>
    writeFileSync(
      config,
      [
        ...['port: 0', `dataDir: ${join(folder, 'data')}`, 'open: true', 'sessionName: Survey'],
        ...['maxMessageSize: 2048', 'keepAliveIntervalSeconds: 7', 'enableCompression: true'],
        ...['allowedOrigins: [https://chat.example.org]', 'doors: { signalr: false }', ...lines],
      ].join('\n'),
    )
  write(['maxConnections: 1', 'rateLimit: { historyPerMinute: 1 }'])
  server = await startHeadless(['--config', config])
  const { url, http, line, said } = server

  const mara = await rawClient(url)
  await mara.enter()
  const { session, heartbeat, limits } = mara.received.find((one) => one.type === 'welcome') ?? {}
  expect(session?.name).toBe('Survey')
  expect(heartbeat?.intervalMs).toBe(7_000)
  expect(limits).toMatchObject({ frameBytes: 2_048, textLength: 298 })
  const negotiate = `${http}/hubs/chat/negotiate?negotiateVersion=1`
  expect((await fetch(negotiate, { method: 'POST' })).status).toBe(404)
  expect(await upgrade(url)).toBe('503')
  // The longest text that is promised, of what costs most to say.
  mara.post(mara.general(), '\u0001'.repeat(298))
  await mara.next('ack')
  /** The answer to its n-th request for history. */
  const history = async (ref: number): Promise<string> => {
    mara.tell({ type: 'history', ref, room: mara.general(), before: 2, limit: 1 })
    const isMine = (answer: { readonly ref: number }): boolean => answer.ref === ref
    return (await Promise.race([mara.next('page', isMine), mara.next('failed', isMine)])).type
  }
  expect(await history(1)).toBe('page')
  expect(await history(2)).toBe('failed')

  write(['maxConnections: 3', 'rateLimit: { historyPerMinute: 10000 }', 'host: "::1"'])
  server.signal('SIGHUP')
  await line(/wait for the next start/)
  expect(said()).toContain('"waiting":["host"]')
  const sam = await rawClient(url)
  await sam.enter()
  let ref = 3
  while ((await history(ref)) === 'failed') ref++
  expect(await upgrade(url, { origin: 'https://evil.example' })).toBe('403')
  expect(await upgrade(url, { origin: 'https://chat.example.org' })).toBe('permessage-deflate')
  sam.webSocket.send('x'.repeat(2_049))
  expect((await sam.closed()).code).toBe(1009)
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
}, 60_000)

/** The status that refuses it, or the extensions that were agreed to. */
async function upgrade(url: string, options: { readonly origin?: string } = {}): Promise<string> {
  const webSocket = new WebSocket(url, 'landline.v1', options)
  return await new Promise((resolve) => {
    webSocket.on('open', () => {
      resolve(webSocket.extensions)
      webSocket.terminate()
    })
    webSocket.on('unexpected-response', (_, { statusCode }) => resolve(String(statusCode)))
    webSocket.on('error', () => {})
  })
}
