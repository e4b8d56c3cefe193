import { describe, expect, it } from 'vitest'
import { clientMessageSchema } from '../../protocol/client-messages.ts'
import { serverMessageSchema } from '../../protocol/server-messages.ts'
import { seededRandom } from '../seeded-random.ts'
import { sample, shapesOf } from './samples.ts'

describe('samples', () => {
  it.each([
    ['client', clientMessageSchema],
    ['server', serverMessageSchema],
  ])('are valid messages of every type of the %s', (_, schema) => {
    const random = seededRandom(1)
    for (const shape of shapesOf(schema)) {
      // Some miss what only `refine` asks; all types must get through again and again.
      const valid = Array.from({ length: 20 }, () => schema.safeParse(sample(random, shape)))
      expect(valid.filter(({ success }) => success).length, JSON.stringify(shape)).toBeGreaterThan(
        5,
      )
    }
  })

  it('use the ids that exist for the fields that want them', () => {
    const room = '0190a000-0000-7000-8000-000000000001'
    const shapes = shapesOf(clientMessageSchema)
    const typing = shapes.find(({ properties }) => properties?.['type']?.const === 'typing')
    expect(typing && sample(seededRandom(1), typing, { room: [room] })).toMatchObject({ room })
  })
})
