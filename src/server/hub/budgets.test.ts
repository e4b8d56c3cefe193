import { describe, expect, it } from 'vitest'
import { hubKit } from '../../testing/hub-kit.ts'

describe('separate budgets', () => {
  it('typing beyond its budget is not passed on, and takes nothing from the messages', async () => {
    const kit = await hubKit({ typing: { burst: 2, perMinute: 60 } })
    const mara = await kit.join('Mara')
    const sam = await kit.join('Sam')
    await kit.clock.settle()
    const { general } = mara
    for (let i = 0; i < 5; i++) {
      mara.tell({ type: 'typing', room: general, active: true })
      mara.tell({ type: 'typing', room: general, active: false })
    }
    await kit.clock.settle()
    expect(sam.of('typing').filter(({ active }) => active)).toHaveLength(2)
    expect(kit.meter.get('typing-dropped')).toBe(3)
    const id = mara.post(general, 'still heard')
    await kit.clock.settle()
    expect(mara.last('ack')).toMatchObject({ id })
    await kit.clock.advance(1_000)
    mara.tell({ type: 'typing', room: general, active: true })
    await kit.clock.settle()
    expect(sam.of('typing').filter(({ active }) => active)).toHaveLength(3)
  })

  it('history beyond its budget is refused with its limit, and given again later', async () => {
    const kit = await hubKit({ history: { burst: 2, perMinute: 60 } })
    const mara = await kit.join('Mara')
    const ask = async (ref: number): Promise<void> =>
      await mara.ask({ type: 'history', ref, room: mara.general, before: 1, limit: 10 })
    for (const ref of [1, 2, 3]) await ask(ref)
    expect(mara.of('page').map(({ ref }) => ref)).toEqual([1, 2])
    expect(mara.last('failed')).toMatchObject({ ref: 3, code: 'rate-limited' })
    expect(kit.meter.get('history-refused')).toBe(1)
    await kit.clock.advance(1_000)
    await ask(4)
    expect(mara.last('page')).toMatchObject({ ref: 4 })
  })

  it('whoever can take any address of a /64 has the budget of one', async () => {
    const kit = await hubKit({ addressWrites: { burst: 3, perMinute: 60 } })
    const people = [await kit.join('Mara'), await kit.join('Sam')]
    await kit.clock.settle()
    for (const [index, one] of people.entries()) {
      one.address = `2001:db8:1:1::${index}`
      for (let i = 0; i < 2; i++) one.post(one.general, `message ${i}`)
    }
    await kit.clock.settle()
    expect(people.flatMap((one) => one.of('ack'))).toHaveLength(3)
  })

  it('all who come from one address share its budget of messages, and wait instead of losing them', async () => {
    const kit = await hubKit({ addressWrites: { burst: 3, perMinute: 60 } })
    const mara = await kit.join('Mara')
    const sam = await kit.join('Sam')
    await kit.clock.settle()
    const { general } = mara
    for (let i = 0; i < 2; i++) for (const one of [mara, sam]) one.post(general, `message ${i}`)
    await kit.clock.settle()
    expect(mara.of('ack').length + sam.of('ack').length).toBe(3)
    const held = sam.last('held')
    expect(held).toMatchObject({ code: 'rate-limited', retryAfterMs: 1_000 })
    await kit.clock.advance(1_000)
    sam.post(general, 'message 1', held?.id)
    await kit.clock.settle()
    expect(sam.last('ack')).toMatchObject({ id: held?.id })
  })
})
