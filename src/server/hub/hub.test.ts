import { describe, expect, it } from 'vitest'
import { hubKit } from '../../testing/hub-kit.ts'

describe('a connection', () => {
  it('[D13] is pinged every 30 s and closed with 4412 after 10 s without an answer', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    const sam = await kit.join('Sam')
    // The first one comes after a second, so that the host is shown a round trip.
    await kit.clock.advance(60_000)
    expect(mara.pings).toBe(2)
    expect(mara.closedWith).toBeUndefined()
    mara.answersPings = false
    await kit.clock.advance(10_000)
    expect(mara.pings).toBe(3)
    expect(mara.closedWith).toBeUndefined()
    await kit.clock.advance(1_000)
    expect(mara.closedWith?.code).toBe(4412)
    expect(sam.closedWith).toBeUndefined()
  })

  it('[D13] answers a probe at once', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    mara.tell({ type: 'ping', nonce: 7 })
    expect(mara.last('pong')).toEqual({ type: 'pong', nonce: 7 })
  })

  it('answers what it does not understand with a typed error, naming the request', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    mara.raw('{"type":"teleport","ref":4}')
    expect(mara.last('error')).toMatchObject({ code: 'unknown-type', ref: 4 })
    mara.raw('not json')
    expect(mara.last('error').code).toBe('malformed')
    mara.raw('{"type":"join-room","ref":5,"room":"x"}')
    expect(mara.last('error')).toMatchObject({ code: 'malformed', ref: 5 })
    for (const frame of ['null', '[]', '3', '"x"', '{}', '{"type":7}', '{"type":"__proto__"}']) {
      mara.raw(frame)
    }
    expect(mara.closedWith).toBeUndefined()
  })

  it('is closed with 4400 after more than 10 malformed frames within a minute', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    for (let index = 0; index < 10; index++) mara.raw('{')
    expect(mara.closedWith).toBeUndefined()
    await kit.clock.advance(60_000)
    for (let index = 0; index < 10; index++) mara.raw('{')
    expect(mara.closedWith).toBeUndefined()
    mara.raw('{')
    expect(mara.closedWith?.code).toBe(4400)
  })

  it('is not closed for types of a newer version', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    for (let index = 0; index < 100; index++) mara.raw('{"type":"hologram"}')
    expect(mara.closedWith).toBeUndefined()
  })

  it('is told of the limit for requests, and closed with 4429 when it does not heed it', async () => {
    const kit = await hubKit({ signalBurst: 5 })
    const mara = await kit.join('Mara')
    for (let ref = 0; ref < 10; ref++) mara.tell({ type: 'browse-rooms', ref })
    expect(mara.last('failed')).toMatchObject({ ref: 9, code: 'rate-limited' })
    for (let ref = 0; ref < 200; ref++) mara.tell({ type: 'browse-rooms', ref })
    expect(mara.closedWith?.code).toBe(4429)
  })
})

describe('draining', () => {
  it('[D16] says when to come back, at different moments, commits what came in, and closes with 1012', async () => {
    const kit = await hubKit()
    const people = [await kit.join('Mara'), await kit.join('Sam'), await kit.join('Eve')]
    const [mara] = people as [(typeof people)[0]]
    const id = mara.post(mara.general, 'at the last moment')
    const done = kit.hub.drain()
    await kit.clock.settle()
    await done
    expect(mara.last('ack').id).toBe(id)
    const delays = people.map((device) => device.last('bye').reconnectAfterMs)
    expect(new Set(delays).size).toBe(3)
    for (const delay of delays) expect(delay).toBeGreaterThan(0)
    for (const device of people) expect(device.closedWith?.code).toBe(1012)
    expect(kit.connect().closedWith?.code).toBe(1012)
    kit.hub.stop()
    expect(kit.clock.pendingTimers()).toBe(0)
  })
})

describe('draining while the store hangs', () => {
  it('[D16] comes to an end, and acknowledges nothing that was not seen to be stored', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    kit.store.commit = () => new Promise(() => {})
    mara.post(mara.general, 'into nothing')
    let isOver = false
    void kit.hub.drain().then(() => (isOver = true))
    await kit.clock.advance(6_000)
    expect(isOver).toBe(true)
    expect(mara.of('ack')).toEqual([])
    expect(mara.closedWith?.code).toBe(1012)
  })
})

describe('draining under load', () => {
  it('[D16] comes to an end although everyone goes on writing, and loses nothing of it', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    const { general } = mara
    const cursor = mara.cursor(general)
    let last = mara.post(general, 'first')
    let done = false
    let rounds = 0
    // One more write in every turn, as on a busy server; given up after 500.
    function goOn(): void {
      if (done || rounds++ > 500) return
      last = mara.post(general, `round ${rounds}`)
      kit.clock.afterTurn(goOn)
    }
    goOn()
    void kit.hub.drain().then(() => (done = true))
    await kit.clock.settle()
    expect(done).toBe(true)
    expect(rounds).toBeLessThan(100)
    await kit.restart()
    const again = kit.connect(mara.person)
    await again.enter(cursor)
    again.post(general, 'the last', last)
    await kit.clock.settle()
    expect(again.last('ack').id).toBe(last)
    expect(again.last('ack').seq).toBeLessThan(cursor.seq + 10)
  })
})

describe('clocks', () => {
  it('[D19] a clock that jumps changes neither order nor limits nor what counts as a resend', async () => {
    const kit = await hubKit()
    const mara = await kit.join('Mara')
    const { general } = mara
    const first = mara.post(general, 'first')
    await kit.clock.settle()
    kit.clock.skewWallClock(-86_400_000)
    const second = mara.post(general, 'second')
    mara.post(general, 'first', first)
    await kit.clock.settle()
    kit.clock.skewWallClock(400 * 86_400_000)
    await kit.clock.advance(1_000)
    expect(mara.closedWith).toBeUndefined()
    expect(mara.of('ack').map(({ id, seq }) => [id, seq])).toEqual([
      [first, 3],
      [second, 4],
      [first, 3],
    ])
  })
})
