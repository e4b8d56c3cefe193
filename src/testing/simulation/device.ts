import { copyFileSync, existsSync } from 'node:fs'
import {
  type ClientSession,
  type ClientSessionOptions,
  openClientSession,
} from '../../client/client-session.ts'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import type { MessageView, TimelineItem } from '../../client/views.ts'
import type { ManualClock } from '../manual-clock.ts'
import { type MortalClock, mortalClock } from '../mortal-clock.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { SimulatedNetwork } from './network.ts'

/** A message the device has promised to deliver: `send` returned ok (D1). */
export interface Promised {
  readonly room: RoomId
  readonly id: MessageId
  readonly text: string
}

/** One running copy of the app's client, with a file that outlives it. */
export class SimulatedDevice {
  readonly promised: Promised[] = []
  /** Names this running copy to the network, so that a killed one hears and sends nothing more. */
  private life: MortalClock
  private file: string
  private starts = 0
  private current: ClientSession
  private readonly clock: ManualClock
  private readonly network: SimulatedNetwork
  private readonly random: SeededRandom
  private readonly options: Pick<ClientSessionOptions, 'file' | 'session' | 'identity'>

  constructor(
    clock: ManualClock,
    network: SimulatedNetwork,
    random: SeededRandom,
    options: Pick<ClientSessionOptions, 'file' | 'session' | 'identity'>,
  ) {
    this.clock = clock
    this.network = network
    this.random = random
    this.options = options
    this.life = mortalClock(clock)
    this.file = options.file
    this.current = this.open()
  }

  get session(): ClientSession {
    return this.current
  }
  get memberId() {
    return this.options.identity.memberId
  }
  get name(): string {
    return this.options.identity.deviceName
  }

  private open(): ClientSession {
    const opened = openClientSession({
      ...this.options,
      file: this.file,
      trust: { kind: 'none' },
      dial: this.network.dialer(this.life),
      clock: this.life.clock,
      random: () => this.random.next(),
      uuid: () => this.random.uuid(),
    })
    if (!opened.ok) throw new Error(`${this.name} cannot open its file: ${opened.failure.message}`)
    opened.value.connect()
    return opened.value
  }

  /** `kill -9` and a new start: the new copy finds the files as they are, nothing was said goodbye to. */
  crash(): void {
    this.life.kill()
    const left = this.file
    this.file = `${this.options.file}.${++this.starts}`
    for (const suffix of ['', '-wal']) {
      if (existsSync(left + suffix)) copyFileSync(left + suffix, this.file + suffix)
    }
    this.current.close()
    this.network.cutAllOf(this.life)
    this.life = mortalClock(this.clock)
    this.current = this.open()
  }

  send(room: RoomId, text: string): void {
    const sent = this.current.send(room, text)
    if (sent.ok) this.promised.push({ room, id: sent.value.message, text })
  }

  /** Everything of a room that this device has or can load, oldest first. */
  async timeline(room: RoomId): Promise<readonly TimelineItem[]> {
    let items: readonly TimelineItem[] = []
    let before: number | undefined
    for (;;) {
      const loading = this.current.timeline(room, { before, limit: 100 })
      let page: Awaited<typeof loading> | undefined
      void loading.then((result) => (page = result))
      while (page === undefined) await this.clock.advance(50)
      if (!page.ok) throw new Error(`${this.name} cannot load ${room}: ${page.failure.message}`)
      items = [...page.value.items, ...items]
      if (page.value.older === 'none') return items
      if (page.value.older === 'unreachable') throw new Error(`${this.name}: history unreachable`)
      before = items[0]?.order
    }
  }

  async messages(room: RoomId): Promise<readonly MessageView[]> {
    return (await this.timeline(room)).filter((item) => item.type === 'message')
  }

  close(): void {
    this.current.close()
    this.life.kill()
  }
}
