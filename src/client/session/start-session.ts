import { fingerprintWords } from '../../protocol/fingerprint.ts'
import type { InviteId, RoomId } from '../../protocol/ids.ts'
import { MAX_CURSORS, MAX_TEXT_LENGTH } from '../../protocol/limits.ts'
import type { ClientSession, ClientSessionOptions } from '../client-session.ts'
import { startConnection } from '../connection/connection.ts'
import { isStorageFault } from '../local-db/database.ts'
import type { Replica } from '../local-db/replica.ts'
import type { Logger } from '../logger.ts'
import { createCompose } from '../outbox/compose.ts'
import { createDrain } from '../outbox/drain.ts'
import { createSettlement } from '../outbox/settle.ts'
import { createRequests } from '../requests.ts'
import { createHistory } from '../sync/history.ts'
import { createSync } from '../sync/sync.ts'
import { createTyping } from '../sync/typing.ts'
import { createChanges } from '../view/changes.ts'
import { createPresences } from '../view/presences.ts'
import { createViewer } from '../view/viewer.ts'
import type { SessionEvent, SessionView } from '../views.ts'
import { createArrivals } from './arrivals.ts'
import { type Delivery, type InboxParts, nothingToDo, takeDelivery } from './inbox.ts'
import { createRoomRequests } from './room-requests.ts'
import { loadTimeline } from './load-timeline.ts'
import { createLocalCommands } from './local-commands.ts'
import { deviceKeyOf } from './device-key.ts'
import { takeFrame } from './frame.ts'
import { credentialOf, helloOf, proofOf, withToken } from './hello.ts'
import { createAdmin } from './admin.ts'
import { createFacts } from './session-facts.ts'
import { signedIn } from './signed-in.ts'

/** Of a cursor on the wire, with room to spare. */
const CURSOR_BYTES = 128

/** Wires the parts of a session together. The replica is open and belongs to this session. */
export function startSession(
  options: ClientSessionOptions & { readonly logger: Logger },
  replica: Replica,
): ClientSession {
  const { clock, identity, logger, uuid } = options
  const { database, meta, rooms } = replica
  const self = identity.memberId
  const deviceKey = deviceKeyOf(identity.deviceKey)
  const given = credentialOf(options.session)
  const facts = createFacts(meta, given)
  const listeners = new Set<(event: SessionEvent) => void>()
  const keyWords =
    options.trust.kind === 'pinned' ? { keyWords: fingerprintWords(options.trust.fingerprint) } : {}
  let memberName = identity.memberName
  let presence: 'online' | 'away' = 'online'
  let hosting = false
  let textLimit = MAX_TEXT_LENGTH
  let deliveries: Delivery[] = []
  let turnAhead = false
  let lastTold = ''
  let closed = false

  const presences = createPresences(clock, () => tellEveryone())
  const viewer = createViewer(replica, self, presences)
  const changes = createChanges(viewer, {
    typing: (room) => typing.of(room),
    readSeq: (room, member) => replica.reads.get(room, member),
  })
  const settlement = createSettlement(replica, self, changes)
  const connection = startConnection({
    addresses: lastGoodFirst(options.session.addresses, meta.get('address')),
    trust: options.trust,
    tokens: options.tokens,
    dial: options.dial,
    clock,
    random: options.random,
    logger,
    host: {
      hello: () => helloOf(options, deviceKey, memberName),
      proof(nonce, token) {
        const credential = withToken(facts.credential(), token)
        return proofOf(options, deviceKey, memberName, nonce, credential)
      },
      welcomed(welcome) {
        textLimit = welcome.limits.textLength
        sync.restart()
        learn(() => facts.welcomed(welcome))
        // Rooms that are left out are sent as a snapshot (D10).
        const most = Math.min(MAX_CURSORS, Math.floor(welcome.limits.frameBytes / CURSOR_BYTES))
        orBreak(() => connection.send({ type: 'sync', cursors: rooms.cursors().slice(0, most) }))
      },
      frame: (text) => frame(text),
      settle: turn,
      changed: soon,
      lost() {
        deliveries = []
        drain.stop()
        typing.connectionLost()
        presences.connectionLost()
      },
      tokenOver: (token, reason) => options.tokenOver?.(token, reason),
      goodAddress: (address) => comfort(() => database.write(() => meta.set('address', address))),
    },
  })
  const send: typeof connection.send = (message) => connection.send(message)
  const drainClock = {
    after: (ms: number, run: () => void) => clock.after(ms, () => orBreak(run)),
  }
  const drain = createDrain(replica.outbox, drainClock, send)
  const requests = createRequests(clock, connection.isLive, send)
  const admin = createAdmin({
    requests,
    newInvite: () => uuid() as InviteId,
    isLive: connection.isLive,
    role: facts.role,
    showsToken: connection.showsToken,
  })
  const arrivals = createArrivals(clock)
  const typing = createTyping(clock, send, (room) => {
    changes.typing(room)
    soon()
  })
  const history = createHistory({ replica, self, changes, settlement, requests })
  const sync = createSync({
    replica,
    self,
    changes,
    settlement,
    ask: (message) => send(message),
    arrived: arrivals.arrived,
    wasGone: arrivals.gone,
    posted: (room, member) => typing.heard(room, member, false),
    skipped: history.skipped,
  })
  const compose = createCompose({
    replica,
    self,
    clock,
    uuid,
    changes,
    settlement,
    textLimit: () => textLimit,
  })
  const roomRequests = createRoomRequests({
    requests,
    arrivals,
    newRoom: () => uuid() as RoomId,
    isHere: (room) => rooms.get(room)?.left_it === 0,
    left: (room) => {
      comfort(() => database.write(() => sync.gone(room)))
      soon()
    },
  })
  const localCommands = createLocalCommands({
    replica,
    self,
    compose,
    changes,
    drain,
    typing,
    logger,
    changed: soon,
    tellServer: (message) => void (connection.isLive() && send(message)),
  })
  const parts: InboxParts = {
    replica,
    self,
    changes,
    drain,
    facts,
    presences,
    requests,
    settlement,
    sync,
    typing,
    textLimit: () => textLimit,
  }

  /** What the server says of the session and of this person's place in it. */
  function learn(take: () => boolean): void {
    comfort(() => {
      if (database.write(take)) soon()
    })
  }

  const frame = (text: string): void =>
    takeFrame(text, {
      input: connection.input,
      logger,
      rejected(message) {
        // What came before it counts, also when it is the end (I5).
        turn()
        // A server that forgot this device is shown the invite when the person tries again.
        if (message.code === 'unauthorized') presentAgain()
        const bare = given === undefined && !facts.wasLetIn()
        connection.input({ kind: 'rejected', rejected: message, bare })
      },
      session: (told) => learn(() => facts.session(told)),
      admin: admin.snapshot,
      refused: requests.refuse,
      delivery(message) {
        deliveries.push(message)
        soon()
      },
    })

  /** At the end of the turn: one transaction for all that arrived, then one telling of all that changed. */
  function soon(): void {
    if (turnAhead || closed) return
    turnAhead = true
    clock.afterTurn(() => {
      turnAhead = false
      turn()
    })
  }

  function turn(): void {
    if (closed) return
    takeDeliveries()
    comfort(tell)
  }

  /** What can be missed without losing anything: a full or broken disk must not end the app. */
  function comfort(attempt: () => void): void {
    try {
      attempt()
    } catch (error) {
      if (!isStorageFault(error)) throw error
      logger.error('the local database cannot be used', { code: error.code })
    }
  }

  /** What must be read to go on: a damaged file ends the connection, which says so, and not the app. */
  function orBreak(attempt: () => void): void {
    try {
      attempt()
    } catch (error) {
      if (!isStorageFault(error)) throw error
      logger.error('the local database cannot be read', { code: error.code })
      connection.input({ kind: 'broken' })
    }
  }

  function takeDeliveries(): void {
    const taken = deliveries
    if (taken.length === 0) return
    deliveries = []
    const after = nothingToDo()
    try {
      database.write(() => {
        for (const message of taken) takeDelivery(parts, message, after)
      })
    } catch (error) {
      logger.error('what arrived could not be stored', { error: describe(error) })
      // Nothing of it was kept, the cursors neither: the next connection brings it again (D7).
      return connection.input({ kind: 'broken' })
    }
    if (after.planned !== null) connection.input({ kind: 'plan', events: after.planned })
    if (after.received > 0) connection.input({ kind: 'received', events: after.received })
    for (const answer of after.answers) requests.answer(answer)
    for (const { ref, code } of after.refusals) requests.refuse(ref, code)
    orBreak(() => {
      if (after.synced) goLive()
      if (after.roleChanged) admin.roleChanged()
      for (const room of after.rooms) drain.pump(room)
    })
  }

  function goLive(): void {
    connection.input({ kind: 'synced' })
    if (!connection.isLive()) return
    presences.connectionBack()
    drain.start()
    for (const { room, seq } of replica.reads.unsent(self)) send({ type: 'read', room, seq })
    if (presence !== 'online') send({ type: 'presence', presence })
    requests.resume()
    admin.live()
  }

  function tell(): void {
    const events = changes.take()
    const session = view()
    const told = JSON.stringify(session)
    if (told !== lastTold) {
      lastTold = told
      events.push({ type: 'session', session })
    }
    for (const event of events) for (const listener of [...listeners]) listener(event)
  }

  function presentAgain(): void {
    comfort(() => database.write(facts.presentAgain))
  }

  function tellEveryone(): void {
    for (const { id } of replica.people.all()) changes.person(id)
    soon()
  }

  function view(): SessionView {
    const { waiting, failed } = replica.outbox.counts()
    const unread = viewer.unread()
    return {
      id: options.session.id,
      name: facts.name() ?? options.session.name,
      hosting,
      self: { memberId: self, name: memberName, role: facts.role() },
      locked: facts.locked(),
      readOnly: facts.readOnly(),
      connection: connection.view(),
      ...keyWords,
      ...(facts.wasLetIn() ? {} : { newcomer: true as const }),
      queued: waiting,
      failed,
      unread: unread.all,
      unreadDirect: unread.direct,
    }
  }

  return {
    view,
    contents: () => ({ rooms: viewer.rooms(), people: viewer.people() }),
    timeline: (room, range) =>
      loadTimeline(
        { rooms, viewer, history, isLive: connection.isLive, loaded: soon },
        room,
        range,
      ),
    ...localCommands,
    search: (query, limit) => replica.search.find(query, limit),
    ...roomRequests,

    connect: () => connection.input({ kind: 'connect' }),
    disconnect: () => connection.input({ kind: 'disconnect' }),
    connectNow: () => connection.input({ kind: 'connect-now' }),
    updateAddresses: (addresses) => connection.input({ kind: 'addresses', addresses }),
    systemEvent: (kind) => connection.input({ kind }),
    setPresence(wanted) {
      if (presence === wanted) return
      presence = wanted
      if (connection.isLive()) send({ type: 'presence', presence })
    },
    rename(name) {
      if (name === memberName) return
      memberName = name
      connection.input({ kind: 'reconnect' })
      soon()
    },
    presentAgain,
    signIn: async (token) => signedIn(await connection.signIn(token), connection.view()),
    admin,
    setHosting(now) {
      hosting = now
      soon()
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      if (closed) return
      connection.close()
      closed = true
      requests.close()
      admin.close()
      arrivals.close()
      typing.close()
      presences.close()
      listeners.clear()
      database.close()
    },
  }
}

function lastGoodFirst(addresses: readonly string[], good: string | undefined): readonly string[] {
  return good !== undefined && addresses.includes(good)
    ? [good, ...addresses.filter((address) => address !== good)]
    : addresses
}

/** A message of the database names columns and codes, never what people wrote. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'
}
