/**
 * A process of its own that writes messages and says each one's id on stdout only after `send` returned,
 * until it is killed. Run by a test: `node crash-writer.ts <file>`.
 */
import { writeSync } from 'node:fs'
import { openClientSession } from '../client/client-session.ts'
import { systemClock } from '../client/clock.ts'
import { resetOf, roomState, ROOM, SELF, SESSION, welcome } from './client-kit.ts'
import { scriptedServer } from './scripted-server.ts'
import type { DeviceId } from '../protocol/ids.ts'

const [, , file, run] = process.argv
if (file === undefined || run === undefined) throw new Error('usage: crash-writer <file> <run>')

const server = scriptedServer()
let made = 0
const opened = openClientSession({
  file,
  session: { id: SESSION, name: 'Crash', addresses: ['10.0.0.1:1'] },
  trust: { kind: 'none' },
  identity: {
    memberId: SELF,
    deviceKey: 'k'.repeat(43),
    memberName: 'Ada',
    deviceId: '00000000-0000-7000-8006-000000000001' as DeviceId,
    deviceName: 'laptop',
  },
  dial: server.dial,
  clock: systemClock(),
  random: () => 0.5,
  uuid: () =>
    `00000000-0000-7000-9${run.padStart(3, '0')}-${(made += 1).toString(16).padStart(12, '0')}`,
})
if (!opened.ok) throw new Error(opened.failure.message)
const session = opened.value

session.connect()
const connection = server.current()
connection.open()
connection.say(welcome())
if (session.contents().rooms.length === 0) connection.say(resetOf(roomState()))
connection.say({ type: 'synced' })

function write(): void {
  const sent = session.send(ROOM, `words ${made}`)
  if (!sent.ok) throw new Error(sent.failure.message)
  // Synchronous, so that an id that was said was said after its transaction.
  writeSync(1, `${sent.value.message}\n`)
  setImmediate(write)
}
setImmediate(write)
