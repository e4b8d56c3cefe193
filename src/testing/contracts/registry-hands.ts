import type { InviteId } from '../../protocol/ids.ts'
import type { Store } from '../../server/hub/ports.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Person } from './store-hands.ts'

/** Lets a further device of somebody in, by a link token as people do it (I11). */
export async function linkDevice(
  store: Pick<Store, 'registry'>,
  random: SeededRandom,
  device: Person,
  name: string,
  key = `key of ${device.device}`,
): Promise<void> {
  const { registry } = store
  const tokenHash = random.key()
  const made = await registry.createInvite(
    {
      ...{ id: random.uuid() as InviteId, kind: 'link', tokenHash, label: '', role: 'member' },
      ...{ expiresAt: 1_000_000, maxUses: 1, member: device.member },
    },
    { by: device.member, at: 5 },
  )
  if (made.kind !== 'changed') throw new Error(`no link was made: ${JSON.stringify(made)}`)
  const entry = await registry.register({
    member: { id: device.member, name },
    device: { id: device.device, name: 'a further device', key },
    at: 6,
    ticket: { kind: 'link', tokenHash },
    isOpen: false,
    maxMembers: 1_000_000,
  })
  if (entry.kind !== 'in') throw new Error(`the device was not linked: ${JSON.stringify(entry)}`)
}
