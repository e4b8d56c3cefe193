import { expect, it } from 'vitest'
import { hubKit } from '../../testing/hub-kit.ts'

it('[D15] many slow readers together cannot fill the memory: the slowest are closed, the others stay', async () => {
  const kit = await hubKit()
  const mara = await kit.join('Mara')
  const readers = []
  for (const name of ['Ada', 'Ben', 'Cleo']) readers.push(await kit.join(name))
  const [ada, ben, cleo] = readers
  await kit.clock.settle()
  for (const [index, reader] of readers.entries()) {
    reader.paused = true
    for (let i = 0; i <= index; i++) mara.post(mara.general, 'x'.repeat(1_000))
    await kit.clock.settle()
  }
  const before = kit.hub.queuedBytes()
  expect(kit.hub.shed(before)).toBe(0)
  expect(kit.hub.shed(before - 1)).toBe(1)
  expect(ada?.closedWith?.code).toBe(4408)
  expect([ben?.closedWith, cleo?.closedWith, mara.closedWith]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(kit.hub.shed(0)).toBe(2)
  expect(kit.hub.queuedBytes()).toBe(0)
  expect(kit.meter.get('slow-consumers')).toBe(3)
})
