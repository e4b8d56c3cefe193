import { createHash } from 'node:crypto'
import { decodeClientMessage, encode } from '../../protocol/codec.ts'
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import type { DeviceId, MemberId, SessionId } from '../../protocol/ids.ts'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { linkDevice } from '../contracts/registry-hands.ts'
import { inProcessFanOut } from '../../server/fan-out/in-process.ts'
import { createHub, type Hub } from '../../server/hub/hub.ts'
import { defaultHubOptions } from '../../server/hub/options.ts'
import type { Clock, Meter, Secrets, Socket, Store } from '../../server/hub/ports.ts'
import type { Registry } from '../../server/hub/registry-port.ts'
import { verifySignature } from '../../server/ops/system-secrets.ts'
import { openSqliteStore } from '../../server/store/sqlite/sqlite-store.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { LinkEnd } from '../memory-link.ts'
import { type MortalClock, mortalClock } from '../mortal-clock.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { SimulatedNetwork } from './network.ts'

export const SECRET = 'simulated-secret'

/** Low enough that the seeds reach every kind of recovery with few messages. */
const OPTIONS = {
  ...defaultHubOptions,
  recoveryLimit: 25,
  resetPageMessages: 10,
  admission: { kind: 'secret', secret: SECRET },
} as const

/** The one server: its store outlives its process, which the seed kills and drains. */
export class SimulatedServer {
  readonly store: Store
  private hub: Hub | undefined
  private life: MortalClock
  private readonly clock: ManualClock
  private readonly random: SeededRandom
  private readonly network: SimulatedNetwork
  /** While true, the store cannot commit, as with a full disk. */
  diskIsFull = false

  constructor(clock: ManualClock, random: SeededRandom, network: SimulatedNetwork) {
    this.clock = clock
    this.random = random
    this.network = network
    this.life = mortalClock(clock)
    this.store = openSqliteStore({
      file: ':memory:',
      sessionName: 'Simulated',
      sessionId: random.uuid() as SessionId,
      uuid: () => random.uuid(),
      hash,
    })
  }

  /** Lets in those of whom several devices will come, with all of them: a second one needs a link (I11). */
  async linkFurtherDevices(
    devices: readonly {
      readonly memberId: MemberId
      readonly memberName: string
      readonly deviceId: DeviceId
      readonly deviceKey: string
    }[],
  ): Promise<void> {
    const { registry } = this.store
    for (const further of devices) {
      const first = devices.find(({ memberId }) => memberId === further.memberId)
      if (first === undefined || first === further) continue
      const { publicKey: key } = deviceKeyOf(first.deviceKey)
      await registry.register({
        member: { id: first.memberId, name: first.memberName },
        device: { id: first.deviceId, name: 'first', key },
        at: 0,
        ticket: { kind: 'operator' },
        isOpen: false,
        maxMembers: 10,
      })
      const person = { member: further.memberId, device: further.deviceId }
      const keyOfFurther = deviceKeyOf(further.deviceKey).publicKey
      await linkDevice(this.store, this.random, person, further.memberName, keyOfFurther)
    }
  }

  get isRunning(): boolean {
    return this.hub !== undefined
  }

  async start(): Promise<void> {
    const life = mortalClock(this.clock)
    this.life = life
    const starting = createHub(
      {
        store: this.slowStore(life),
        fanOut: inProcessFanOut(),
        clock: life.clock satisfies Clock,
        secrets: this.secrets(),
        meter: silentMeter,
        log: { info() {}, warn() {} },
      },
      OPTIONS,
    )
    let hub: Hub | undefined
    void starting.then((made) => (hub = made))
    while (hub === undefined) await this.clock.advance(10)
    this.hub = hub
    this.network.accept = (end) => this.connect(hub as Hub, end, life)
  }

  /** `kill -9`: what was committed stays, everything else is gone. */
  kill(): void {
    if (this.hub === undefined) return
    this.life.kill()
    this.hub = undefined
    this.network.serverDied()
  }

  /** SIGTERM (D16). */
  async drain(): Promise<void> {
    const { hub } = this
    if (hub === undefined) return
    let done = false
    void hub.drain().then(() => (done = true))
    while (!done) await this.clock.advance(50)
    await this.clock.advance(200)
    hub.stop()
    this.kill()
  }

  private connect(hub: Hub, end: LinkEnd, life: MortalClock): void {
    let open = true
    const socket: Socket = {
      address: 'simulated',
      send: (message) => {
        const frame = encode(message)
        if (frame.length > MAX_FRAME_BYTES) throw new Error(`the server sent ${frame.length} bytes`)
        if (life.alive()) end.send(frame)
      },
      queuedBytes: () => end.queued(),
      onDrained: (run) =>
        end.onDrained(() => {
          if (life.alive()) run()
        }),
      // The line itself answers, when both directions work.
      ping: () => end.ping(() => life.alive() && open && connection.pong()),
      close: (code, reason) => {
        open = false
        if (life.alive()) end.close(code, reason)
      },
    }
    const connection = hub.connect(socket)
    end.onFrame = (frame) => {
      if (life.alive() && open) connection.receive(decodeClientMessage(frame))
    }
    end.onClose = () => {
      open = false
      if (life.alive()) connection.closed()
    }
  }

  /** Every call takes a while, may be cut short by a crash on either side of its commit, and may fail. */
  private slowStore(life: MortalClock): Store {
    const { store } = this
    const take = <Value>(run: () => Promise<Value>, writes = false): Promise<Value> =>
      new Promise((resolve, reject) => {
        const before = this.network.faults ? this.random.int(0, 20) : 0
        const after = this.network.faults ? this.random.int(0, 20) : 0
        life.clock.after(before, () => {
          if (writes && this.diskIsFull) return reject(new Error('disk full'))
          run().then(
            (value) => life.clock.after(after, () => resolve(value)),
            (fault: unknown) => reject(fault as Error),
          )
        })
      })
    return {
      session: store.session,
      rooms: () => take(() => store.rooms()),
      members: () => take(() => store.members()),
      commit: (writes) => take(() => store.commit(writes), true),
      eventsAfter: (...args) => take(() => store.eventsAfter(...args)),
      page: (...args) => take(() => store.page(...args)),
      unread: (...args) => take(() => store.unread(...args)),
      reads: (room) => take(() => store.reads(room)),
      setReads: (marks) => take(() => store.setReads(marks), true),
      registry: this.slowRegistry(store.registry, take),
      integrations: store.integrations,
      setLastSeen: (...args) => take(() => store.setLastSeen(...args), true),
      storageBytes: () => take(() => store.storageBytes()),
      close: async () => {},
    }
  }

  private slowRegistry(
    registry: Registry,
    take: <Value>(run: () => Promise<Value>, writes: boolean) => Promise<Value>,
  ): Registry {
    return {
      settings: () => take(() => registry.settings(), false),
      invites: () => take(() => registry.invites(), false),
      devicesOf: (member) => take(() => registry.devicesOf(member), false),
      memberOfSubject: (subject) => take(() => registry.memberOfSubject(subject), false),
      audit: (...args) => take(() => registry.audit(...args), false),
      checkIn: (...args) => take(() => registry.checkIn(...args), true),
      register: (...args) => take(() => registry.register(...args), true),
      ensureOwner: (...args) => take(() => registry.ensureOwner(...args), true),
      setRole: (...args) => take(() => registry.setRole(...args), true),
      setStanding: (...args) => take(() => registry.setStanding(...args), true),
      changeSettings: (...args) => take(() => registry.changeSettings(...args), true),
      createInvite: (...args) => take(() => registry.createInvite(...args), true),
      revokeInvite: (...args) => take(() => registry.revokeInvite(...args), true),
      forgetDevice: (...args) => take(() => registry.forgetDevice(...args), true),
      unbindToken: (...args) => take(() => registry.unbindToken(...args), true),
      note: (...args) => take(() => registry.note(...args), true),
    }
  }

  private secrets(): Secrets {
    return {
      hash,
      verify: verifySignature,
      nonce: () => this.random.key(),
      equal: (a, b) => a === b,
      uuid: () => this.random.uuid(),
      random: () => this.random.next(),
    }
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const silentMeter: Meter = { count() {}, observe() {} }
