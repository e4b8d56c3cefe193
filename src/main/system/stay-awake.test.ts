import { expect, it } from 'vitest'
import { createStayAwake } from './stay-awake.ts'

it('holds the computer awake once while it is wanted, and lets it go', () => {
  const log: string[] = []
  const awake = createStayAwake({
    start: (type) => log.push(type),
    stop: (id) => log.push(`stop ${id}`),
  })
  awake.follow(false)
  awake.follow(true)
  awake.follow(true)
  awake.follow(false)
  awake.follow(false)
  expect(log).toEqual(['prevent-app-suspension', 'stop 1'])
})
