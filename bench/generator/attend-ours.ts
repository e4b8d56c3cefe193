/** People at our server by the native door, with frames as PROTOCOL.md has them. */
import { TLSSocket } from 'node:tls'
import { uuidv7 } from 'uuidv7'
import { deviceKeyOf } from '../../src/client/session/device-key.ts'
import { fingerprintOf } from '../../src/client/connection/host-trust.ts'
import { NO_CHANNEL, proofText } from '../../src/protocol/device-proof.ts'
import { type ServerMessage, serverMessageSchema } from '../../src/protocol/server-messages.ts'
import { PROTOCOL_VERSION, SUBPROTOCOL } from '../../src/protocol/version.ts'
import type { Roster, RosterPerson } from '../stores/roster.ts'
import { type Attend, awaited, TEXT } from './attendance.ts'
import { clientText } from './frames.ts'
import { type Line, openLine } from './line.ts'

/** `{"type":"events","room":"…","epoch":"…","events":[{"seq":` — the first number follows. */
const FIRST_SEQ_AT =
  '{"type":"events","room":"'.length + 36 + '","epoch":"'.length + 36 + '","events":[{"seq":'.length
const ROOM_AT = '{"type":"events","room":"'.length
/** Where the name of a frame's type begins. */
const TYPE_AT = '{"type":"'.length
const [LETTER_A, LETTER_E, LETTER_P, LETTER_R, LETTER_V, LETTER_C, ZERO] = [
  ...Buffer.from('aeprvc0'),
] as [number, number, number, number, number, number, number]

export interface OurTerms {
  readonly port: number
  readonly encrypted: boolean
  readonly roster: Roster
  /** Where people write: in the room of all, or each in one of their own. */
  readonly room: 'common' | 'own'
}

export function attendOurs({ port, encrypted, roster, room }: OurTerms): Attend {
  const keys = new Map<string, ReturnType<typeof deviceKeyOf>>()
  const opening = { port, encrypted, path: '/ws', subprotocol: SUBPROTOCOL }
  const lengths = createEventCounts()

  function personOf(number: number): RosterPerson {
    const person = roster.people[number]
    if (person === undefined) throw new Error(`there is no person ${number}`)
    return person
  }
  function keyOf(person: RosterPerson): ReturnType<typeof deviceKeyOf> {
    let key = keys.get(person.device)
    if (key === undefined) keys.set(person.device, (key = deviceKeyOf(person.seed)))
    return key
  }
  // Their keys are read before anything is measured; what they sign, they sign on the way in.
  for (const person of roster.people) keyOf(person)

  return async (number, heard) => {
    const person = personOf(number)
    const target = room === 'common' ? roster.common : person.room
    const roomByte = target.id.charCodeAt(35)
    const entered = awaited()
    const synced = awaited()
    let expected = 0

    const line: Line = await openLine(opening, take, (why) => {
      const fault = new Error(`a person was sent away: ${why}`)
      entered.reject(fault)
      synced.reject(fault)
      heard.fault(why)
    })

    function take(bytes: Buffer, start: number, end: number): void {
      const first = bytes[start + TYPE_AT]
      const second = bytes[start + TYPE_AT + 1]
      if (first === LETTER_E && second === LETTER_V) takeEvents(bytes, start, end)
      else if (first === LETTER_A && second === LETTER_C) heard.ack()
      // People, plan, read positions: not looked into.
      else if (first === LETTER_P || isReads(bytes, start)) return
      else hear(serverMessageSchema.parse(JSON.parse(bytes.toString('utf8', start, end))))
    }

    function takeEvents(bytes: Buffer, start: number, end: number): void {
      // Ids of rooms differ in their last character at least.
      if (bytes[start + ROOM_AT + 35] !== roomByte) return
      let at = start + FIRST_SEQ_AT
      let seq = 0
      for (let digit = bytes[at] ?? 0; digit >= ZERO && digit <= ZERO + 9;) {
        seq = seq * 10 + digit - ZERO
        digit = bytes[++at] ?? 0
      }
      const count = lengths(seq, bytes, start, end)
      if (expected !== 0 && seq !== expected) heard.fault(`event ${seq} instead of ${expected}`)
      expected = seq + count
      heard.messages(count)
    }

    function hear(message: ServerMessage): void {
      if (message.type === 'challenge') prove(message)
      else if (message.type === 'welcome') entered.resolve()
      else if (message.type === 'synced') synced.resolve()
      else if (message.type !== 'reset') heard.fault(JSON.stringify(message))
    }

    const said = {
      member: { id: person.member, name: person.name },
      device: { id: person.device, name: 'bench', key: person.key },
    }
    const encodedRoom = `","room":"${target.id}","operation":{"kind":"post","text":"${TEXT}"}}`

    function prove({ nonce, session }: Extract<ServerMessage, { type: 'challenge' }>): void {
      const { socket } = line
      const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
      const channel = certificate === undefined ? NO_CHANNEL : fingerprintOf(certificate.publicKey)
      const text = proofText({ session: session.id, channel, nonce, ...said })
      line.say(JSON.stringify({ type: 'proof', signature: keyOf(person).sign(text) }))
    }

    return {
      enter() {
        line.say(JSON.stringify({ type: 'hello', versions: [PROTOCOL_VERSION], ...said }))
        return entered.promise
      },
      catchUp(missed) {
        const cursors = [roster.common, person.room].map(({ id, epoch, head }) => ({
          ...{ room: id, epoch },
          seq: id === roster.common.id ? head - missed : head,
        }))
        line.say(JSON.stringify({ type: 'sync', cursors }))
        return synced.promise
      },
      post: () => line.write(clientText(`{"type":"submit","id":"${uuidv7()}${encodedRoom}`)),
      close: () => line.close(),
    }
  }
}

/** `reads`, not `reset`, `rejected` or `refused`. */
function isReads(bytes: Buffer, start: number): boolean {
  return bytes[start + TYPE_AT] === LETTER_R && bytes[start + TYPE_AT + 2] === LETTER_A
}

/** How many events a frame holds: each different frame is looked into once, however many people are sent it. */
function createEventCounts(): (seq: number, bytes: Buffer, start: number, end: number) => number {
  const known = new Map<number, number>()
  return (seq, bytes, start, end) => {
    const key = seq * 2_097_152 + (end - start)
    let count = known.get(key)
    if (count === undefined) {
      const { events } = JSON.parse(bytes.toString('utf8', start, end)) as {
        events: { seq: number }[]
      }
      // Where the number lies is known by heart, and looked up here.
      if (events[0]?.seq !== seq) throw new Error('the wire has another form than the generator')
      count = events.length
      if (known.size > 10_000) known.clear()
      known.set(key, count)
    }
    return count
  }
}
