import { expect, it } from 'vitest'
import { sessionKit } from '../../testing/session-kit.ts'

it('shows hosts nothing older than what they saw, in whatever order the store answers', async () => {
  const kit = await sessionKit()
  const { registry } = kit.store
  const { invites } = registry
  let answer = (): void => {}
  Object.assign(registry, {
    async invites() {
      Object.assign(registry, { invites })
      const found = await invites()
      await new Promise<void>((done) => (answer = done))
      return found
    },
  })
  await kit.host.ask({ type: 'admin-watch', ref: 1, active: true })
  await kit.clock.advance(100)
  expect(kit.host.of('admin')).toEqual([])
  await kit.invite()
  await kit.clock.advance(100)
  expect(kit.host.last('admin').invites).toHaveLength(1)
  const shown = kit.host.of('admin').length
  answer()
  await kit.clock.settle()
  expect(kit.host.of('admin')).toHaveLength(shown)
})
