import { expect } from 'vitest'
import type { DeviceId, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { Store, Write, WriteResult } from '../../server/hub/ports.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { createOperation } from './create-operation.ts'

/** More than any test stores. */
const MUCH = 1_000_000

export interface Person {
  readonly member: MemberId
  readonly device: DeviceId
}

/** What the store contract does over and over: people come in, make rooms, write and read. */
export function storeHands(store: () => Store, random: () => SeededRandom) {
  const newId = <Id extends string>(): Id => random().uuid() as Id

  async function admit(name: string): Promise<Person> {
    const person = { member: newId<MemberId>(), device: newId<DeviceId>() }
    const entry = await store().registry.register({
      member: { id: person.member, name },
      device: { id: person.device, name: 'device', key: `key of ${name}` },
      at: 5,
      ticket: { kind: 'operator' },
      isOpen: false,
      maxMembers: MUCH,
    })
    expect(entry).toMatchObject({ kind: 'in', isNew: true })
    return person
  }
  function writeOf(
    person: Person,
    room: RoomId,
    operation: Write['operation'],
    id = newId<MessageId>(),
  ): Write {
    const { member: actor, device } = person
    return { device, actor, room, id, at: 1_000, operation }
  }
  async function one(write: Write): Promise<WriteResult> {
    const [result] = await store().commit([write])
    if (result === undefined) throw new Error('no result')
    return result
  }
  async function create(
    person: Person,
    options: Partial<Extract<Write['operation'], { kind: 'create' }>> = {},
  ): Promise<RoomId> {
    const room = newId<RoomId>()
    const result = await one(
      writeOf(
        person,
        room,
        createOperation({ members: [person.member], ...options }),
        room as never,
      ),
    )
    expect(result.kind).toBe('committed')
    return room
  }
  async function eventsOf(room: RoomId, after: number) {
    const range = await store().eventsAfter(room, after, 1_000, MUCH)
    if (range.kind === 'gone') throw new Error('gone')
    return range.events
  }
  return { newId, admit, writeOf, one, create, eventsOf }
}
