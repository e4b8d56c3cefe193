import { messageIdSchema } from '../../protocol/ids.ts'
import type { CommitBatcher } from './commit-batcher.ts'
import type { IntegrationHands } from './integrations-port.ts'
import type { Moderation } from './moderation.ts'
import type { HubOptions } from './options.ts'
import type { People } from './people.ts'
import type { Clock, Secrets } from './ports.ts'
import type { Rooms } from './rooms.ts'

/** What of the hub is lent to those who look after webhooks and bots. */
export function lendHands(parts: {
  readonly people: Pick<People, 'has' | 'roleOf' | 'nameOf'>
  readonly rooms: Pick<Rooms, 'of'>
  readonly batcher: CommitBatcher
  readonly moderation: Pick<Moderation, 'setStanding'>
  readonly clock: Pick<Clock, 'now'>
  readonly secrets: Pick<Secrets, 'uuid'>
  readonly options: Pick<HubOptions, 'admission' | 'maxMembers'>
}): IntegrationHands {
  const { people, rooms, batcher, moderation, clock, secrets, options } = parts
  return {
    isMember: people.has,
    roleOf: people.roleOf,
    nameOf: people.nameOf,
    roomsOf: rooms.of,
    commit({ device, actor, room, operation }) {
      const id = messageIdSchema.parse(secrets.uuid())
      const write = { device, actor, room, id, at: clock.now(), operation }
      return new Promise((done) => batcher.add({ write, sender: undefined, done }))
    },
    remove: (member, act) => moderation.setStanding(member, 'removed', act),
    isOpen: options.admission.kind === 'open',
    maxMembers: options.maxMembers,
  }
}
