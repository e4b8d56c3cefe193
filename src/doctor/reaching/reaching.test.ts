import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../client/clock.ts'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import { companyCertificate, selfSigned } from '../../testing/certificates.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { newHostKey, serveSession } from '../../testing/served-session.ts'
import { fetchPath, resolve, shakeHands, touch } from '../edges/dial.ts'
import { greet } from '../edges/greet.ts'
import { checkServedPort } from '../hosting/port.ts'
import type { Check } from '../report.ts'
import { runDoctor } from '../run-doctor.ts'
import { parseTarget } from './parse-target.ts'
import type { ReachPorts, ReachTarget } from './reach-state.ts'
import { reachingChecks } from './reaching-checks.ts'

const { privateKey, fingerprint } = newHostKey()
let folder: string
const cleanUp: (() => unknown)[] = []
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-reach-'))))
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
  rmSync(folder, { recursive: true, force: true })
})

type Served = Awaited<ReturnType<typeof serveSession>>
type Tls = Parameters<typeof serveSession>[2]

async function serve(tls: Tls = { kind: 'host-key', privateKey }): Promise<Served> {
  const server = await serveSession(folder, 'a secret', tls)
  cleanUp.push(() => server.stop())
  return server
}
/** As within one computer. */
async function servePlain(): Promise<Served> {
  const server = await serveSession(folder, 'a secret', undefined)
  cleanUp.push(() => server.stop())
  return server
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => void server.close())
  return (server.address() as AddressInfo).port
}

const realPorts: ReachPorts = {
  interfaces: () => ({}),
  now: Date.now,
  authorities: () => [],
  dial: { resolve, touch, shakeHands, fetchPath, greet },
}

type Ports = Partial<Omit<ReachPorts, 'dial'>> & { readonly dial?: Partial<ReachPorts['dial']> }

/** The findings by the last part of their ids. */
async function reach(target: ReachTarget, ports: Ports = {}, clock = systemClock()) {
  const all = { ...realPorts, ...ports, dial: { ...realPorts.dial, ...ports.dial } }
  const report = await runDoctor(
    [{ id: 'r', title: 'R', checks: reachingChecks('r', target, all, clock) }],
    { clock, signal: new AbortController().signal, redact: (text) => text, onProgress() {} },
  )
  const checks = report.groups[0]?.checks ?? []
  return {
    of: (id: string): Check => {
      const check = checks.find((one) => one.id === `r.${id}`)
      if (check === undefined) throw new Error(`no check ${id}`)
      return check
    },
    states: Object.fromEntries(checks.map(({ id, state }) => [id.slice(2), state])),
  }
}

const rest = {
  resolve: 'ok',
  route: 'ok',
  connect: 'ok',
  tls: 'ok',
  key: 'ok',
  admission: 'skipped',
}
const ALL_OK = { ...rest, http: 'ok', clock: 'ok', websocket: 'ok', version: 'ok' }
const AFTER_KEY = { http: 'skipped', clock: 'skipped', websocket: 'skipped', version: 'skipped' }

describe('the way to a host', () => {
  it('passes every step of a real server, by its key, and leaves nobody behind', async () => {
    const server = await serve()
    const found = await reach({ addresses: [`127.0.0.1:${server.port}`], fingerprint })
    expect(found.states).toEqual(ALL_OK)
    expect(found.of('tls').detail).toContain('TLSv1.3')
    expect(found.of('key').detail).toContain(fingerprintWords(fingerprint).join(' · '))
    expect(found.of('version').detail).toMatch(/protocol \d/)
    expect(server.devices()).toEqual([])
  })

  it('shows the words of the key to who has no invite', async () => {
    const server = await serve()
    const found = await reach({ addresses: [`127.0.0.1:${server.port}`] })
    expect(found.states).toEqual(ALL_OK)
    expect(found.of('key').detail).toContain('Compare these words')
  })

  it('takes a server without encryption on this very computer', async () => {
    const server = await servePlain()
    const found = await reach({ addresses: [`127.0.0.1:${server.port}`] })
    expect(found.states).toEqual(ALL_OK)
    const pinned = await reach({ addresses: [`127.0.0.1:${server.port}`], fingerprint })
    expect(pinned.of('tls').state).toBe('failed')
  })

  it('tells that an address invites to works with the key it shall', async () => {
    const { port } = await serve()
    const { signal } = new AbortController()
    const served = { port, addresses: ['127.0.0.1'], fingerprint }
    expect((await checkServedPort(served, shakeHands, signal)).state).toBe('ok')
    const elsewhere = { ...served, addresses: ['127.0.0.1', '127.0.0.9'] }
    expect((await checkServedPort(elsewhere, shakeHands, signal)).detail).toContain('127.0.0.9')
    const withoutIpv6 = { ...served, addresses: ['127.0.0.1', '::1'] }
    expect(await checkServedPort(withoutIpv6, shakeHands, signal)).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('not over IPv6'),
    })
    const other = { ...served, fingerprint: newHostKey().fingerprint }
    expect((await checkServedPort(other, shakeHands, signal)).state).toBe('failed')
  })

  it('[T1] says no word to whoever has another key, and names what that means', async () => {
    const heard: Buffer[] = []
    const other = newHostKey().privateKey
    const impostor = createTls({ key: other, cert: selfSigned(other) }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', (bytes: Buffer) => heard.push(bytes))
    })
    impostor.on('tlsClientError', () => {})
    const port = await portOf(impostor)
    const found = await reach({ addresses: [`127.0.0.1:${port}`], fingerprint })
    expect(found.states).toEqual({ ...rest, key: 'failed', ...AFTER_KEY })
    expect(found.of('key')).toMatchObject({
      detail: expect.stringContaining('Somebody else answers'),
      fix: expect.stringContaining('in person'),
    })
    expect(Buffer.concat(heard).toString()).toBe('')
  })

  it('stops at a port where nothing listens', async () => {
    const closed = createServer()
    const port = await portOf(closed)
    await new Promise((done) => closed.close(done))
    const found = await reach({ addresses: [`127.0.0.1:${port}`], fingerprint })
    expect(found.of('connect')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('nothing listens'),
    })
    expect(found.of('http').state).toBe('skipped')
  })

  it('tries all addresses and goes on with the one that answers', async () => {
    const server = await serve()
    const closed = createServer()
    const port = await portOf(closed)
    await new Promise((done) => closed.close(done))
    const addresses = [`127.0.0.1:${port}`, `127.0.0.1:${server.port}`]
    expect((await reach({ addresses, fingerprint })).states).toEqual(ALL_OK)
  })

  it.each([
    ['silence', 'never', 'Nobody answers', 'firewall'],
    ['no way', 'EHOSTUNREACH', 'no way', 'same Wi-Fi'],
    ['a firewall of one’s own', 'EPERM', 'does not let', 'outgoing'],
  ])('tells %s from the rest', async (_what, code, detail, fix) => {
    const clock = manualClock()
    const ended = reach(
      { addresses: ['192.168.77.9:47800'] },
      {
        dial: {
          touch: () =>
            code === 'never'
              ? new Promise(() => {})
              : Promise.resolve({ kind: 'refused' as const, code }),
        },
      },
      clock,
    )
    await clock.advance(5_000)
    expect((await ended).of('connect')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining(detail),
      fix: expect.stringContaining(fix),
    })
  })

  it('knows which network an address is on', async () => {
    const entry = { netmask: '255.255.255.0', mac: '', internal: false, cidr: null } as const
    const interfaces = () => ({
      eth0: [{ ...entry, family: 'IPv4' as const, address: '192.168.1.5' }],
    })
    const touchNobody = () => Promise.resolve({ kind: 'refused' as const, code: 'EHOSTUNREACH' })
    const route = async (address: string) =>
      (await reach({ addresses: [address] }, { interfaces, dial: { touch: touchNobody } })).of(
        'route',
      )
    expect(await route('192.168.1.9:1')).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('eth0'),
    })
    expect((await route('192.168.1.5:1')).detail).toContain('this very computer')
    expect((await route('192.168.2.9:1')).state).toBe('warning')
    expect((await route('203.0.113.9:1')).detail).toContain('beyond this network')
  })

  it('names a host name that nobody knows', async () => {
    const found = await reach({ addresses: ['nobody.invalid:47800'] })
    expect(found.of('resolve')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('nobody.invalid'),
    })
    expect((await reach({ addresses: [] })).of('resolve').state).toBe('failed')
  })

  it('notices another program on the port', async () => {
    const web = createHttp((_request, response) => response.end('hello'))
    const port = await portOf(web)
    const plain = await reach({ addresses: [`127.0.0.1:${port}`] })
    expect(plain.of('http')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('no Landline server'),
    })
    expect((await reach({ addresses: [`127.0.0.1:${port}`], fingerprint })).of('tls').state).toBe(
      'failed',
    )
  })

  it('tells a host of another protocol from one whose door is shut, and whose update helps', async () => {
    const answers = async (words: string, versionOf = 'version') => {
      const web = createHttp((_request, response) => response.end('{"status":"ok"}'))
      const sockets = new WebSocketServer({ server: web })
      sockets.on('connection', (socket) => socket.on('message', () => socket.send(words)))
      cleanUp.push(() => sockets.clients.forEach((client) => client.terminate()))
      const port = await portOf(web)
      return (await reach({ addresses: [`127.0.0.1:${port}`] })).of(versionOf)
    }
    const rejected = { type: 'rejected', code: 'unsupported-version', message: '', versions: [99] }
    expect(await answers(JSON.stringify(rejected))).toMatchObject({
      state: 'failed',
      fix: 'Update Landline on this computer.',
    })
    const older = JSON.stringify({ ...rejected, versions: [1] })
    expect((await answers(older)).fix).toContain('Ask the host to update')
    expect((await answers('hello', 'websocket')).state).toBe('failed')
    const shut = createHttp((_request, response) => response.end('{"status":"ok"}'))
    shut.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n'),
    )
    const port = await portOf(shut)
    expect((await reach({ addresses: [`127.0.0.1:${port}`] })).of('websocket')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('503'),
    })
  })

  it('[T7] judges a company’s certificate by name and authority', async () => {
    const { key: companyKey, cert, authority } = companyCertificate('localhost')
    const { port } = await serve({
      kind: 'certificate',
      privateKey: companyKey,
      certificate: cert,
    })
    const at = async (host: string, authorities: readonly string[]) =>
      (
        await reach(
          { addresses: [`${host}:${port}`], tls: true },
          { authorities: () => authorities },
        )
      ).of('key')
    expect((await at('localhost', [authority])).state).toBe('ok')
    expect((await at('localhost', [])).fix).toContain('LANDLINE_CA_FILE')
    expect((await at('127.0.0.1', [authority])).detail).toContain('another name')
  })

  it('tells how far the clocks are apart', async () => {
    const server = await serve()
    const now = () => Date.now() + 12 * 60_000
    const found = await reach({ addresses: [`127.0.0.1:${server.port}`], fingerprint }, { now })
    expect(found.of('clock')).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('ahead'),
    })
  })

  it('tells of admission from the app’s own connection', async () => {
    const { port } = await serve()
    const addresses = [`127.0.0.1:${port}`]
    const admission = async (connection: NonNullable<ReachTarget['connection']>) =>
      (await reach({ addresses, fingerprint, connection })).of('admission')
    expect((await admission({ state: 'online' })).state).toBe('ok')
    const banned = { state: 'refused', reason: 'banned', message: 'Banned.' } as const
    expect(await admission(banned)).toMatchObject({ state: 'failed', detail: 'Banned.' })
    expect((await admission({ state: 'offline' })).state).toBe('warning')
    const message = 'This token belongs to Ada.'
    const taken = { state: 'refused', reason: 'token-of-another', message } as const
    // Another invite would not help.
    expect(await admission(taken)).toMatchObject({
      ...{ state: 'failed', detail: message },
      fix: expect.stringMatching(/a token of your own.*landline user unbind/) as string,
    })
  })
})

describe('what a person may write as a target', () => {
  it.each([
    ['192.168.1.20:47801', '192.168.1.20:47801'],
    [' chat.example.org ', 'chat.example.org:47800'],
    ['wss://10.0.0.1:5000/ws', '10.0.0.1:5000'],
    ['fd00::7', '[fd00::7]:47800'],
    ['[fd00::7]:99', '[fd00::7]:99'],
  ])('%s', (text, address) => {
    expect(parseTarget(text)).toMatchObject({ kind: 'target', target: { addresses: [address] } })
  })
  it('an invite brings its key, and its secret is not for the report', () => {
    const link = `landline://join?v=1&s=0190a000-0000-7000-8000-000000000001&n=Ward&a=10.0.0.1:1&f=${fingerprint}&k=hush`
    expect(parseTarget(link)).toEqual({
      kind: 'target',
      name: 'Ward',
      target: { addresses: ['10.0.0.1:1'], fingerprint, tls: undefined },
      secrets: ['hush'],
    })
  })
  it.each([[''], ['two words'], ['landline://nothing'], ['host:99999']])('not %s', (text) => {
    expect(parseTarget(text).kind).toBe('fault')
  })
})
