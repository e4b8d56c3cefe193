import { describe, expect, it } from 'vitest'
import type { Epoch, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { ServerMessage } from '../../protocol/server-messages.ts'
import { type HubKit, hubKit, type Person, type TestDevice } from '../../testing/hub-kit.ts'

const STEPS = 250
const generous = { perMinute: 6_000, burst: 50, saved: 0, floodPerMinute: 2_000 }

/** A device that sends anything at any moment, and what it was told on the connection it has now. */
class Vandal {
  readonly person: Person
  device: TestDevice
  readonly fresh: ServerMessage[] = []
  readonly cursors = new Map<RoomId, number>()
  readonly #epochs = new Map<RoomId, Epoch>()
  readonly #kit: HubKit

  constructor(kit: HubKit, person: Person) {
    this.#kit = kit
    this.person = person
    this.device = kit.connect(person)
  }

  async comeIn(rooms: readonly RoomId[]): Promise<void> {
    const { random } = this.#kit
    this.device = this.#kit.connect(this.person)
    this.cursors.clear()
    const cursors = rooms.slice(0, random.int(0, 4)).map((room) => ({ room, ...this.#claim(room) }))
    await this.device.enter(...cursors)
  }

  /** Takes what was told since the last time; complains when an event was left out. */
  hear(): void {
    const received = [...this.device.received]
    this.device.forgetReceived()
    this.fresh.push(...received)
    for (const message of received) {
      if (message.type === 'reset') {
        this.cursors.set(message.room.id, message.room.head)
        this.#epochs.set(message.room.id, message.room.epoch)
      }
      if (message.type === 'room-gone') this.cursors.delete(message.room)
      if (message.type !== 'events') continue
      for (const event of message.events) {
        const cursor = this.cursors.get(message.room)
        if (cursor !== undefined) expect(event.seq).toBeLessThanOrEqual(cursor + 1)
        this.cursors.set(message.room, Math.max(cursor ?? 0, event.seq))
        if (event.type === 'member.left' && event.member === this.person.member) {
          this.cursors.delete(message.room)
        }
      }
    }
  }

  act(rooms: readonly RoomId[], written: MessageId[], everyone: readonly MemberId[]): void {
    const { random, store, newId } = this.#kit
    const { device } = this
    const room = random.pick(rooms)
    const target =
      written.length > 0 && random.next() < 0.9 ? random.pick(written) : newId<MessageId>()
    const id = written.length > 0 && random.next() < 0.1 ? random.pick(written) : newId<MessageId>()
    const members = [...everyone.filter(() => random.next() < 0.5), random.pick(everyone)]
    const head = random.next() < 0.3 ? 'head' : undefined
    const visibility = random.pick(['public', 'private'] as const)
    const acts: (() => unknown)[] = [
      () => written.push(device.post(room, 'x'.repeat(random.int(1, 200)), id, head)),
      () => device.write(room, { kind: 'post', text: 're', replyTo: target }),
      () => device.write(room, { kind: 'edit', target, text: 'e' }, id),
      () => device.write(room, { kind: 'delete', target }),
      () => device.write(room, { kind: random.pick(['react', 'unreact']), target, emoji: 'a' }),
      () => {
        const more = { name: 'n', topic: '', visibility, members }
        device.tell({ type: 'create-room', ref: 1, room, ...more })
      },
      () => device.tell({ type: 'open-direct', ref: 2, members }),
      () => device.tell({ type: 'join-room', ref: 3, room }),
      () => device.tell({ type: 'leave-room', ref: 4, room }),
      () => device.tell({ type: 'add-members', ref: 5, room, members }),
      () => device.tell({ type: 'change-room', ref: 6, room, topic: `${random.next()}` }),
      () => device.tell({ type: 'browse-rooms', ref: 7 }),
      () => device.tell({ type: 'history', ref: 8, room, before: random.int(1, 40), limit: 5 }),
      () => {
        const { epoch, seq: after } = this.#claim(room)
        device.tell({ type: 'catch-up', room, epoch, after })
      },
      () => device.tell({ type: 'sync', cursors: [{ room, ...this.#claim(room) }] }),
      () => device.tell({ type: 'read', room, seq: random.int(0, 99) }),
      () => device.tell({ type: 'typing', room, active: random.next() < 0.5 }),
      () => device.tell({ type: 'presence', presence: random.pick(['online', 'away']) }),
      () => device.raw('{"type":"submit","id":"x"}'),
      () => (random.next() < 0.2 ? device.drop() : undefined),
      () => (random.next() < 0.3 ? (device.paused = true) : device.resume()),
      () => (store.failing = random.next() < 0.3),
    ]
    random.pick(acts)()
  }

  /** Says that it stands anywhere, in this log or in another one; it is believed. */
  #claim(room: RoomId): { epoch: Epoch; seq: number } {
    const { newId, random } = this.#kit
    this.hear()
    const known = random.next() < 0.2 ? undefined : this.#epochs.get(room)
    const seq = random.int(0, 30)
    this.cursors.set(room, seq)
    return { epoch: known ?? newId<Epoch>(), seq }
  }
}

const roomOf = (message: ServerMessage): RoomId | undefined => {
  if (message.type === 'reset') return message.room.id
  const told = ['events', 'typing', 'reads', 'page']
  return told.includes(message.type) && 'room' in message ? (message.room as RoomId) : undefined
}

describe('members that send anything at any moment', () => {
  it.each(Array.from({ length: 25 }, (_, index) => index + 1))(
    '[D6, D8] break nothing, learn of no room they are not in, and miss nothing of their own: seed %i',
    async (seed) => {
      const kit = await hubKit({ writes: generous, recoveryLimit: 10 }, seed)
      const vandals = Array.from({ length: 4 }, (_, n) => new Vandal(kit, kit.person(`V${n}`)))
      for (const { device } of vandals) await device.enter()
      const everyone = vandals.map(({ person }) => person.member)
      const rooms = [vandals[0]?.device.general ?? kit.newId<RoomId>()]
      for (let count = 0; count < 5; count++) rooms.push(kit.newId<RoomId>())
      const written: MessageId[] = []
      const membersNow = async () =>
        new Map((await kit.store.rooms()).map(({ id, members }) => [id, new Set(members)]))

      let before = await membersNow()
      for (let step = 0; step < STEPS; step++) {
        const vandal = kit.random.pick(vandals)
        if (vandal.device.closedWith === undefined) vandal.act(rooms, written, everyone)
        else await vandal.comeIn(rooms)
        const pause = kit.random.pick(['none', 'turn', 'long', 'long'])
        if (pause === 'none') continue
        if (pause === 'long') await kit.clock.advance(kit.random.int(0, 3_000))
        await kit.clock.settle()
        const now = await membersNow()
        for (const each of vandals) {
          each.hear()
          const mine = (room: RoomId) =>
            [before, now].some((members) => members.get(room)?.has(each.person.member))
          for (const message of each.fresh.splice(0)) {
            const room = roomOf(message)
            if (room !== undefined) expect(mine(room), JSON.stringify(message)).toBe(true)
          }
        }
        before = now
      }

      kit.store.failing = false
      for (const vandal of vandals) {
        vandal.device.resume()
        if (vandal.device.closedWith !== undefined) await vandal.comeIn([])
      }
      await kit.clock.advance(10_000)
      for (const vandal of vandals) {
        vandal.hear()
        for (const { id, head, members } of await kit.store.rooms()) {
          const isIn = members.includes(vandal.person.member)
          expect(vandal.cursors.get(id)).toBe(isIn ? head : undefined)
        }
      }
      kit.hub.stop()
      await kit.clock.advance(1_000)
      expect(kit.clock.pendingTimers()).toBe(0)
    },
  )
})
