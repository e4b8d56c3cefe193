/** The server as operators start it, a process of its own, and whether it encrypts as it says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../client/connection/host-trust.ts'
import { openSecurely, targetOf } from '../../client/connection/secure-connection.ts'
import { type Invite, parseInvite } from '../../protocol/invite.ts'
import { companyCertificate } from '../certificates.ts'

const HEADLESS = fileURLToPath(new URL('../../server/headless.ts', import.meta.url))

interface Headless {
  readonly url: string
  readonly http: string
  readonly invite: Invite
  readonly key: string | undefined
  readonly said: () => string
  stop(): Promise<unknown>
}

let folder: string
let running: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-headless-'))
  running = []
})
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function launch(...flags: string[]): ChildProcess {
  const args = ['--port', '0', '--data', join(folder, 'data'), '--print-invite', ...flags]
  const child = spawn(process.execPath, [HEADLESS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  return child
}

async function serve(...flags: string[]): Promise<Headless> {
  const child = launch(...flags)
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('no pipes')
  let said = ''
  stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`ended with ${String(code)}: ${said}`)
  })
  const first = once(createInterface({ input: stdout }), 'line') as Promise<[string]>
  const [line] = await Promise.race([first, ended])
  const {
    url = '',
    http = '',
    invite = '',
    key,
  } = JSON.parse(line) as Partial<Record<string, string>>
  const parsed = parseInvite(invite)
  if (parsed.kind === 'fault') throw new Error(parsed.message)
  return {
    url,
    http,
    invite: parsed.invite,
    key,
    said: () => said,
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
  }
}

/** What the client makes of whoever answers there. */
const judged = (url: string, fingerprint: string): Promise<string> =>
  new Promise((resolve) => {
    openSecurely(targetOf(url), { kind: 'pinned', fingerprint }, (secured) => {
      if (secured.kind === 'secured') secured.socket.destroy()
      resolve(secured.kind)
    })
  })

describe('the headless server', () => {
  it('[T2] [T5] encrypts where others can listen, under a key that it keeps', async () => {
    const first = await serve('--host', '0.0.0.0')
    expect(first.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/ws$/)
    expect(first.http).toBe(first.url.replace('wss:', 'https:').replace('/ws', ''))
    const { fingerprint = '', tls } = first.invite
    expect(tls).toBeUndefined()
    expect(await judged(first.url, fingerprint)).toBe('secured')
    expect(first.key).toMatch(/^\w+ · \w+ · \w+ · \w+$/)

    const file = join(folder, 'data', 'host-key')
    const key = readFileSync(file, 'utf8')
    expect(fingerprintOf(createPublicKey(createPrivateKey(key)))).toBe(fingerprint)
    expect(first.said()).not.toContain('PRIVATE')
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)

    // Somebody who connects and never begins the handshake does not hold up the end.
    const idle = connectPlain(targetOf(first.url))
    await once(idle, 'connect')
    const over = once(idle, 'close')
    const askedAt = performance.now()
    expect(await first.stop()).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(5_000)
    await over

    const second = await serve('--host', '0.0.0.0')
    expect(second.invite.fingerprint).toBe(fingerprint)
  })

  it('[T5] does not make another key when its own cannot be read', async () => {
    const first = await serve('--tls')
    expect(first.url).toMatch(/^wss:/)
    await first.stop()
    const file = join(folder, 'data', 'host-key')
    writeFileSync(file, 'damaged')
    const [code] = (await once(launch('--tls'), 'exit')) as [number | null]
    expect(code).not.toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('damaged')
  })

  it('[T2] speaks in the clear on loopback, unless it is asked to encrypt', async () => {
    const plain = await serve()
    expect(plain.url).toMatch(/^ws:\/\/127\.0\.0\.1/)
    expect(plain.http).toMatch(/^http:/)
    expect(plain.invite.fingerprint).toBeUndefined()
  })

  it('[T7] shows a company’s certificate, and invites to the names it is for', async () => {
    const { key, cert } = companyCertificate('chat.example.org')
    writeFileSync(join(folder, 'key.pem'), key)
    writeFileSync(join(folder, 'cert.pem'), cert)
    const flags = ['--tls-key', join(folder, 'key.pem'), '--tls-cert', join(folder, 'cert.pem')]
    const server = await serve('--host', '0.0.0.0', ...flags)
    const { port } = targetOf(server.url)
    expect(server.url).toMatch(/^wss:/)
    expect(server.invite).toMatchObject({ tls: true, addresses: [`chat.example.org:${port}`] })
    expect(server.invite.fingerprint).toBeUndefined()
    const shown = fingerprintOf(createPublicKey(createPrivateKey(key)))
    expect(await judged(server.url, shown)).toBe('secured')
  })
})
