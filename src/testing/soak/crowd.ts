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

const PEOPLE_IN_A_GROUP = 6
const PAGE = 100
const LOOK_EVERY_MS = 25

export interface Crowd {
  readonly sessions: readonly ClientSession[]
  /** Everybody writes until then; `performance.now()`. */
  writeUntil(end: number): Promise<void>
  /** Of each room what was written into it, by whoever. */
  readonly written: ReadonlyMap<RoomId, readonly string[]>
  /** Problems; resolves early when there are none. */
  settle(withinMs: number): Promise<string[]>
  compare(): Promise<string[]>
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
  const written = new Map<RoomId, string[]>()
  for (const one of sessions) one.connect()
  const online = (): boolean => sessions.every((one) => one.view().connection.state === 'online')
  if (!(await within(60_000, online))) throw new Error('not everybody came in')
  for (
    let from = 0;
    from + PEOPLE_IN_A_GROUP <= Math.min(people, 60);
    from += PEOPLE_IN_A_GROUP / 2
  ) {
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
  }

  let count = 0
  async function write(index: number, end: number): Promise<void> {
    const one = sessions[index]
    while (one !== undefined && performance.now() < end) {
      const { rooms } = one.contents()
      if (rooms.length > 0) {
        const room = random.pick(rooms).id
        const text = `${index} ${count++}`
        value(one.send(room, text))
        written.set(room, [...(written.get(room) ?? []), text])
      }
      // About eight messages a second together for every ten people.
      await delay(random.int(400, 2_000))
    }
  }

  const headsDiffer = (): string[] =>
    [...written.keys()].filter((room) => {
      const heads = sessions.flatMap((one) =>
        one.contents().rooms.flatMap((each) => (each.id === room ? [each.headSeq] : [])),
      )
      return new Set(heads).size > 1
    })

  return {
    sessions,
    written,
    writeUntil: async (end) => {
      await Promise.all(sessions.map((_, index) => write(index, end)))
    },
    async settle(withinMs) {
      const isSettled = (): boolean =>
        online() && sessions.every((one) => one.view().queued === 0) && headsDiffer().length === 0
      if (await within(withinMs, isSettled)) return []
      const waiting = sessions.filter(
        (one) => one.view().queued > 0 || one.view().connection.state !== 'online',
      )
      return [
        ...waiting.map((one) => {
          const { self, connection, queued } = one.view()
          return `${self.name} is ${connection.state} with ${queued} unsent`
        }),
        ...headsDiffer().map((room) => `people stand at different numbers in room ${room}`),
      ]
    },
    async compare() {
      const problems: string[] = []
      for (const [room, texts] of written) {
        let first: string | undefined
        for (const one of sessions) {
          if (!one.contents().rooms.some(({ id }) => id === room)) continue
          const seen = await everything(one, room)
          const { name } = one.view().self
          const doubled = seen.length - new Set(seen).size
          const missing = texts.filter((text) => !new Set(seen).has(text))
          if (doubled > 0) problems.push(`${name} has ${doubled} messages twice`)
          if (missing.length > 0) problems.push(`${name} lacks ${missing.length} messages`)
          first ??= seen.join('\n')
          if (seen.join('\n') !== first) problems.push(`${name} has another order`)
        }
      }
      return problems
    },
    close() {
      for (const one of sessions) one.close()
    },
  }
}

/** The whole timeline, page by page, as somebody who scrolls up. */
async function everything(one: ClientSession, room: RoomId): Promise<string[]> {
  const seen: string[] = []
  let before: number | undefined
  for (;;) {
    const page = value(await one.timeline(room, { before, limit: PAGE }))
    seen.unshift(...page.items.flatMap((item) => (item.type === 'message' ? [item.text] : [])))
    before = page.items[0]?.order
    if (page.older !== 'more' || before === undefined) return seen
  }
}

async function within(ms: number, holds: () => boolean): Promise<boolean> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) return false
    await delay(LOOK_EVERY_MS)
  }
  return true
}
