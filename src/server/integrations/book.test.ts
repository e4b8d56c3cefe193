import { expect, it } from 'vitest'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { memoryIntegrations } from '../../testing/memory-integrations.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { inProcessFanOut } from '../fan-out/in-process.ts'
import { openBook } from './book.ts'

it('knows of programs that other nodes made while they could not be heard', async () => {
  const random = seededRandom(1)
  const store = memoryIntegrations()
  const fanOut = inProcessFanOut()
  let changed = (): void => {}
  const reread = new Promise<void>((resolve) => (changed = resolve))
  const book = await openBook({
    store,
    fanOut,
    log: { info() {}, warn() {} },
    changed: () => changed(),
  })
  const id = random.uuid() as MemberId
  await store.save({
    ...{ id, device: random.uuid() as DeviceId, name: 'Dice', createdAt: 0, createdBy: id },
    what: { kind: 'bot', role: 'guest', scopes: ['read'], commands: [] },
    ...{ tokenHash: null, signingKey: null, disabledAt: null, failingSince: null },
  })
  fanOut.publish({ kind: 'restored' })
  await reread
  expect(book.get(id)?.name).toBe('Dice')
  book.close()
})
