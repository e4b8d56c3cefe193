import type { MessageId, RoomId } from '../../protocol/ids.ts'
import type { Message, RoomEvent, RoomState } from '../../protocol/records.ts'
import type { MessageView } from '../../client/views.ts'
import type { SimulatedDevice } from './device.ts'
import type { World } from './steps.ts'

interface Log {
  readonly state: RoomState
  readonly events: readonly RoomEvent[]
  readonly messages: readonly Message[]
}

/** Compares every device with the server's logs, promise by promise; says in words what does not hold. */
export async function check(world: World): Promise<string[]> {
  const violations: string[] = []
  const report = (words: string): void => {
    violations.push(words)
  }
  const logs = await readLogs(world)
  for (const log of logs.values()) checkLog(log, report)
  for (const device of world.devices) {
    const views = await readViews(device, logs, report)
    checkPromises(device, logs, views, report)
    await checkUnread(world, device, logs, report)
  }
  // Only now: a count is exact once everything after the read position has been loaded.
  for (const device of world.devices) {
    const twin = world.devices.find((other) => other.memberId === device.memberId)
    if (twin?.session.view().unread !== device.session.view().unread) {
      report(`[D18] ${twin?.name} and ${device.name} of one person disagree on unread`)
    }
  }
  return violations
}

type Report = (words: string) => void
type Logs = ReadonlyMap<RoomId, Log>
type Views = ReadonlyMap<RoomId, readonly MessageView[]>

async function readLogs({ server: { store } }: World): Promise<Logs> {
  const logs = new Map<RoomId, Log>()
  for (const state of await store.rooms()) {
    const range = await store.eventsAfter(state.id, 0, 100_000, Number.MAX_SAFE_INTEGER)
    const page = await store.page(state.id, state.head + 1, 100_000, Number.MAX_SAFE_INTEGER)
    logs.set(state.id, {
      state,
      events: range.kind === 'events' ? range.events : [],
      messages: page.messages,
    })
  }
  return logs
}

function checkLog({ state, events }: Log, report: Report): void {
  const numbers = events.map((event) => event.seq)
  if (numbers.some((seq, index) => seq !== index + 1) || numbers.length !== state.head) {
    report(`[D6] room ${state.id} is numbered ${numbers.join(',')} with head ${state.head}`)
  }
  const ids = new Set(events.map((event) => event.id))
  if (ids.size !== events.length) report(`[D4] room ${state.id} holds an id twice`)
}

/** Every room of the device shows what the server's log says, and every device is in the rooms it should be in. */
async function readViews(device: SimulatedDevice, logs: Logs, report: Report): Promise<Views> {
  const views = new Map<RoomId, readonly MessageView[]>()
  const { rooms } = device.session.contents()
  const should = [...logs.values()].filter(({ state }) => state.members.includes(device.memberId))
  for (const { state } of should) {
    if (!rooms.some((room) => room.id === state.id))
      report(`${device.name} misses room ${state.id}`)
  }
  for (const room of rooms) {
    const log = logs.get(room.id)
    if (log === undefined || !log.state.members.includes(device.memberId)) {
      // A room that was left stays in sight for as long as it holds writes that failed (D5).
      const held = (await device.messages(room.id)).filter(hasFailure)
      if (held.length === 0) report(`${device.name} shows room ${room.id}, which it is not in`)
      continue
    }
    if (room.headSeq !== log.state.head) {
      report(`[D7] ${device.name} is at ${room.headSeq} of ${log.state.head} in ${room.id}`)
    }
    const members = (ids: readonly string[]): string => ids.toSorted().join()
    if (members(room.memberIds) !== members(log.state.members)) {
      report(`${device.name} has other members of ${room.id} than the server`)
    }
    const messages = await device.messages(room.id)
    views.set(room.id, messages)
    const numbered = messages.filter((message) => message.seq !== null)
    const mine = numbered.map((message) => describe(message))
    const theirs = log.messages.map((message) => describe(message))
    if (mine.join('\n') !== theirs.join('\n')) {
      report(
        `[D8] ${device.name} shows another room ${room.id} than the server:\n    device ${difference(mine, theirs)}\n    server ${difference(theirs, mine)}`,
      )
    }
  }
  return views
}

/** What `send` accepted is in the log exactly once and in order, or is shown as failed with its reason (D5). */
function checkPromises(device: SimulatedDevice, logs: Logs, views: Views, report: Report): void {
  const last = new Map<RoomId, number>()
  for (const { room, id, text } of device.promised) {
    const log = logs.get(room)
    const stored = log?.messages.filter((message) => message.id === id) ?? []
    const [message] = stored
    if (stored.length > 1) report(`[D4] ${device.name}: ${id} is stored ${stored.length} times`)
    if (message === undefined) {
      const isIn = log?.state.members.includes(device.memberId) === true
      if (isIn && !isFailed(views.get(room), id))
        report(`[D1] ${device.name}: ${id} is lost in ${room}`)
      continue
    }
    if (message.seq < (last.get(room) ?? 0)) report(`[D2] ${device.name}: ${id} was overtaken`)
    last.set(room, message.seq)
    if (message.revision === message.seq && message.text !== text) {
      report(`${device.name}: ${id} arrived as another text`)
    }
  }
}

function hasFailure(message: MessageView): boolean {
  return message.state.kind === 'failed' || message.change?.kind === 'failed'
}

function isFailed(messages: readonly MessageView[] | undefined, id: MessageId): boolean {
  return messages?.some((message) => message.id === id && message.state.kind === 'failed') === true
}

async function checkUnread(
  { server: { store } }: World,
  device: SimulatedDevice,
  logs: Logs,
  report: Report,
): Promise<void> {
  for (const room of device.session.contents().rooms) {
    const log = logs.get(room.id)
    // Of a room that was left, nothing arrives any more.
    if (log?.state.members.includes(device.memberId) !== true) continue
    const read =
      (await store.reads(room.id)).find(([member]) => member === device.memberId)?.[1] ?? 0
    if (room.readSeq !== read) {
      report(`[D18] ${device.name} has read ${room.readSeq} of ${room.id}, the server says ${read}`)
    }
    const unread = log.messages.filter(
      ({ seq, author, deleted }) =>
        seq > room.readSeq && author !== device.memberId && deleted !== true,
    ).length
    if (room.unread !== unread) {
      report(`[D18] ${device.name} counts ${room.unread} unread in ${room.id}, ${unread} are`)
    }
  }
  const sum = device.session.contents().rooms.reduce((total, room) => total + room.unread, 0)
  if (device.session.view().unread !== sum) {
    report(`[D18] ${device.name}: badge ${device.session.view().unread}, lists ${sum}`)
  }
}

function describe(message: Message | MessageView): string {
  const reactions = message.reactions
    .map((reaction) => {
      const members = 'members' in reaction ? reaction.members : reaction.memberIds
      return `${reaction.emoji}(${members.toSorted().join()})`
    })
    .toSorted()
  const state = message.deleted === true ? 'deleted' : JSON.stringify(message.text)
  return [message.seq, message.id, message.author, state, ...reactions].join(' ')
}

/** The first few lines of `some` that `others` lacks. */
function difference(some: readonly string[], others: readonly string[]): string {
  const known = new Set(others)
  const extra = some.filter((line) => !known.has(line))
  return `${some.length} messages, ${extra.length} differ: ${extra.slice(0, 3).join(' | ')}`
}
