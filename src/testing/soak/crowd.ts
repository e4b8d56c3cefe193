/** People with the real client, who write all the time, and what each of them has in the end. */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ClientSession, openClientSession } from '../../client/client-session.ts'
import { systemClock } from '../../client/clock.ts'
import { dialWebSocket } from '../../client/connection/web-socket.ts'
import type { DeviceId, MemberId, RoomId, SessionId } from '../../protocol/ids.ts'
import { value } from '../client-kit.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { textsAfter, wrongs } from './timelines.ts'

const PEOPLE_IN_A_GROUP = 6
const LOOK_EVERY_MS = 25
/** Looking takes time itself where there are many people. */
const LOOK_EVERY_MS_EACH = 2

export interface Crowd {
  sentCount(): number
  /** Everybody writes until it is stopped. */
  write(): { stop(): Promise<void> }
  /** Begins to look; resolves with who has not done so in time. */
  fromNowOn(): { everybody(does: 'writes' | 'gets-through', withinMs: number): Promise<string[]> }
  /** Problems; resolves early when there are none. */
  settle(withinMs: number): Promise<string[]>
  /** What is wrong with what people have; `new`: with what came since the last time. */
  compare(what: 'new' | 'everything'): Promise<string[]>
  close(): void
}

export async function gatherCrowd(options: {
  readonly folder: string
  readonly people: number
  readonly session: { readonly id: SessionId; readonly name: string }
  readonly ports: readonly number[]
  readonly secret: string
  readonly random: SeededRandom
}): Promise<Crowd> {
  const { folder, people, session, ports, secret, random } = options
  const sessions = Array.from({ length: people }, (_, index) =>
    value(
      openClientSession({
        file: join(folder, `person-${index}.db`),
        session: {
          ...session,
          secret,
          // Each begins at another node, and knows all of them.
          addresses: ports.map((_port, n) => `127.0.0.1:${ports[(n + index) % ports.length]}`),
        },
        identity: {
          memberId: randomUUID() as string as MemberId,
          memberName: `Person ${index}`,
          deviceId: randomUUID() as string as DeviceId,
          deviceName: 'laptop',
          deviceKey: randomBytes(32).toString('base64url'),
        },
        trust: { kind: 'none' },
        ...{ dial: dialWebSocket, clock: systemClock(), uuid: () => randomUUID() },
        // Short, so that a minute holds many faults.
        random: () => random.next() * 0.3,
      }),
    ),
  )
  for (const one of sessions) one.connect()
  const online = (): boolean => sessions.every((one) => one.view().connection.state === 'online')
  if (!(await within(120_000, online, people))) throw new Error('not everybody came in')
  // The room everybody is in.
  let places = people
  for (let from = 0; from + PEOPLE_IN_A_GROUP <= people; from += PEOPLE_IN_A_GROUP / 2) {
    const members = sessions
      .slice(from, from + PEOPLE_IN_A_GROUP)
      .map((one) => one.view().self.memberId)
    const room = { name: `group ${from}`, topic: '', visibility: 'private', members } as const
    value(
      (await sessions[from]?.createRoom(room)) ?? {
        ok: false,
        failure: { kind: 'internal', message: 'nobody' },
      },
    )
    places += members.length
  }

  let count = 0
  const written = sessions.map(() => 0)
  const sent = new Map<RoomId, string[]>()
  async function write(index: number, signal: AbortSignal): Promise<void> {
    const one = sessions[index]
    // All together about 25 messages a second at most: a third of them is for everybody, on one machine.
    const pace = Math.max(1, people / 30)
    const pause = (from: number): Promise<void> =>
      delay(random.int(from, 2_000) * pace, undefined, { signal }).catch(() => {})
    await pause(0)
    while (one !== undefined && !signal.aborted) {
      const { rooms } = one.contents()
      if (rooms.length > 0) {
        const room = random.pick(rooms).id
        const text = `${index} ${count++}`
        value(one.send(room, text))
        written[index] = (written[index] ?? 0) + 1
        const texts = sent.get(room)
        if (texts === undefined) sent.set(room, [text])
        else texts.push(text)
      }
      await pause(400)
    }
  }

  /** Of each room where each of its people stands; asked once, because many look often. */
  function allHeads(): Map<RoomId, Map<ClientSession, number>> {
    const heads = new Map<RoomId, Map<ClientSession, number>>()
    for (const one of sessions) {
      for (const { id, headSeq } of one.contents().rooms) {
        heads.set(id, (heads.get(id) ?? new Map<ClientSession, number>()).set(one, headSeq))
      }
    }
    return heads
  }
  function roomsThatDiffer(): string[] {
    const heads = [...allHeads()]
    const taken = heads.reduce((sum, [, each]) => sum + each.size, 0)
    return [
      ...(taken === places ? [] : [`people are in ${taken} places of rooms instead of ${places}`]),
      ...heads
        .filter(([, each]) => new Set(each.values()).size > 1)
        .map(([room]) => `people stand at different numbers in room ${room}`),
    ]
  }

  // Up to where everything was compared; and how much of what was sent that is.
  const compared = new Map<RoomId, { readonly head: number; readonly count: number }>()
  const nothing = { head: 0, count: 0 }

  return {
    sentCount: () => [...sent.values()].reduce((sum, texts) => sum + texts.length, 0),
    write() {
      const stop = new AbortController()
      const writing = sessions.map((_, index) => write(index, stop.signal))
      return {
        async stop() {
          stop.abort()
          await Promise.all(writing)
        },
      }
    },
    fromNowOn() {
      const before = [...written]
      return {
        async everybody(does, withinMs) {
          const waiting = new Set(sessions.keys())
          const haveAll = (): boolean => {
            for (const index of waiting) {
              const wrote = (written[index] ?? 0) > (before[index] ?? 0)
              // Nothing waits any more: what was written since then is acknowledged with the rest.
              const isDone = does === 'writes' || sessions[index]?.view().queued === 0
              if (wrote && isDone) waiting.delete(index)
            }
            return waiting.size === 0
          }
          if (await within(withinMs, haveAll, people)) return []
          const what = does === 'writes' ? 'wrote nothing' : 'got nothing through'
          return [...waiting].map((index) => `${sessions[index]?.view().self.name} ${what}`)
        },
      }
    },
    async settle(withinMs) {
      const isSettled = (): boolean =>
        online() &&
        sessions.every((one) => one.view().queued === 0) &&
        roomsThatDiffer().length === 0
      if (await within(withinMs, isSettled, people)) return []
      const waiting = sessions.filter(
        (one) => one.view().queued > 0 || one.view().connection.state !== 'online',
      )
      return [
        ...waiting.map((one) => {
          const { self, connection, queued } = one.view()
          return `${self.name} is ${connection.state} with ${queued} unsent`
        }),
        ...roomsThatDiffer(),
      ]
    },
    async compare(what) {
      const problems: string[] = []
      const heads = allHeads()
      for (const [room, all] of sent) {
        const from = what === 'new' ? (compared.get(room) ?? nothing) : nothing
        const texts = all.slice(from.count)
        let first: string | undefined
        for (const [one, head] of heads.get(room) ?? []) {
          const seen = await textsAfter(one, room, from.head)
          const wrong = wrongs(texts, seen)
          first ??= seen.join('\n')
          if (seen.join('\n') !== first) wrong.push('has another order')
          problems.push(...wrong.map((each) => `${one.view().self.name} ${each} in room ${room}`))
          compared.set(room, { head, count: all.length })
        }
      }
      return problems
    },
    close() {
      for (const one of sessions) one.close()
    },
  }
}

async function within(ms: number, holds: () => boolean, people: number): Promise<boolean> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) return false
    await delay(Math.max(LOOK_EVERY_MS, people * LOOK_EVERY_MS_EACH))
  }
  return true
}
