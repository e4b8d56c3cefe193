import type { Hello } from '../../protocol/client-messages.ts'
import { decodeServerMessage } from '../../protocol/codec.ts'
import type { RoomId } from '../../protocol/ids.ts'
import { MAX_CURSORS, MAX_TEXT_LENGTH } from '../../protocol/limits.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { ClientSession, ClientSessionOptions } from '../client-session.ts'
import { startConnection } from '../connection/connection.ts'
import { isStorageFault, storageWords, type Synchronous } from '../local-db/database.ts'
import type { Replica } from '../local-db/replica.ts'
import type { Logger } from '../logger.ts'
import { createCompose } from '../outbox/compose.ts'
import { createDrain } from '../outbox/drain.ts'
import { createSettlement } from '../outbox/settle.ts'
import { createRequests } from '../requests.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import { createHistory } from '../sync/history.ts'
import { createSync } from '../sync/sync.ts'
import { createTyping } from '../sync/typing.ts'
import { unreadAfter } from '../sync/unread.ts'
import { createChanges } from '../view/changes.ts'
import { createPresences } from '../view/presences.ts'
import { createViewer } from '../view/viewer.ts'
import type { SessionEvent, SessionView } from '../views.ts'
import { createArrivals } from './arrivals.ts'
import { type Delivery, type InboxParts, nothingToDo, takeDelivery } from './inbox.ts'
import { createRoomRequests } from './room-requests.ts'
import { loadTimeline } from './load-timeline.ts'

/** Wires the parts of a session together. The replica is open and belongs to this session. */
export function startSession(
  options: ClientSessionOptions & { readonly logger: Logger },
  replica: Replica,
): ClientSession {
  const { clock, identity, logger, uuid } = options
  const { database, meta, rooms } = replica
  const self = identity.memberId
  const listeners = new Set<(event: SessionEvent) => void>()
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
    dial: options.dial,
    clock,
    random: options.random,
    logger,
    host: {
      hello,
      welcomed(welcome) {
        textLimit = welcome.limits.textLength
        sync.restart()
        rememberName(welcome.session.name)
        connection.send({ type: 'sync', cursors: rooms.cursors().slice(0, MAX_CURSORS) })
      },
      frame,
      settle: turn,
      changed: soon,
      lost() {
        deliveries = []
        drain.stop()
        typing.connectionLost()
        presences.connectionLost()
      },
      goodAddress: (address) => database.write(() => meta.set('address', address)),
    },
  })
  const send: typeof connection.send = (message) => connection.send(message)
  const drain = createDrain(replica.outbox, clock, send)
  const requests = createRequests(clock, connection.isLive, send)
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
      database.write(() => sync.gone(room))
      soon()
    },
  })
  const parts: InboxParts = {
    replica,
    self,
    changes,
    drain,
    presences,
    requests,
    settlement,
    sync,
    typing,
    textLimit: () => textLimit,
  }

  function hello(): Hello {
    const { secret } = options.session
    return {
      type: 'hello',
      versions: [...SUPPORTED_VERSIONS],
      session: options.session.id,
      member: { id: self, key: identity.memberKey, name: memberName },
      device: { id: identity.deviceId, name: identity.deviceName },
      ...(secret === undefined ? {} : { credential: { kind: 'secret', secret } }),
      ...(options.app === undefined ? {} : { client: options.app }),
    }
  }

  function rememberName(name: string): void {
    if (name === '' || name === meta.get('name')) return
    database.write(() => meta.set('name', name))
    soon()
  }

  function frame(text: string): void {
    const decoded = decodeServerMessage(text)
    if (decoded.kind === 'fault') {
      // A newer server may say what this version does not know; the log heals what matters (D9).
      logger.warn('frame not understood', { type: decoded.type, reason: decoded.message })
      return
    }
    const { message } = decoded
    switch (message.type) {
      case 'welcome':
        return connection.input({ kind: 'welcome', welcome: message })
      case 'rejected':
        logger.warn('handshake rejected', { code: message.code, reason: message.message })
        return connection.input({ kind: 'rejected', rejected: message })
      case 'bye':
        return connection.input({ kind: 'bye', reconnectAfterMs: message.reconnectAfterMs })
      case 'pong':
        return connection.input({ kind: 'pong', nonce: message.nonce })
      case 'error':
        logger.warn('the server did not accept a frame', { code: message.code })
        if (message.ref !== undefined) requests.refuse(message.ref, message.code)
        return
      case 'plan':
      case 'people':
      case 'events':
      case 'reset':
      case 'room-gone':
      case 'synced':
      case 'ack':
      case 'refused':
      case 'held':
      case 'done':
      case 'page':
      case 'directory':
      case 'failed':
      case 'reads':
      case 'typing':
        deliveries.push(message)
        soon()
    }
  }

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
    tell()
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
      logger.error('what arrived could not be stored', { error: String(error) })
      // Nothing of it was kept, the cursors neither: the next connection brings it again (D7).
      return connection.input({ kind: 'broken' })
    }
    if (after.planned !== null) connection.input({ kind: 'plan', events: after.planned })
    if (after.received > 0) connection.input({ kind: 'received', events: after.received })
    for (const answer of after.answers) requests.answer(answer)
    for (const { ref, code } of after.refusals) requests.refuse(ref, code)
    if (after.synced) goLive()
    for (const room of after.rooms) drain.pump(room)
  }

  function goLive(): void {
    connection.input({ kind: 'synced' })
    if (!connection.isLive()) return
    presences.connectionBack()
    drain.start()
    for (const { room, seq } of replica.reads.unsent(self)) send({ type: 'read', room, seq })
    if (presence !== 'online') send({ type: 'presence', presence })
    requests.resume()
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

  function tellEveryone(): void {
    for (const { id } of replica.people.all()) changes.person(id)
    soon()
  }

  function view(): SessionView {
    const { waiting, failed } = replica.outbox.counts()
    const unread = viewer.unread()
    return {
      id: options.session.id,
      name: meta.get('name') ?? options.session.name,
      hosting,
      self: { memberId: self, name: memberName },
      connection: connection.view(),
      queued: waiting,
      failed,
      unread: unread.all,
      unreadDirect: unread.direct,
    }
  }

  /** A person's write: on disk when this returns (D1), or not done at all. */
  function write<Value>(room: RoomId, change: () => ClientResult<Value>): ClientResult<Value> {
    try {
      const result = database.writeDurably(change as () => Synchronous<ClientResult<Value>>)
      if (result.ok) drain.pump(room)
      return result
    } catch (error) {
      if (!isStorageFault(error)) throw error
      logger.error('a write could not be stored', { code: error.code })
      return fail('internal', storageWords(error))
    } finally {
      soon()
    }
  }

  function noSuchRoom() {
    return fail('no-such-room', 'This room does not exist any more.')
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
    send: (room, text, replyTo) => {
      typing.say(room, false)
      return write(room, () => compose.send(room, text, replyTo))
    },
    edit: (room, message, text) => write(room, () => compose.edit(room, message, text)),
    delete: (room, message) => write(room, () => compose.delete(room, message)),
    react: (room, message, emoji) =>
      write(room, () => compose.react('react', room, message, emoji)),
    unreact: (room, message, emoji) =>
      write(room, () => compose.react('unreact', room, message, emoji)),
    retry: (room, id) => write(room, () => compose.retry(room, id)),
    discard: (room, id) => write(room, () => compose.discard(room, id)),
    markRead(room, wanted) {
      const row = rooms.get(room)
      if (row === undefined) return noSuchRoom()
      const seq = Math.min(wanted, row.cursor)
      if (seq <= row.read_seq) return succeed(null)
      database.write(() => {
        rooms.setReadSeq(room, seq)
        rooms.setUnread(room, unreadAfter(replica, self, room, seq, row.unread))
        changes.room(room)
      })
      // Sent again with the next connection unless the server tells it back.
      if (connection.isLive()) send({ type: 'read', room, seq })
      soon()
      return succeed(null)
    },
    setTyping(room, active) {
      if (rooms.get(room)?.left_it === 0) typing.say(room, active)
    },
    setDraft: (room, text) =>
      write(room, () => {
        if (rooms.get(room) === undefined) return noSuchRoom()
        replica.drafts.set(room, text)
        changes.room(room)
        return succeed(null)
      }),
    reads: (room) =>
      rooms.get(room) === undefined ? noSuchRoom() : succeed(replica.reads.of(room)),
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
