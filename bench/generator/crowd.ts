import { readFileSync } from 'node:fs'
import type { Subject } from '../figures/rows.ts'
import type { Roster } from '../stores/roster.ts'
import { type Attend, type Attendance, awaited } from './attendance.ts'
import { attendOurs } from './attend-ours.ts'
import { attendBare, attendSocketIo, attendWs } from './attend-peers.ts'
import { within } from './stretch.ts'
import type { Order } from './orders.ts'

/** People who come in at a time while nothing is measured. */
const AT_A_TIME = 100

export interface CrowdPerson {
  attendance: Attendance
  /** Opens a new line in place of one that broke. */
  come(): Promise<void>
}

export interface Crowd {
  readonly subject: Subject
  readonly people: readonly CrowdPerson[]
  onMessages: (person: number, count: number) => unknown
  onAck: (person: number) => unknown
  serverPids(): readonly number[]
  /** What the measured promise gives, unless something happens that must not. */
  unlessFaulty<Value>(promise: Promise<Value>): Promise<Value>
  /**
   * What has to be done before lines break, and while they are broken: at socket.io everybody has heard one message
   * before, and the first person writes what the others miss. Our store holds it from before.
   */
  beforeBreak(): Promise<void>
  writeMissed(count: number): Promise<void>
  leave(): Promise<void>
}

type Gather = Extract<Order, { kind: 'gather' }>

function attendOf(order: Gather, port: number, roster: Roster | undefined): Attend {
  const { subject, encrypted, room } = order
  switch (subject) {
    case 'ours':
      if (roster === undefined) throw new Error('our people are known by a roster')
      return attendOurs({ port, encrypted, room, roster })
    case 'ws':
      return attendWs({ port, encrypted, room })
    case 'sio':
    case 'sioFull':
      return attendSocketIo({ port, encrypted, room })
    case 'limit':
      return attendBare({ port, encrypted, room })
  }
}

/** Everybody is in and live when it resolves. */
export async function gatherCrowd(order: Gather): Promise<Crowd> {
  const { ports, pids } = order
  const roster =
    order.roster === undefined
      ? undefined
      : (JSON.parse(readFileSync(order.roster, 'utf8')) as Roster)
  const attends = ports.map((port) => attendOf(order, port, roster))
  let fail = (_fault: Error): void => {}
  const faulty = new Promise<never>((_, reject) => {
    fail = reject
  })
  // Between two measurements nobody waits for it.
  faulty.catch(() => {})
  const people: CrowdPerson[] = []
  let isLeaving = false

  const isSocketIo = order.subject === 'sio' || order.subject === 'sioFull'
  let hasBroken = false

  const crowd: Crowd = {
    subject: order.subject,
    people,
    onMessages: () => {},
    onAck: () => {},
    serverPids: () => pids,
    unlessFaulty: (promise) => Promise.race([promise, faulty]),
    async beforeBreak() {
      if (!isSocketIo || hasBroken) return
      hasBroken = true
      const heard = awaited()
      let count = 0
      crowd.onMessages = () => ++count === people.length && heard.resolve()
      people[0]?.attendance.post()
      await crowd.unlessFaulty(within(heard.promise, 'somebody did not hear the first message'))
    },
    async writeMissed(count) {
      if (!isSocketIo) return
      for (let message = 0; message < count; message++) {
        const acked = awaited()
        crowd.onAck = (person) => person === 0 && acked.resolve()
        people[0]?.attendance.post()
        await crowd.unlessFaulty(within(acked.promise, 'an ack did not come'))
      }
    },
    async leave() {
      isLeaving = true
      await Promise.all(people.map(({ attendance }) => attendance.close()))
    },
  }

  function attend(person: number): Promise<Attendance> {
    const attendHere = attends[person % attends.length]
    if (attendHere === undefined) throw new Error('there is no server')
    return attendHere(person, {
      messages: (count) => crowd.onMessages(person, count),
      ack: () => crowd.onAck(person),
      fault: (why) => {
        if (!isLeaving) fail(new Error(`${order.subject}, person ${person}: ${why}`))
      },
    })
  }
  async function each(run: (person: number) => Promise<void>): Promise<void> {
    for (let from = 0; from < order.people; from += AT_A_TIME) {
      const some = Array.from(
        { length: Math.min(AT_A_TIME, order.people - from) },
        (_, index) => from + index,
      )
      await crowd.unlessFaulty(within(Promise.all(some.map(run)), 'somebody did not come in'))
    }
  }
  // Those who are caught up are told of everybody who comes. First all come, then all catch up: the crowd is the
  // same, and is there sooner.
  await each(async (index) => {
    const person: CrowdPerson = {
      attendance: await attend(index),
      async come() {
        person.attendance = await attend(index)
      },
    }
    people[index] = person
    await person.attendance.enter()
  })
  if (order.catchesUp) await each(async (person) => people[person]?.attendance.catchUp(0))
  return crowd
}
