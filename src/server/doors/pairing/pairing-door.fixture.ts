/** A pairing door on a real port of this computer, encrypted or not, in front of a desk of plain values. */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createPlainServer } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { SessionId } from '../../../protocol/ids.ts'
import { selfSigned } from '../../../testing/certificates.ts'
import { type ManualClock, manualClock } from '../../../testing/manual-clock.ts'
import { directAddress } from '../../ops/client-address.ts'
import { fingerprintOfKey, makeHostKey } from '../../tls/host-key.ts'
import type { Grant, PairingDesk, Proved } from './pairing-desk.ts'
import { createPairingDoor, type PairingDoor } from './pairing-door.ts'

export const SESSION = '0192d3a4-0000-7000-8000-000000000001' as SessionId
export const CODE = '7KQ2M4XD'

export interface TestDesk extends PairingDesk {
  codesNow: string[]
  passphraseNow: string | null
  grant: (proved: Proved) => Promise<Grant>
  readonly proofs: Proved[]
  readonly exhaustedCodes: string[]
  readonly alarms: string[]
}

export function testDesk(fingerprint: string | undefined): TestDesk {
  const desk: TestDesk = {
    codesNow: [CODE],
    passphraseNow: null,
    proofs: [],
    exhaustedCodes: [],
    alarms: [],
    grant: () =>
      Promise.resolve({
        kind: 'granted',
        invite: {
          name: 'Field Station',
          addresses: ['192.168.1.7:47800'],
          secret: 'token',
          ...(fingerprint === undefined ? {} : { fingerprint }),
        },
      }),
    notice: () => ({
      ...{ id: SESSION, name: 'Field Station', people: 3, approval: false, open: false },
      tokens: 'taken',
    }),
    codes: () => Promise.resolve(desk.codesNow),
    passphrase: () => desk.passphraseNow,
    granted(proved) {
      desk.proofs.push(proved)
      return desk.grant(proved)
    },
    exhausted(code) {
      desk.exhaustedCodes.push(code)
      desk.codesNow = desk.codesNow.filter((one) => one !== code)
    },
    guessing: (what) => desk.alarms.push(what),
  }
  return desk
}

export interface TestHost {
  readonly port: number
  readonly fingerprint: string | undefined
  readonly desk: TestDesk
  readonly clock: ManualClock
  readonly door: PairingDoor
  stop(): Promise<void>
}

export async function startHost({ secure = true } = {}): Promise<TestHost> {
  const key = makeHostKey()
  const fingerprint = secure ? fingerprintOfKey(key) : undefined
  const clock = manualClock()
  const desk = testDesk(fingerprint)
  const door = createPairingDoor({
    desk,
    clock,
    random: randomBytes,
    meter: { count: () => {}, observe: () => {} },
    log: { info: () => {}, warn: () => {} },
    fingerprint: () => fingerprint ?? null,
    addressOf: (request) => directAddress(request.socket),
  })
  const http = secure ? createSecureServer({ key, cert: selfSigned(key) }) : createServer()
  http.on('upgrade', (request, raw, head) => door.upgrade(request, raw, head))
  http.on('request', (request, response) => {
    if (request.url === '/landline') door.answer(request, response)
    else response.writeHead(404).end()
  })
  const port = await listen(http)
  return {
    port,
    fingerprint,
    desk,
    clock,
    door,
    async stop() {
      door.dispose()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

/** Somebody in between who ends the encryption with a key of their own and passes every byte on. */
export async function startInBetween(hostPort: number): Promise<{
  readonly port: number
  stop(): Promise<void>
}> {
  const key = makeHostKey()
  const server = createTlsServer({ key, cert: selfSigned(key) }, (near) => {
    const far = connectTls({ host: '127.0.0.1', port: hostPort, rejectUnauthorized: false })
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  const port = await listen(server)
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** Takes a connection and says what it is told to, whatever comes. */
export async function startStranger(says: string): Promise<{
  readonly port: number
  /** Somebody said a word to it. */
  readonly reached: Promise<void>
  stop(): Promise<void>
}> {
  let tell = (): void => {}
  const reached = new Promise<void>((resolve) => (tell = resolve))
  const sockets = new Set<{ destroy(): void }>()
  const server = createPlainServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      tell()
      if (says !== '') socket.end(says)
    })
  })
  const port = await listen(server)
  return {
    port,
    reached,
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createPlainServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listen(server: Server | ReturnType<typeof createPlainServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}
