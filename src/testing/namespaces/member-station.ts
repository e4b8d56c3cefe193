/**
 * A member's computer: the real client session with its real sockets, in the namespace it runs in. Reads
 * commands and writes what changes, both as lines of JSON. Arguments: folder for its file, name, invite link.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openClientSession, type SystemEvent } from '../../client/client-session.ts'
import { systemClock } from '../../client/clock.ts'
import { hostTrust } from '../../client/connection/host-trust.ts'
import { dialWebSocket } from '../../client/connection/web-socket.ts'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { parseInvite } from '../../protocol/invite.ts'

export type MemberCommand =
  | { readonly kind: 'send'; readonly texts: readonly string[] }
  /** Answered when it is online, everything it wrote is acknowledged, and it has the events up to `head`. */
  | { readonly kind: 'settle'; readonly head: number }
  /** Asks for all texts of the default group, in order. */
  | { readonly kind: 'texts' }
  /** What the app is told by the system. */
  | { readonly kind: 'system'; readonly event: SystemEvent }

export type MemberLine =
  | { readonly state: string; readonly reason?: string; readonly queued: number }
  | { readonly settled: { readonly head: number } }
  | { readonly texts: readonly string[] }

const [, , folder, name, link] = process.argv
if (folder === undefined || name === undefined || link === undefined) {
  throw new Error('usage: member-station <folder> <name> <invite link>')
}
const parsed = parseInvite(link)
if (parsed.kind === 'fault') throw new Error(parsed.message)
const { invite } = parsed
const tell = (line: MemberLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const opened = openClientSession({
  file: join(folder, `${name}.db`),
  session: {
    id: invite.sessionId,
    name: invite.name,
    addresses: invite.addresses,
    ...(invite.secret === undefined ? {} : { secret: invite.secret }),
  },
  trust: hostTrust(invite, () => []),
  identity: {
    memberId: randomUUID() as string as MemberId,
    deviceKey: randomBytes(32).toString('base64url'),
    memberName: name,
    deviceId: randomUUID() as string as DeviceId,
    deviceName: `${name}’s laptop`,
  },
  dial: dialWebSocket,
  clock: systemClock(),
  random: Math.random,
  uuid: () => randomUUID(),
})
if (!opened.ok) throw new Error(opened.failure.message)
const session = opened.value
const general = () => session.contents().rooms.find((room) => room.isDefault)

const head = (): number => general()?.headSeq ?? 0
let told = ''
let wanted: number | null = null
function tellState(): void {
  const { connection, queued } = session.view()
  const reason = 'reason' in connection ? { reason: connection.reason } : {}
  const line = { state: connection.state, ...reason, queued }
  if (JSON.stringify(line) !== told) {
    told = JSON.stringify(line)
    tell(line)
  }
  if (wanted === null || connection.state !== 'online' || queued > 0 || head() < wanted) return
  wanted = null
  tell({ settled: { head: head() } })
}

async function allTexts(): Promise<string[]> {
  const room = general()
  const texts: string[] = []
  let before: number | undefined
  for (; room !== undefined;) {
    const page = await session.timeline(room.id, { before, limit: 100 })
    if (!page.ok) throw new Error(page.failure.message)
    const { items, older } = page.value
    texts.unshift(...items.flatMap((item) => (item.type === 'message' ? [item.text] : [])))
    before = items[0]?.order
    if (older !== 'more') break
  }
  return texts
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line) as MemberCommand
  switch (command.kind) {
    case 'send':
      for (const text of command.texts) {
        const room = general()
        const sent = room === undefined ? undefined : session.send(room.id, text)
        if (sent?.ok !== true) throw new Error(sent?.failure.message ?? 'not in any room yet')
      }
      return
    case 'settle':
      wanted = command.head
      return tellState()
    case 'texts':
      void allTexts().then((texts) => tell({ texts }))
      return
    case 'system':
      return session.systemEvent(command.event)
  }
})
// A test that is gone closes its end of the pipe.
process.stdin.on('end', () => process.exit(0))
session.on(tellState)
session.connect()
tellState()
// The client's timers do not keep a process alive; this one lives as long as its stdin.
