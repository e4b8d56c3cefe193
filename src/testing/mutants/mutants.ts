/** One deliberate break of the delivery code, and the suites that must notice it. */
export interface Mutant {
  readonly name: string
  /** The promise it breaks (SPEC.md). */
  readonly rule: string
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
  readonly tests: readonly string[]
}

const SIMULATION = 'src/testing/simulation/simulation.test.ts'
const OUTBOX = 'src/client/outbox'

export const mutants: readonly Mutant[] = [
  {
    name: 'the outbox is not looked at when the connection is back',
    rule: 'D1',
    file: 'src/client/outbox/drain.ts',
    find: 'for (const room of outbox.roomsWaiting()) pump(room)',
    replace: '',
    tests: [OUTBOX],
  },
  {
    name: 'the newest write leaves first',
    rule: 'D2',
    file: 'src/client/local-db/outbox-rows.ts',
    find: "WHERE room = ? AND state = 'waiting' AND n > ? ORDER BY n LIMIT ?",
    replace: "WHERE room = ? AND state = 'waiting' AND n > ? ORDER BY n DESC LIMIT ?",
    tests: [OUTBOX],
  },
  {
    name: 'a held write is put at the tail: the client goes on with what came after it',
    rule: 'D2',
    file: 'src/client/outbox/drain.ts',
    find: 'lane.sentUpTo = Math.min(lane.sentUpTo, n - 1)',
    replace: 'void n',
    tests: [OUTBOX, SIMULATION],
  },
  {
    name: 'the server looks at writes behind a held one',
    rule: 'D2',
    file: 'src/server/hub/submits.ts',
    find: 'if (submit.id !== known.id && submit.head !== true)',
    replace: 'if (Number.isNaN(now))',
    tests: [SIMULATION],
  },
  {
    name: 'what waits behind a write that failed is committed before it',
    rule: 'D2',
    file: 'src/server/hub/commit-batcher.ts',
    find: 'if (blocked.size > 0) turnBack(blocked)',
    replace: '',
    tests: ['src/server/hub', SIMULATION],
  },
  {
    name: 'the ack goes out before the commit',
    rule: 'D3',
    file: 'src/server/hub/submits.ts',
    find: "if (operation.kind === 'post') typing.stop(device, room)",
    replace: "connection.socket.send({ type: 'ack', id, room, seq: 1, at: clock.now() })",
    tests: [SIMULATION],
  },
  {
    name: 'a write that comes twice is stored twice',
    rule: 'D4',
    file: 'src/server/store/sqlite/migrations/0001-room-logs.ts',
    find: 'id TEXT NOT NULL UNIQUE,\n        device INTEGER',
    replace: 'id TEXT NOT NULL,\n        device INTEGER',
    tests: ['src/server/store', SIMULATION],
  },
  {
    name: 'a resend that would be refused today does not get its original ack',
    rule: 'D4',
    file: 'src/server/store/sqlite/commit.ts',
    find: "return result.kind === 'refused' ? (this.#original(write) ?? result) : result",
    replace: 'return result',
    tests: ['src/server/store'],
  },
  {
    name: 'writes that were on their way when the line broke are not sent again',
    rule: 'D5',
    file: 'src/client/outbox/drain.ts',
    find: 'lanes.clear()',
    replace: '',
    tests: [OUTBOX, SIMULATION],
  },
  {
    name: 'a refused write is dropped without a word',
    rule: 'D5',
    file: 'src/client/outbox/settle.ts',
    find: 'outbox.fail(failing.id, code, words)',
    replace: 'outbox.remove(failing.id)',
    tests: [OUTBOX],
  },
  {
    name: 'numbers have gaps',
    rule: 'D6',
    file: 'src/server/store/sqlite/commit.ts',
    find: 'return { seq: room.head + 1,',
    replace: 'return { seq: room.head + 2,',
    tests: ['src/server/store', SIMULATION],
  },
  {
    name: 'the cursor runs ahead of what was applied',
    rule: 'D7',
    file: 'src/client/sync/sync.ts',
    find: 'rooms.setCursor(id, cursor)',
    replace: 'rooms.setCursor(id, cursor + 1)',
    tests: ['src/client', SIMULATION],
  },
  {
    name: 'an event that was applied before is applied again',
    rule: 'D7',
    file: 'src/client/sync/sync.ts',
    find: 'if (event.seq <= cursor) continue',
    replace: '',
    tests: ['src/client/sync', 'src/client/client-session.test.ts'],
  },
  {
    name: 'a room counts as live before it was caught up',
    rule: 'D8',
    file: 'src/server/hub/recovery.ts',
    find: 'if (cursor === room.head) {',
    replace: 'if (cursor !== undefined) {',
    tests: ['src/server/hub', SIMULATION],
  },
  {
    name: 'a skipped number is not noticed',
    rule: 'D9',
    file: 'src/client/sync/sync.ts',
    find: 'if (event.seq !== cursor + 1) {',
    replace: 'if (event.seq < cursor) {',
    tests: ['src/client/sync', SIMULATION],
  },
  {
    name: 'a snapshot keeps the messages on both sides of the gap',
    rule: 'D10',
    file: 'src/client/sync/sync.ts',
    find: 'messages.removeNumbered(state.id)',
    replace: '',
    tests: ['src/client/sync', SIMULATION],
  },
  {
    name: 'an older page overwrites what is known',
    rule: 'D10',
    file: 'src/client/sync/history.ts',
    find: 'if (event.seq > page.asOf && target !== undefined && loaded.has(target)) {',
    replace: 'if (event.seq < 0 && target !== undefined && loaded.has(target)) {',
    tests: ['src/client/sync', SIMULATION],
  },
  {
    name: 'a device that knows more than the log is told nothing',
    rule: 'D11',
    file: 'src/server/hub/recovery.ts',
    find: 'if (cursor.epoch !== room.epoch || cursor.seq > room.head) {',
    replace: 'if (cursor.seq > room.head + 1_000_000) {',
    tests: ['src/server/hub'],
  },
  {
    name: 'read positions move backwards',
    rule: 'D18',
    file: 'src/server/store/sqlite/sqlite-store.ts',
    find: 'DO UPDATE SET seq = excluded.seq WHERE seq < excluded.seq',
    replace: 'DO UPDATE SET seq = excluded.seq',
    tests: ['src/server/store'],
  },
  {
    name: 'another key is taken for the host’s',
    rule: 'T1',
    file: 'src/client/connection/host-trust.ts',
    find: "=== trust.fingerprint ? null : 'other-key'",
    replace: '=== trust.fingerprint ? null : null',
    tests: ['src/testing/integration/trust'],
  },
  {
    name: 'a session without a key is dialled anywhere',
    rule: 'T2',
    file: 'src/client/connection/web-socket.ts',
    find: 'if (isLoopbackHost(target.host)) return',
    replace: 'if (!isLoopbackHost(target.host) || isLoopbackHost(target.host)) return',
    tests: ['src/client/connection'],
  },
  {
    name: 'a stranger is dialled again and again',
    rule: 'T3',
    file: 'src/client/connection/step.ts',
    find: 'const strangers = [...machine.strangers, { address, why }]',
    replace: 'const strangers = machine.strangers',
    tests: ['src/client/connection'],
  },
]
