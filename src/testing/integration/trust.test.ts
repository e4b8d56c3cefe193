/** Whom the real client believes, over real sockets, and what an impostor gets to see. */
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  type AddressInfo,
  connect as connectPlain,
  createServer as createPlain,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientSession, openClientSession } from '../../client/client-session.ts'
import { systemClock } from '../../client/clock.ts'
import { hostTrust, type HostTrust, readAuthorities } from '../../client/connection/host-trust.ts'
import { readHostKey } from '../../client/connection/secure-connection.ts'
import { dialWebSocket } from '../../client/connection/web-socket.ts'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../server/start-server.ts'
import { fingerprintOfKey, makeHostKey } from '../../server/tls/host-key.ts'
import { companyCertificate, selfSigned } from '../certificates.ts'
import { value } from '../client-kit.ts'

const SECRET = 'the secret of this test'
const hostKey = makeHostKey()
const pinned: HostTrust = { kind: 'pinned', fingerprint: fingerprintOfKey(hostKey) }

let folder: string
const cleanUp: (() => unknown)[] = []
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-trust-'))))
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer(
    {
      dataDir: join(folder, 'server'),
      host: '127.0.0.1',
      port: 0,
      sessionName: 'Field Station',
      admission: { kind: 'secret', secret: SECRET },
      tls: { kind: 'host-key', privateKey: hostKey },
      ...options,
    },
    { info() {}, warn() {} },
  )
  if (server.kind === 'failed') throw new Error(server.message)
  cleanUp.push(() => server.stop())
  return server
}

function member(addresses: readonly string[], trust: HostTrust): ClientSession {
  const session = value(
    openClientSession({
      file: join(folder, `${randomUUID()}.db`),
      session: { id: anySession, name: 'Field Station', addresses, secret: SECRET },
      trust,
      identity: {
        memberId: randomUUID() as string as MemberId,
        deviceKey: randomBytes(32).toString('base64url'),
        memberName: 'Ada',
        deviceId: randomUUID() as string as DeviceId,
        deviceName: 'laptop',
      },
      dial: dialWebSocket,
      clock: systemClock(),
      random: () => 0.01,
      uuid: () => randomUUID(),
    }),
  )
  cleanUp.push(() => session.close())
  session.connect()
  return session
}
const anySession = '0192d3a4-0000-7000-8000-000000000001' as RunningServer['session']['id']
const atServer = ({ port }: { port: number }): string => `127.0.0.1:${port}`

function reaches(
  session: ClientSession,
  state: 'online' | 'refused' | 'waiting',
): Promise<unknown> {
  return new Promise((resolve) => {
    const stop = session.on(check)
    function check(): void {
      const { connection } = session.view()
      if (connection.state !== state) return
      stop()
      resolve(connection)
    }
    check()
  })
}

interface Impostor {
  readonly port: number
  /** The first thing said inside the encryption. */
  readonly firstWords: Promise<string>
  /** Everything said, once the first connection is over. */
  readonly heard: () => Promise<string>
  readonly handshakes: () => number
}

/** Somebody who answers in the host's place, and notes every byte they are told inside the encryption. */
async function impostor(
  options: TlsOptions,
  answer: (socket: TLSSocket) => void = () => {},
): Promise<Impostor> {
  let heard = ''
  let handshakes = 0
  let hear: (words: string) => void = () => {}
  const firstWords = new Promise<string>((resolve) => (hear = resolve))
  const server = createServer(options, (socket) => {
    handshakes++
    socket.on('error', () => {})
    socket.on('data', (data) => {
      heard += data.toString('latin1')
      hear(heard)
    })
    answer(socket)
  })
  server.on('tlsClientError', () => {})
  const over = new Promise<void>((resolve) => {
    server.on('connection', (raw: Socket) => {
      raw.once('close', () => resolve())
      cleanUp.push(() => raw.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => void server.close())
  return {
    port: (server.address() as AddressInfo).port,
    firstWords,
    heard: () => over.then(() => heard),
    handshakes: () => handshakes,
  }
}
const day = 86_400_000

describe('a session with a pinned key', () => {
  it('[T1] is entered where the host has the key of the invite', async () => {
    const server = await serve({ sessionId: anySession })
    expect(server.url).toBe(`wss://127.0.0.1:${server.port}/ws`)
    expect(server.httpUrl).toBe(`https://127.0.0.1:${server.port}`)
    expect(server.fingerprint).toBe(fingerprintOfKey(hostKey))
    const ada = member([atServer(server)], pinned)
    await reaches(ada, 'online')
    expect(ada.view().keyWords).toHaveLength(4)
  })

  it('[T1] [T3] tells an impostor with another key nothing, whatever its certificate says', async () => {
    const server = await serve({ sessionId: anySession })
    const stolen = readFileSync(join(folder, 'server', 'tls-certificate.pem'), 'utf8')
    const mallory = makeHostKey()
    const fake = selfSigned(mallory)
    expect(new X509Certificate(fake).subject).toBe(new X509Certificate(stolen).subject)
    const evil = await impostor({ key: mallory, cert: fake })
    const ada = member([atServer(evil)], pinned)
    expect(await reaches(ada, 'refused')).toMatchObject({
      reason: 'other-key',
      message: expect.stringContaining('ask for a new invite') as string,
    })
    expect(await evil.heard()).toBe('')

    // With the host at another address, the impostor is only passed over.
    const ben = member([atServer(evil), atServer(server)], pinned)
    await reaches(ben, 'online')
    expect(await evil.heard()).toBe('')
  })

  it('[T1] is not read by a man in the middle who ends the encryption with his own key', async () => {
    const server = await serve({ sessionId: anySession })
    const mallory = makeHostKey()
    const middle = await impostor({ key: mallory, cert: selfSigned(mallory) }, (near) => {
      const far = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
      near.pipe(far).pipe(near)
      far.on('error', () => {})
      cleanUp.push(() => far.destroy())
    })
    const ada = member([atServer(middle)], pinned)
    await reaches(ada, 'refused')
    expect(await middle.heard()).toBe('')
    expect(server.devices()).toEqual([])
  })

  it('[T4] keeps the trust when the certificate is renewed under the same key', async () => {
    const first = await serve({ sessionId: anySession })
    const file = join(folder, 'server', 'tls-certificate.pem')
    const before = readFileSync(file, 'utf8')
    const ada = member([atServer(first)], pinned)
    await reaches(ada, 'online')
    await first.stop()
    // 29 days are left: too little.
    writeFileSync(file, selfSigned(hostKey, { from: -day, to: 29 * day }))
    const second = await serve({ port: first.port })
    const after = readFileSync(file, 'utf8')
    expect(new X509Certificate(after).serialNumber).not.toBe(
      new X509Certificate(before).serialNumber,
    )
    expect(Date.parse(new X509Certificate(after).validTo)).toBeGreaterThan(Date.now() + 300 * day)
    ada.connectNow()
    await reaches(ada, 'online')
    await second.stop()
    await serve({ port: first.port })
    expect(readFileSync(file, 'utf8')).toBe(after)
  })

  it('[T4] does not end with a certificate: the key is the trust, and clocks are often wrong', async () => {
    const expired = await impostor({
      key: hostKey,
      cert: selfSigned(hostKey, { from: -900 * day, to: -500 * day }),
    })
    member([atServer(expired)], pinned)
    expect(await expired.firstWords).toMatch(/^GET \/ws HTTP\/1\.1/)
  })

  it('[T2] needs TLS 1.2, on both sides', async () => {
    const server = await serve()
    const old = connect({
      port: server.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const [fault] = (await once(old, 'error')) as [NodeJS.ErrnoException]
    expect(fault.message).toMatch(/version|protocol|alert/i)
    const ancient = await impostor({
      key: hostKey,
      cert: selfSigned(hostKey),
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    await reaches(member([atServer(ancient)], pinned), 'waiting')
    expect(ancient.handshakes()).toBe(0)
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = connect({
        port: server.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ...(version === 'TLSv1.2' ? { maxVersion: version } : {}),
      })
      await once(socket, 'secureConnect')
      expect(socket.getProtocol()).toBe(version)
      socket.destroy()
    }
  })

  it('[T2] is never spoken of in the clear, neither by a server with a key nor to one without', async () => {
    const server = await serve()
    const plain = connectPlain(server.port, '127.0.0.1')
    let answer = ''
    plain.on('data', (data) => (answer += data.toString('latin1')))
    plain.on('error', () => {})
    plain.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(plain, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*use https:\/\/ or wss:\/\//s)

    let said = Buffer.alloc(0)
    const listener = createPlain((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        said = Buffer.concat([said, data])
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      })
    })
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    cleanUp.push(() => void listener.close())
    const ada = member([atServer(listener.address() as AddressInfo)], pinned)
    await reaches(ada, 'waiting')
    // A handshake record and nothing that names the session or its secret.
    expect(said[0]).toBe(0x16)
    for (const word of [SECRET, anySession, 'landline', 'GET ']) {
      expect(said.includes(word), word).toBe(false)
    }
  })

  it('[T6] can show the key of whoever answers, without a word to them', async () => {
    const evil = await impostor({ key: hostKey, cert: selfSigned(hostKey) })
    const answer = await new Promise((resolve) => {
      readHostKey({ host: '127.0.0.1', port: evil.port }, resolve)
    })
    expect(answer).toEqual({ kind: 'key', fingerprint: fingerprintOfKey(hostKey) })
    expect(await evil.heard()).toBe('')
  })
})

describe('a session that an authority vouches for', () => {
  const company = companyCertificate('localhost')
  const stranger = companyCertificate('localhost')
  const elsewhere = companyCertificate('chat.example.org')
  const trusting = (pem: string): HostTrust => {
    const file = join(folder, 'ca.pem')
    writeFileSync(file, `# the company’s own\n${pem}`)
    const { certificates, problem } = readAuthorities(file)
    expect(problem).toBeNull()
    return hostTrust({ tls: true }, () => certificates)
  }
  const tlsOf = ({ key, cert }: typeof company) =>
    ({ kind: 'certificate', privateKey: key, certificate: cert }) as const

  it('[T7] is entered when its certificate comes from an authority of the company', async () => {
    const server = await serve({ sessionId: anySession, tls: tlsOf(company) })
    expect(server.fingerprint).toBeNull()
    const ada = member([`localhost:${server.port}`], trusting(company.authority))
    await reaches(ada, 'online')
    expect(ada.view().keyWords).toBeUndefined()
  })

  it.each([
    ['another authority', stranger],
    ['another name', elsewhere],
  ])('[T7] is refused when its certificate is of %s, and hears nothing', async (_what, given) => {
    const evil = await impostor({ key: given.key, cert: given.cert })
    const authority = given === elsewhere ? elsewhere.authority : company.authority
    const ada = member([`localhost:${evil.port}`], trusting(authority))
    expect(await reaches(ada, 'refused')).toMatchObject({ reason: 'untrusted-certificate' })
    expect(await evil.heard()).toBe('')
  })

  it('[T7] says what is wrong with the file of authorities, and trusts no one more for it', () => {
    const file = join(folder, 'empty.pem')
    writeFileSync(file, 'nothing')
    const plain = readAuthorities(undefined)
    for (const wrong of [file, join(folder, 'missing.pem')]) {
      const { certificates, problem } = readAuthorities(wrong)
      expect(problem).toContain('LANDLINE_CA_FILE')
      expect(certificates).toEqual(plain.certificates)
    }
  })

  it('[T7] does not start with a key that is not its certificate’s', async () => {
    const wrong = { kind: 'certificate', privateKey: hostKey, certificate: company.cert } as const
    await expect(serve({ tls: wrong })).rejects.toThrow('certificate cannot be used')
  })
})
