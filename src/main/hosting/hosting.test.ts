import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { NetworkInterfaceInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostingView } from '../../ipc/contract.ts'
import { fingerprintWords } from '../../protocol/fingerprint.ts'
import { memberIdSchema, sessionIdSchema } from '../../protocol/ids.ts'
import { parseInvite } from '../../protocol/invite.ts'
import type { ToEmbedded } from '../../server/embedded-messages.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { createIdentity, createSecret } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import { createHosting } from './hosting.ts'
import type { ServerProcess } from './lan-host.ts'

const sessionId = sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001')
const quiet = { info() {}, warn() {}, error() {} }
const wlan = (address: string): NetworkInterfaceInfo => ({
  address,
  family: 'IPv4',
  internal: false,
  netmask: '',
  mac: '',
  cidr: null,
})

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-hosting-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function stage() {
  const unkeyed: KnownSession = {
    sessionId,
    name: 'Field Station',
    addresses: [],
    secret: createSecret(),
    ...createIdentity(),
    hosted: { port: 47_800, autoResume: true },
  }
  const posted: ToEmbedded[] = []
  const views: HostingView[] = []
  const network = { address: '192.168.4.23' as string | null }
  let say: (message: unknown) => void = () => {}
  let exit: (code: number) => void = () => {}
  const process: ServerProcess = {
    post: (message) => void posted.push(message),
    onMessage: (listener) => (say = listener),
    onExit: (listener) => (exit = listener),
    kill: () => exit(137),
  }
  const hosting = createHosting({
    fork: () => process,
    clock: manualClock(),
    log: quiet,
    interfaces: () => (network.address === null ? {} : { wlan0: [wlan(network.address)] }),
    folder,
    vault: { protects: () => false, protect: Buffer.from, reveal: String },
    personName: () => 'Mara',
    onReady() {},
    onChange: (view) => views.push(view),
  })
  const key = hosting.keyOf(sessionId)
  if (key.kind === 'fault') throw new Error(key.message)
  const session: KnownSession = { ...unkeyed, fingerprint: key.fingerprint }
  const ready = (): void =>
    say({
      kind: 'ready',
      port: 51_000,
      url: 'wss://127.0.0.1:51000/ws',
      sessionId,
      sessionName: 'Field Station',
      portChanged: true,
      notice: { selectors: [], passphrase: false, open: false },
    })
  return {
    session,
    posted,
    views,
    network,
    hosting,
    ready,
    say: (m: unknown) => say(m),
    exit: () => exit(0),
  }
}

describe('hosting', () => {
  it('invites to the addresses and the port that are really served', async () => {
    const on = stage()
    const started = on.hosting.start(on.session, false)
    expect(on.views.at(-1)).toMatchObject({ state: 'starting' })
    on.ready()
    expect(await started).toBeNull()
    const view = on.views.at(-1)
    expect(view).toMatchObject({ state: 'running', port: 51_000, addresses: ['192.168.4.23'] })
    expect(parseInvite(view?.invite ?? '')).toEqual({
      kind: 'invite',
      invite: {
        sessionId,
        name: 'Field Station',
        addresses: ['192.168.4.23:51000'],
        secret: on.session.secret,
        fingerprint: on.session.fingerprint,
      },
    })
    expect(on.posted[0]).toMatchObject({
      host: '0.0.0.0',
      dataDir: expect.stringContaining(sessionId),
      privateKey: expect.stringContaining('PRIVATE KEY'),
    })
    expect(on.hosting.activeIds).toEqual([sessionId])
  })

  it('starts one server for a session, however often it is asked to', async () => {
    const on = stage()
    const asked = [on.hosting.start(on.session, true), on.hosting.start(on.session, true)]
    expect(on.posted.filter(({ kind }) => kind === 'start')).toHaveLength(1)
    on.ready()
    expect(await Promise.all(asked)).toEqual([null, null])
  })

  it('[T5] [T6] shows its key in words, and is not served under another', async () => {
    const on = stage()
    expect(on.hosting.view(on.session).keyWords).toEqual(
      fingerprintWords(on.session.fingerprint ?? ''),
    )
    const other = Buffer.alloc(32, 3).toString('base64url')
    const started = await on.hosting.start({ ...on.session, fingerprint: other }, false)
    expect(started).toMatchObject({ code: 'server-failed' })
    expect(on.posted).toEqual([])
    expect(on.views.at(-1)).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('The key of this session') as unknown,
    })
    expect(on.hosting.activeIds).toEqual([])
    void on.hosting.start(on.session, false)
    expect(on.views.at(-1)).toMatchObject({ state: 'starting' })
    expect(on.views.at(-1)).not.toHaveProperty('problem')
  })

  it('follows the computer to another network, and serves this computer without any', async () => {
    const on = stage()
    void on.hosting.start(on.session, false)
    on.ready()
    on.network.address = '10.0.0.9'
    on.hosting.addressesChanged()
    expect(on.views.at(-1)?.invite).toContain('a=10.0.0.9:51000')
    on.network.address = null
    on.hosting.addressesChanged()
    expect(on.views.at(-1)?.addresses).toEqual(['127.0.0.1'])
  })

  it('marks the host among the devices and shows plain IPv4 addresses', () => {
    const on = stage()
    void on.hosting.start(on.session, false)
    on.ready()
    const device = { name: 'x', deviceName: 'y', since: 1, roundTrip: null }
    const other = memberIdSchema.parse('0190a000-0000-7000-8000-00000000000f')
    on.say({
      kind: 'sample',
      people: 2,
      messagesPerSecond: 0,
      queuedBytes: 0,
      commitMs: 0,
      notice: { selectors: [], passphrase: false, open: false },
      storageBytes: 0,
      devices: [
        { ...device, memberId: on.session.memberId, address: '127.0.0.1' },
        { ...device, memberId: other, address: '::ffff:192.168.4.40' },
      ],
    })
    expect(on.views.at(-1)?.devices).toMatchObject([
      { isHost: true, address: '127.0.0.1' },
      { isHost: false, address: '192.168.4.40' },
    ])
  })

  it('is over when it was stopped, and says under which port it was', async () => {
    const on = stage()
    void on.hosting.start(on.session, false)
    on.ready()
    const stopped = on.hosting.stop(sessionId)
    expect(on.posted.at(-1)).toEqual({ kind: 'stop', reason: 'stopped' })
    on.exit()
    await stopped
    expect(on.views.at(-1)).toMatchObject({ state: 'stopped' })
    expect(on.hosting.activeIds).toEqual([])
    expect(on.hosting.view(on.session)).toMatchObject({
      state: 'stopped',
      port: 47_800,
      devices: [],
    })
  })
})
