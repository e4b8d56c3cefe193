import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Entered, Person } from '../guest/identify.ts'
import type { ForeignDoor, ForeignDoorPorts } from '../foreign-door.ts'
import { createForeignUpgrades, type Decision } from '../foreign-upgrades.ts'
import { createRecentIds } from '../recent-ids.ts'
import { createHubConnection, type HubConnection } from './hub-connection.ts'
import { defaultTimes, type SignalrTimes } from './times.ts'
import { createNegotiated, type Negotiated } from './negotiated.ts'
import { answerNegotiate, type NegotiateRequest, readNegotiate } from './negotiate.ts'

export const SIGNALR_PATH = '/hubs/chat'
/** Holds the longest message with every character escaped. */
const MAX_MESSAGE_BYTES = 131_072
const TICK_MS = 1_000
/**
 * Begins the tokens of connections that cannot be resumed: any node takes them, so that negotiating at one and
 * connecting at another needs no affinity. They stand for nothing else; who it is is asked again.
 */
const ANYWHERE = 'any.'
const AUTHENTICATED_KEPT = 10_000

/** The hub of the guide, for clients of ASP.NET Core SignalR. */
export function createSignalrDoor(
  ports: ForeignDoorPorts,
  options: { readonly times?: Partial<SignalrTimes> } = {},
): ForeignDoor {
  const { identify, clock, limits } = ports
  const times = { ...defaultTimes, ...options.times }
  const negotiated = createNegotiated(clock)
  const connections = new Set<HubConnection>()
  const authenticated = createRecentIds(AUTHENTICATED_KEPT)
  const upgrades = createForeignUpgrades(ports, { subprotocols: [], decide })
  let cancelTick = clock.after(TICK_MS, tick)

  function tick(): void {
    cancelTick = clock.after(TICK_MS, tick)
    negotiated.tick()
    for (const connection of connections) connection.tick()
  }

  async function negotiate(request: NegotiateRequest, response: ServerResponse): Promise<void> {
    const who = await identify.whoIs(request.request)
    if (who.kind === 'refused') return answerNegotiate(request, response, who)
    const connectionId = ports.uuid()
    const { mayResume, version } = request
    // Version 0 knows no token beside the id.
    const token = version === 0 ? connectionId : `${mayResume ? '' : ANYWHERE}${ports.uuid()}`
    const entry = negotiated.add(token, { connectionId, member: who.person.memberId, mayResume })
    const tooMany = { kind: 'refused', status: 503, message: 'Too many are connecting.' } as const
    answerNegotiate(request, response, entry === undefined ? tooMany : { ...entry, token })
  }

  function begin(
    person: Person,
    entered: Entered,
    token: string | undefined,
    entry: Negotiated | undefined,
  ): HubConnection {
    const connection = createHubConnection({
      ...ports,
      connectionId: entry?.connectionId ?? ports.uuid(),
      ...{ person, entered, times, authenticated },
      mayResume: entry?.mayResume === true,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      maxQueuedBytes: limits.maxQueuedBytes,
      ended() {
        connections.delete(connection)
        if (token !== undefined) negotiated.delete(token)
      },
    })
    connections.add(connection)
    if (entry !== undefined) entry.connection = connection
    return connection
  }

  function accept(connection: HubConnection, abandoned: () => void): Decision {
    return {
      ...{ kind: 'accepted', abandoned },
      userOf(line) {
        connection.attach(line)
        return {
          receive: (data) => connection.receive(line, data),
          pong: () => connection.pong(line),
          tooSlow: () => connection.tooSlow(),
          closed: () => connection.lineClosed(line),
          isAdmitted: connection.isAdmitted,
        }
      },
    }
  }

  async function decide(request: IncomingMessage): Promise<Decision> {
    const token =
      new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('id') ?? undefined
    const who = await identify.whoIs(request)
    if (who.kind === 'refused') return who
    const entry = token === undefined ? undefined : negotiated.get(token)
    if (token?.startsWith(ANYWHERE) === false && entry === undefined) return refused(404)
    // The token of the connection is a secret, and still no way to become somebody else.
    if (entry !== undefined && entry.member !== who.person.memberId) return refused(403)
    if (entry?.connection !== undefined) {
      const { connection } = entry
      return connection.mayAttach() ? accept(connection, () => {}) : refused(409)
    }
    const entered = identify.enter(who.person, 'SignalR client')
    if (entered.kind === 'refused') return entered
    const connection = begin(who.person, entered, token, entry)
    return accept(connection, connection.shutDown)
  }

  return {
    upgrade: upgrades.upgrade,
    answer(request, response) {
      const read = readNegotiate(request, SIGNALR_PATH, limits.allowedOrigins)
      if (read === undefined) return false
      if (read.kind === 'answered') read.answer(response)
      else void negotiate(read, response)
      return true
    },
    closed(timeoutMs) {
      for (const connection of connections) connection.shutDown()
      return upgrades.closed(timeoutMs)
    },
    stop() {
      cancelTick()
    },
  }
}

function refused(status: number): Decision {
  return { kind: 'refused', status }
}
