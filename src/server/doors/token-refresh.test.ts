/** Bearer tokens that are renewed on the live connections of clients that have no word of Landline's own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manualClock, type ManualClock } from '../../testing/manual-clock.ts'
import { type CutLine, cutLine } from './testing/cut-line.ts'
import {
  type DoorKit,
  doorKit,
  PROTOCOLS,
  signalrClient,
  type SignalrClient,
  tokenFor,
} from './testing/door-kit.ts'
import { type PlainClient, plainClient } from './testing/plain-client.ts'

const HOUR_S = 3_600
/** Less than the hub waits for the answer to a ping: while a test moves the clock nothing can be answered. */
const STEP_MS = 8_000

let clock: ManualClock
let kit: DoorKit
let line: CutLine
/** Everything that was written into the log, and every token that was shown. */
let log: string[]
let tokens: string[]
const ends: (() => unknown)[] = []

beforeEach(async () => {
  clock = manualClock()
  log = []
  tokens = []
  const write = (...entry: unknown[]): void => void log.push(JSON.stringify(entry))
  kit = await doorKit(
    { clock: { ...clock, afterTurn: (run) => void setImmediate(run) } },
    { info: write, warn: write },
  )
  line = await cutLine(kit.server.port)
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await line.close()
  await kit.stop()
  // Whatever became of them.
  for (const token of tokens) expect(log.join('\n')).not.toContain(token)
})

/** Good for so many seconds of the server's clock. */
async function tokenOf(subject: string, seconds: number, claims = {}): Promise<string> {
  const exp = clock.now() / 1_000 + seconds
  const token = await tokenFor(subject, { name: subject, exp, ...claims })
  tokens.push(token)
  return token
}

describe.each(PROTOCOLS)('a SignalR client with a token, $name', ({ protocol }) => {
  async function start(token: () => string): Promise<SignalrClient> {
    const client = signalrClient(`http://127.0.0.1:${line.port}/hubs/chat`, {
      protocol: protocol(),
      http: { accessTokenFactory: token },
      build: (builder) => builder.withStatefulReconnect(),
    })
    ends.push(() => client.connection.stop())
    await client.connection.start()
    return client
  }
  const rolesOf = async (client: SignalrClient): Promise<string[]> => {
    const { claims } = await client.invoke<{ claims: { type: string; value: string }[] }>(
      'GetConnectionInfo',
    )
    return claims.filter(({ type }) => type === 'roles').map(({ value }) => value)
  }

  it('stays connected by the next one, shows what that says, and resumes by it', async () => {
    let shown = await tokenOf('theo', 5, { roles: ['reader'] })
    const theo = await start(() => shown)
    const uma = await start(() => shown)
    const umaClosed = new Promise<Error | undefined>((resolve) => uma.connection.onclose(resolve))
    const { connectionId } = theo.connection
    expect(await rolesOf(theo)).toEqual(['reader'])

    shown = await tokenOf('theo', HOUR_S, { roles: ['writer', 'author'] })
    expect(await theo.invoke('RefreshToken', shown)).toEqual({
      expiresAt: clock.now() + HOUR_S * 1_000,
    })
    expect(await rolesOf(theo)).toEqual(['writer', 'author'])
    await clock.advance(5_000)
    // Who brought no other one in time comes again.
    expect((await umaClosed)?.message).toMatch(/the token expired/)
    await theo.invoke('SendAuthenticatedMessage', 'still here')
    expect(await theo.next('ReceiveAuthenticatedMessage')).toMatchObject({ message: 'still here' })

    line.cut()
    await theo.invoke('SendMessage', 'resumed')
    expect(await theo.next('ReceiveMessage')).toMatchObject({ message: 'resumed' })
    expect(theo.connection.connectionId).toBe(connectionId)
    expect(theo.all('Welcome')).toHaveLength(1)
  })

  it('is told why another one is not taken, and stays by the one it has', async () => {
    const token = await tokenOf('theo', 7, { roles: ['reader'] })
    const theo = await start(() => token)
    const closed = new Promise<Error | undefined>((resolve) => theo.connection.onclose(resolve))
    const refused = (...args: unknown[]): Promise<string> =>
      theo.invoke('RefreshToken', ...args).then(
        () => 'taken',
        (fault: Error) => fault.message,
      )
    expect(await refused(await tokenOf('uma', HOUR_S))).toMatch(/HubException: .*somebody else/)
    expect(await refused(`${token}x`)).toMatch(/HubException: The token is not good/)
    expect(await refused(await tokenOf('theo', -1))).toMatch(/HubException: The token is not good/)
    expect(await refused(7)).toMatch(/HubException: Argument 1/)
    expect(await refused()).toMatch(/provides 0 argument/)
    // An older one takes nothing away, neither the time nor the claims.
    const older = await tokenOf('theo', 3, { roles: ['nobody'] })
    expect(await theo.invoke('RefreshToken', older)).toEqual({ expiresAt: clock.now() + 7_000 })
    await clock.advance(6_999)
    expect(await rolesOf(theo)).toEqual(['reader'])
    await clock.advance(1)
    expect((await closed)?.message).toMatch(/the token expired/)
  })

  it('[I12] cannot guess at tokens, however many it shows at once', async () => {
    const token = await tokenOf('theo', HOUR_S)
    const theo = await start(() => token)
    const next = await tokenOf('theo', 2 * HOUR_S)
    const faults = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        theo.invoke('RefreshToken', `${next}${index}`).then(
          () => 'taken',
          (fault: Error) => fault.message,
        ),
      ),
    )
    expect(faults.filter((words) => /Too many wrong tries/.test(words))).toHaveLength(2)
    await expect(theo.invoke('RefreshToken', next)).rejects.toThrow(/Too many wrong tries/)
    await clock.advance(STEP_MS)
    expect(await theo.invoke('RefreshToken', next)).toMatchObject({
      expiresAt: expect.any(Number),
    })
  })

  it('is told so when it came without one', async () => {
    const ada = signalrClient(`${kit.hubUrl}?user=Ada`, { protocol: protocol() })
    ends.push(() => ada.connection.stop())
    await ada.connection.start()
    await expect(ada.invoke('RefreshToken', await tokenOf('ada', HOUR_S))).rejects.toThrow(
      /HubException: This connection does not depend on a bearer token/,
    )
  })
})

describe('a plain client with a token', () => {
  async function join(query: string): Promise<PlainClient> {
    const client = await plainClient(`${kit.server.url}?${query}`)
    ends.push(() => client.webSocket.terminate())
    return client
  }
  async function ask(client: PlainClient, token: string): Promise<unknown> {
    client.say({ type: 'refresh_token', token })
    return client.next()
  }

  it('stays connected by the next one, players in their game too', async () => {
    const token = await tokenOf('theo', 5)
    const [theo, late] = [await join(`access_token=${token}`), await join(`access_token=${token}`)]
    for (const client of [theo, late]) {
      client.say({ type: 'register', playerId: 'p1', platform: 'LinuxPlayer' })
      expect(await client.next()).toMatchObject({ type: 'registered' })
    }
    expect(await ask(theo, await tokenOf('theo', HOUR_S))).toEqual({
      ...{ type: 'token_taken', expiresAt: clock.now() + HOUR_S * 1_000 },
    })
    await clock.advance(5_000)
    expect(await late.closed).toEqual({ code: 4401, reason: 'the token expired' })
    theo.say({ type: 'chat', message: 'still playing', id: 'c1' })
    expect(await theo.next()).toMatchObject({ type: 'ack', id: 'c1' })
  })

  it('is told why another one is not taken, and stays by the one it has', async () => {
    const theo = await join(`access_token=${await tokenOf('theo', 7)}`)
    const uma = await tokenOf('uma', HOUR_S)
    expect(await ask(theo, uma)).toMatchObject({ type: 'error', code: 'unauthorized' })
    expect(await ask(theo, 'nonsense')).toMatchObject({ type: 'error', code: 'unauthorized' })
    theo.say({ type: 'refresh_token' })
    expect(await theo.next()).toMatchObject({ type: 'error', code: 'malformed' })
    expect(await ask(theo, await tokenOf('theo', 3))).toEqual({
      ...{ type: 'token_taken', expiresAt: clock.now() + 7_000 },
    })
    await clock.advance(7_000)
    expect((await theo.closed).code).toBe(4401)
    const ada = await join('user=Ada')
    expect(await ask(ada, uma)).toMatchObject({ type: 'error', code: 'unexpected' })
  })

  it('[I12] cannot guess at tokens, over one connection or several', async () => {
    const token = await tokenOf('theo', HOUR_S)
    const [theo, again] = [await join(`access_token=${token}`), await join(`access_token=${token}`)]
    for (let index = 0; index < 10; index++) {
      expect(await ask(theo, `${token}${index}`)).toMatchObject({ code: 'unauthorized' })
    }
    expect(await ask(again, token)).toMatchObject({ type: 'error', code: 'rate-limited' })
  })
})
