/**
 * A member's computer of the tests, without windows: the app's own sessions, client and discovery on the real
 * network of the namespace it runs in. Takes commands and tells what it sees, as lines of JSON.
 */
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { uuidv7 } from 'uuidv7'
import { systemClock } from '../../../client/clock.ts'
import { dialWebSocket } from '../../../client/connection/web-socket.ts'
import { createDiscovery } from '../../../discovery/discovery.ts'
import type { SessionId } from '../../../protocol/ids.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { createSessionId } from '../../profile/identity.ts'
import { openProfileStore } from '../../profile/profile-store.ts'
import { createSessionRegistry } from '../../sessions/session-registry.ts'
import { createSessions } from '../../sessions/sessions.ts'
import { createFoundSessions } from '../found-sessions.ts'

export type MemberCommand =
  | { readonly kind: 'join'; readonly invite: string }
  | { readonly kind: 'send'; readonly session: SessionId; readonly text: string }

const [folder = '.'] = process.argv.slice(2)
const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const clock = systemClock()
const log = { info() {}, warn() {}, error() {} }

const profile = openProfileStore(join(folder, 'profile.json'), Date.now).store
profile.update((current) => ({ ...current, name: 'Sam' }))
const registry = createSessionRegistry({
  profile,
  folder: join(folder, 'sessions'),
  deviceName: 'sam-laptop',
  client: {
    dial: dialWebSocket,
    clock,
    random: Math.random,
    uuid: uuidv7,
    app: { name: 'landline-tests', version: '0' },
  },
  authorities: () => [],
  log,
  needsNoNetwork: () => false,
  onEvent(_id, event) {
    if (event.type !== 'session') return
    const { connection, queued } = event.session
    tell({ state: connection.state, queued })
  },
  onAdmin() {},
  onTokenOver() {},
  onListChange() {},
})
// This computer hosts nothing.
const hosting: Pick<Hosting, 'isActive'> = { isActive: () => false }
const sessions = createSessions({
  profile,
  registry,
  hosting: hosting as Hosting,
  hostPort: 0,
  newId: createSessionId,
  clock,
  log,
})
createFoundSessions({
  discovery: createDiscovery({
    interfaces: networkInterfaces,
    clock,
    random: Math.random,
    addresses: () => [],
    onTrouble: (link, code) => tell({ trouble: link, code }),
  }),
  profile,
  registry,
  isHosted: () => false,
  isJoined: (id) => sessions.isIn(id),
  onChange: (list) => tell({ found: list }),
  log,
})

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line) as MemberCommand
  switch (command.kind) {
    case 'join':
      return tell({ joined: sessions.join(command.invite) })
    case 'send': {
      const session = registry.get(command.session)
      const room = session?.contents().rooms.find(({ isDefault }) => isDefault)
      return tell({ sent: room === undefined ? null : session?.send(room.id, command.text) })
    }
  }
})
process.stdin.on('end', () => process.exit(0))
tell({ ready: true })
