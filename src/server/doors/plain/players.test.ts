import { beforeEach, describe, expect, it } from 'vitest'
import type { MessageId, RoomId } from '../../../protocol/ids.ts'
import type { Signal } from '../../hub/ports.ts'
import { open, seal, type SentSignal } from '../../fan-out/redis/envelope.ts'
import { createRecentIds, type RecentIds } from '../recent-ids.ts'
import { createPlayers, type Player, type Players } from './players.ts'

const arena = '0192d3a4-0000-7000-8000-000000000101' as RoomId
const cave = '0192d3a4-0000-7000-8000-000000000102' as RoomId
const post = '0192d3a4-0000-7000-8000-000000000201' as MessageId

describe('players at several nodes', () => {
  const listeners = new Set<(signal: Signal) => void>()
  let isCut = false
  beforeEach(() => {
    listeners.clear()
    isCut = false
  })

  /** Every signal goes through the envelope in which nodes send it to each other. */
  function node(name: string): { readonly players: Players; readonly relayed: RecentIds } {
    const relayed = createRecentIds(10)
    let own: ((signal: Signal) => void) | undefined
    const fanOut = {
      publish(signal: Signal) {
        own?.(signal)
        const carried = open(seal(name, signal as SentSignal))
        if (carried === undefined) throw new Error('the envelope does not take it')
        for (const listener of listeners) {
          if (listener !== own && !isCut) listener(carried)
        }
      },
      subscribe(listener: (signal: Signal) => void) {
        own = listener
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    }
    return { players: createPlayers({ fanOut, node: name, relayed }), relayed }
  }

  class Somebody implements Player {
    readonly heard: (string | Buffer)[] = []
    isIn = true
    readonly room: RoomId
    constructor(room: RoomId) {
      this.room = room
    }
    isInRoom(): boolean {
      return this.isIn
    }
    relay(data: string | Buffer): void {
      this.heard.push(data)
    }
  }

  it('hear what the others in their room say, wherever those are, once, and bytes as bytes', () => {
    const [here, there] = [node('here'), node('there')]
    const [ada, bea, cora] = [new Somebody(arena), new Somebody(arena), new Somebody(cave)]
    const dora = new Somebody(arena)
    for (const player of [ada, dora]) here.players.enter(player)
    for (const player of [bea, cora]) there.players.enter(player)
    const bytes = Buffer.from([0, 255, 128, 10])
    here.players.relay(ada, '{"x":1}')
    here.players.relay(ada, bytes)
    expect(bea.heard).toEqual(['{"x":1}', bytes])
    expect(dora.heard).toEqual(['{"x":1}', bytes])
    there.players.relay(bea, 'back')
    expect(ada.heard).toEqual(['back'])
    expect(cora.heard).toEqual([])
  })

  it('may be as long as a frame of a player is, at other nodes too', () => {
    const [here, there] = [node('here'), node('there')]
    const [ada, bea] = [new Somebody(arena), new Somebody(arena)]
    here.players.enter(ada)
    there.players.enter(bea)
    for (const data of [Buffer.alloc(65_536, 7), '\u0000'.repeat(65_536)]) {
      here.players.relay(ada, data)
      expect(bea.heard.at(-1)).toEqual(data)
    }
  })

  it('are not told again by the room what they were told by the other node', () => {
    const [here, there, third] = [node('here'), node('there'), node('third')]
    const [ada, bea] = [new Somebody(arena), new Somebody(arena)]
    here.players.enter(ada)
    there.players.enter(bea)
    here.players.relay(ada, '{"level":7}', post)
    expect([here, there].map(({ relayed }) => relayed.has(post))).toEqual([true, true])
    // Who was told of nothing is told by the room, and so is everybody when the signal is lost.
    expect(third.relayed.has(post)).toBe(false)
    isCut = true
    const other = post.replace(/1$/, '2') as MessageId
    here.players.relay(ada, '{"level":8}', other)
    expect(there.relayed.has(other)).toBe(false)
    expect(bea.heard).toHaveLength(1)
  })

  it('neither speak nor hear once they are not in the room any more', () => {
    const [here, there] = [node('here'), node('there')]
    const [ada, bea] = [new Somebody(arena), new Somebody(arena)]
    here.players.enter(ada)
    const leave = there.players.enter(bea)
    bea.isIn = false
    here.players.relay(ada, 'unheard')
    there.players.relay(bea, 'unsaid')
    bea.isIn = true
    leave()
    here.players.relay(ada, 'unheard')
    there.players.stop()
    there.players.enter(bea)
    here.players.relay(ada, 'unheard')
    expect([ada.heard, bea.heard]).toEqual([[], []])
  })
})
