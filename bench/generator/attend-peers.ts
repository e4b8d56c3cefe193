/** People at the peers: raw ws, socket.io, and bare sockets. See bench/servers for what those do. */
import { type Attend, awaited, TEXT } from './attendance.ts'
import { clientText } from './frames.ts'
import { openLine } from './line.ts'

export interface PeerTerms {
  readonly port: number
  readonly encrypted: boolean
  readonly room: 'common' | 'own'
}

const [LETTER_E, DIGIT_2, DIGIT_3, DIGIT_4, DIGIT_0] = [...Buffer.from('e2340')] as [
  number,
  number,
  number,
  number,
  number,
]

/** JSON in text frames, as people write such servers. */
export function attendWs({ port, encrypted, room }: PeerTerms): Attend {
  return async (person, heard) => {
    const path = `/${room === 'common' ? 'common' : `own-${person}`}`
    const line = await openLine({ port, path, encrypted }, take, heard.fault)
    let sent = 0
    // {"type":"event" or {"type":"ack"
    function take(bytes: Buffer, start: number): void {
      if (bytes[start + 9] === LETTER_E) heard.messages(1)
      else heard.ack()
    }
    return {
      enter: () => Promise.resolve(),
      catchUp: () => Promise.resolve(),
      post: () =>
        line.write(clientText(`{"type":"post","id":"${person}-${++sent}","text":"${TEXT}"}`)),
      close: () => line.close(),
    }
  }
}

/** Nothing but sockets: a byte asks for a frame to everybody. */
export function attendBare({ port, encrypted }: PeerTerms): Attend {
  const POST = Buffer.from('p')
  return async (_, heard) => {
    const line = await openLine({ port, encrypted }, () => heard.messages(1), heard.fault)
    return {
      enter: () => Promise.resolve(),
      catchUp: () => Promise.resolve(),
      post: () => line.write(POST),
      close: () => line.close(),
    }
  }
}

/** engine.io 4 and socket.io 5 over the same plain sockets, with connection state recovery. */
export function attendSocketIo({ port, encrypted, room }: PeerTerms): Attend {
  /** What a person shows when they come back. */
  const recoveries = new Map<number, { readonly pid: string; offset: string | undefined }>()
  const path = '/socket.io/?EIO=4&transport=websocket'
  return async (person, heard) => {
    const opened = awaited()
    const entered = awaited()
    const caughtUp = awaited()
    let wanted = Number.POSITIVE_INFINITY
    let count = 0
    let isLive = false
    let sent = 0
    let lastEvent = Buffer.alloc(0)
    const before = recoveries.get(person)
    const line = await openLine({ port, path, encrypted }, take, (why) => {
      for (const one of [opened, entered, caughtUp]) one.reject(new Error(why))
      heard.fault(why)
    })

    function take(bytes: Buffer, start: number, end: number): void {
      const first = bytes[start]
      if (first === DIGIT_2) return line.say('3')
      if (first === DIGIT_0) return opened.resolve()
      if (first !== DIGIT_4) return
      const second = bytes[start + 1]
      if (second === DIGIT_2) {
        // Its offset is shown after the next break; before that, who is live hears one at most.
        if (!isLive || count === 0) lastEvent = Buffer.from(bytes.subarray(start, end))
        count++
        heard.messages(1)
        if (count === wanted) {
          isLive = true
          caughtUp.resolve()
        }
      } else if (second === DIGIT_3) {
        heard.ack()
      } else if (second === DIGIT_0) {
        const { pid } = JSON.parse(bytes.toString('utf8', start + 2, end)) as { pid: string }
        if (before !== undefined && before.pid !== pid) heard.fault('the state was not recovered')
        recoveries.set(person, { pid, offset: before?.offset })
        entered.resolve()
      } else {
        heard.fault(bytes.toString('utf8', start, end))
      }
    }

    return {
      async enter() {
        await opened.promise
        const shown = { room: room === 'common' ? 'common' : `own-${person}`, ...before }
        line.say(`40${JSON.stringify(shown)}`)
        return entered.promise
      },
      catchUp(missed) {
        wanted = missed
        isLive = count >= missed
        return isLive ? Promise.resolve() : caughtUp.promise
      },
      post: () => line.say(`42${++sent}["post",{"text":"${TEXT}"}]`),
      async close() {
        const recovery = recoveries.get(person)
        if (recovery !== undefined && lastEvent.length > 0) {
          const parts = JSON.parse(lastEvent.toString('utf8', 2)) as unknown[]
          const offset = parts.at(-1)
          if (typeof offset === 'string') recovery.offset = offset
        }
        await line.close()
      },
    }
  }
}
