import { describe, expect, it } from 'vitest'
import { sessionIdSchema } from '../../protocol/ids.ts'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import type { FromEmbedded, ToEmbedded } from '../../server/embedded-messages.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import {
  LONGEST_RESTART_MS,
  PORT_PATIENCE_MS,
  READY_LIMIT_MS,
  startLanHost,
  STOP_LIMIT_MS,
} from './lan-host.ts'
import type { ServerProcess } from './lan-host.ts'

const sessionId = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const NOTICE = { selectors: ['7K'], passphrase: false, open: true }
const OWNER = {
  memberId: '0192d3a4-0000-7000-8000-00000000000a' as MemberId,
  deviceId: '0192d3a4-0000-7000-8000-00000000000d' as DeviceId,
  deviceKey: 'A'.repeat(43),
  name: 'Mara',
}
const quiet = { info() {}, warn() {}, error() {} }

interface FakeProcess extends ServerProcess {
  readonly posted: ToEmbedded[]
  killed: boolean
  say(message: unknown): void
  exit(code: number): void
}

function fakeProcess(): FakeProcess {
  let hear: (message: unknown) => void = () => {}
  let end: (code: number) => void = () => {}
  const process: FakeProcess = {
    posted: [],
    killed: false,
    post: (message) => void process.posted.push(message),
    onMessage: (listener) => (hear = listener),
    onExit: (listener) => (end = listener),
    kill() {
      process.killed = true
      end(137)
    },
    say: (message) => hear(message),
    exit: (code) => end(code),
  }
  return process
}

function host(portIsKnown = false) {
  const clock = manualClock()
  const processes: FakeProcess[] = []
  const readyPorts: number[] = []
  const states: string[] = []
  const lanHost = startLanHost({
    clock,
    log: quiet,
    portIsKnown,
    fork() {
      const process = fakeProcess()
      processes.push(process)
      return process
    },
    start: {
      dataDir: '/data',
      host: '::',
      port: 47_800,
      name: 'Field',
      owner: OWNER,
      firstInvite: 'a token of an invite',
      privateKey: 'PEM',
      sessionId,
    },
    onReady: (port) => readyPorts.push(port),
    onChange: () => states.push(lanHost.state),
  })
  const ready = (port = 47_800): FromEmbedded => ({
    kind: 'ready',
    port,
    url: `wss://127.0.0.1:${port}/ws`,
    sessionId,
    sessionName: 'Field',
    portChanged: port !== 47_800,
    notice: NOTICE,
  })
  const last = (): FakeProcess => {
    const process = processes.at(-1)
    if (process === undefined) throw new Error('nothing was forked')
    return process
  }
  return { clock, processes, readyPorts, states, lanHost, ready, last }
}
const taken: FromEmbedded = {
  kind: 'failed',
  code: 'port-in-use',
  message: 'Port 47800 is in use.',
}

describe('a hosted session', () => {
  it('starts with what it is told and is running when the server says so', async () => {
    const { lanHost, last, ready, readyPorts } = host()
    expect(last().posted).toEqual([
      {
        kind: 'start',
        dataDir: '/data',
        host: '::',
        port: 47_800,
        fallbackPort: true,
        name: 'Field',
        owner: OWNER,
        firstInvite: 'a token of an invite',
        privateKey: 'PEM',
        sessionId,
      },
    ])
    expect(lanHost.state).toBe('starting')
    last().say(ready(51_000))
    expect(await lanHost.started).toBeNull()
    expect(lanHost).toMatchObject({ state: 'running', port: 51_000 })
    expect(readyPorts).toEqual([51_000])
  })

  it('comes back after a crash on the same port with the same data, waiting longer each time', async () => {
    const { lanHost, last, ready, clock, processes } = host()
    last().say(ready(51_000))
    last().exit(139)
    expect(lanHost.state).toBe('restarting')
    await clock.advance(499)
    expect(processes).toHaveLength(1)
    await clock.advance(1)
    expect(last().posted[0]).toMatchObject({ port: 51_000, fallbackPort: false, dataDir: '/data' })
    last().exit(139)
    await clock.advance(999)
    expect(processes).toHaveLength(2)
    await clock.advance(1)
    expect(processes).toHaveLength(3)
    last().say(ready(51_000))
    expect(lanHost.state).toBe('running')
    // Once it ran, the next crash is met quickly again.
    last().exit(1)
    await clock.advance(500)
    expect(processes).toHaveLength(4)
  })

  it('says so when the server crashes again and again, and stops trying', async () => {
    const { lanHost, last, ready, clock, processes } = host()
    last().say(ready())
    for (let n = 0; n < 20; n += 1) {
      last().exit(1)
      await clock.advance(LONGEST_RESTART_MS)
    }
    expect(processes).toHaveLength(20)
    expect(lanHost.state).toBe('failed')
    expect(lanHost.problem?.message).toContain('20 times')
    expect(clock.pendingTimers()).toBe(0)
  })

  it('gives a first start three tries and tells the server’s own reason', async () => {
    const { lanHost, last, clock, processes } = host()
    for (let n = 0; n < 3; n += 1) {
      last().say({ kind: 'failed', code: 'server-failed', message: 'The disk is full.' })
      last().exit(1)
      await clock.advance(LONGEST_RESTART_MS)
    }
    expect(processes).toHaveLength(3)
    expect(await lanHost.started).toEqual({
      kind: 'failed',
      code: 'server-failed',
      message: 'The disk is full.',
    })
  })

  it('kills a server that is not ready in time', async () => {
    const { last, clock, processes } = host()
    const first = last()
    await clock.advance(READY_LIMIT_MS)
    expect(first.killed).toBe(true)
    await clock.advance(500)
    expect(processes).toHaveLength(2)
  })

  it('waits for the port others know before it takes another', async () => {
    const { lanHost, last, clock, ready, processes } = host(true)
    expect(last().posted[0]).toMatchObject({ fallbackPort: false })
    for (let waited = 0; waited < PORT_PATIENCE_MS; waited += 500) {
      last().say(taken)
      last().exit(1)
      await clock.advance(500)
    }
    expect(processes).toHaveLength(PORT_PATIENCE_MS / 500 + 1)
    expect(last().posted[0]).toMatchObject({ port: 47_800, fallbackPort: true })
    last().say(ready(51_000))
    expect(lanHost).toMatchObject({ state: 'running', port: 51_000, portTaken: 47_800 })
  })

  it('says nothing of another port where nobody knew the first', () => {
    const { lanHost, last, ready } = host()
    last().say(ready(51_000))
    expect(lanHost).toMatchObject({ port: 51_000, portTaken: null })
  })

  it('[D16] asks the server to drain and waits until it is gone', async () => {
    const { lanHost, last, ready, clock } = host()
    last().say(ready())
    let stopped = 0
    void lanHost.stop().then(() => (stopped += 1))
    void lanHost.stop().then(() => (stopped += 1))
    expect(last().posted.filter((message) => message.kind === 'stop')).toHaveLength(1)
    await clock.settle()
    expect(stopped).toBe(0)
    last().exit(0)
    await clock.settle()
    expect(stopped).toBe(2)
    expect(lanHost.state).toBe('stopped')
    expect(clock.pendingTimers()).toBe(0)
  })

  it('[D16] kills a server that does not stop within its time', async () => {
    const { lanHost, last, ready, clock } = host()
    last().say(ready())
    void lanHost.stop()
    await clock.advance(STOP_LIMIT_MS - 1)
    expect(last().killed).toBe(false)
    await clock.advance(1)
    expect(last().killed).toBe(true)
    expect(lanHost.state).toBe('stopped')
  })

  it('does not come back when it is stopped between a crash and the restart', async () => {
    const { lanHost, last, ready, clock, processes } = host()
    last().say(ready())
    last().exit(1)
    await lanHost.stop()
    await clock.advance(60_000)
    expect(processes).toHaveLength(1)
    expect(lanHost.state).toBe('stopped')
  })

  it('keeps a minute of samples and who is here, and nobody after a crash', () => {
    const { lanHost, last, ready } = host()
    last().say(ready())
    for (let n = 0; n < 70; n += 1) {
      last().say({
        kind: 'sample',
        people: n,
        messagesPerSecond: 0,
        queuedBytes: 0,
        commitMs: 0,
        notice: NOTICE,
        storageBytes: 0,
        devices: [
          {
            memberId: 'm',
            name: 'Mara',
            deviceName: 'x',
            address: '::1',
            since: 1,
            roundTrip: null,
          },
          {
            memberId: 'n',
            name: 'Nia',
            deviceName: 'y',
            address: '::1',
            since: 1,
            roundTrip: 8,
          },
        ],
      })
    }
    last().say({ kind: 'sample', people: 'many' })
    expect(lanHost.samples).toHaveLength(60)
    expect(lanHost.samples[0]).toEqual({
      people: 10,
      connections: 2,
      roundTripMs: 8,
      messagesPerSecond: 0,
      queuedBytes: 0,
      commitMs: 0,
    })
    expect(lanHost.devices).toHaveLength(2)
    last().exit(1)
    expect(lanHost.devices).toEqual([])
  })
})
