import type { Dial } from '../../client/connection/wire-socket.ts'
import type { ManualClock } from '../manual-clock.ts'
import { type LinkEnd, type MemoryLink, memoryLink } from '../memory-link.ts'
import type { MortalClock } from '../mortal-clock.ts'
import type { SeededRandom } from '../seeded-random.ts'

/** Where a link arrives: a running server, or nothing. */
export type Accept = (end: LinkEnd) => void

interface OpenLink {
  readonly link: MemoryLink
  readonly life: MortalClock
}

/** Probability that a frame is followed by a write that was acknowledged already, as from a confused client. */
const DUPLICATE_CHANCE = 0.02

const submittedId = (frame: string): string | undefined =>
  /^\{"type":"submit","id":"([^"]+)"/.exec(frame)?.[1]
const ackedId = (frame: string): string | undefined =>
  /^\{"type":"ack","id":"([^"]+)"/.exec(frame)?.[1]

/** All lines between devices and the one server, with the faults the seed chooses. */
export class SimulatedNetwork {
  /** Undefined while the server is down: dialling is refused. */
  accept: Accept | undefined
  faults = true
  private readonly links = new Set<OpenLink>()
  private readonly clock: ManualClock
  private readonly random: SeededRandom

  constructor(clock: ManualClock, random: SeededRandom) {
    this.clock = clock
    this.random = random
  }

  private delay(): number {
    if (!this.faults) return 5
    return this.random.chance(0.03) ? this.random.int(500, 4_000) : this.random.int(0, 60)
  }

  /** The `dial` of one running copy of the client. */
  dialer(life: MortalClock): Dial {
    return (_url, listener) => {
      const link = memoryLink(this.clock, () => this.delay())
      const [near, far] = link.ends
      const open: OpenLink = { link, life }
      let listening = true
      const whileListening = (run: () => void): void => {
        if (listening && life.alive()) run()
      }
      const sent = new Map<string, string>()
      const acknowledged: string[] = []
      near.onFrame = (frame) =>
        whileListening(() => {
          const frameOfAck = sent.get(ackedId(frame) ?? '')
          if (frameOfAck !== undefined) acknowledged.push(frameOfAck)
          listener.frame(frame)
        })
      near.onPing = () => whileListening(() => listener.heard())
      near.onClose = (code) =>
        whileListening(() => {
          listening = false
          listener.closed(code, '')
        })
      this.clock.after(this.delay(), () => {
        if (this.accept === undefined || link.state() === 'cut') {
          whileListening(() => {
            listening = false
            listener.closed(1006, 'ECONNREFUSED')
          })
          return
        }
        this.links.add(open)
        this.accept(far)
        whileListening(() => listener.opened())
      })
      return {
        send: (frame) => {
          near.send(frame)
          const id = submittedId(frame)
          // A copy does not claim to be the first that waits: it is not.
          if (id !== undefined) sent.set(id, frame.replace(',"head":true', ''))
          if (this.faults && acknowledged.length > 0 && this.random.chance(DUPLICATE_CHANCE)) {
            near.send(this.random.pick(acknowledged))
          }
        },
        close: (code, reason) => {
          listening = false
          near.close(code, reason)
        },
        // The other side is not told: it finds out when its own network does. What is in flight may
        // still arrive there, after the device has connected anew.
        drop: () => {
          listening = false
          this.lose(open, this.random.chance(0.5))
        },
      }
    }
  }

  /** Cuts the line; each side notices at a moment of its own, up to a minute later. */
  private lose(open: OpenLink, inFlightToo = true): void {
    if (!this.links.delete(open)) return
    if (inFlightToo) open.link.cut()
    for (const end of [0, 1] as const) {
      this.clock.after(this.random.int(0, this.faults ? 60_000 : 1_000), () =>
        open.link.notice(end),
      )
    }
  }

  cutOne(): void {
    if (this.links.size > 0) this.lose(this.random.pick([...this.links]))
  }

  cutAllOf(life: MortalClock): void {
    for (const open of this.links) if (open.life === life) this.lose(open)
  }

  /** The server's process died: its system closes every socket at once, what was in flight is gone. */
  serverDied(): void {
    this.accept = undefined
    for (const open of this.links) {
      open.link.cut()
      this.clock.after(this.random.int(0, 200), () => open.link.notice(0))
    }
    this.links.clear()
  }
}
