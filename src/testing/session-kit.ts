/** A hub whose session has a host, and people who come by invites of that host. */
import { deviceKeyOf } from '../client/session/device-key.ts'
import type { SettingsChange } from '../protocol/admin.ts'
import type { InviteId } from '../protocol/ids.ts'
import type { Role } from '../protocol/roles.ts'
import type { AdminSnapshot, ServerMessageOf } from '../protocol/server-messages.ts'
import type { HubOptions } from '../server/hub/options.ts'
import type { Vouching } from '../server/hub/vouching.ts'
import { type HubKit, hubKit, type Person, type TestDevice } from './hub-kit.ts'

export interface SessionKit extends HubKit {
  readonly host: TestDevice
  /** The token of a new invite of this device's member. */
  invite(options?: {
    by?: TestDevice
    role?: Role
    lifeMs?: number | null
    maxUses?: number | null
  }): Promise<string>
  /** Somebody new, come in by an invite for this role, and caught up. */
  come(name: string, role?: Role): Promise<TestDevice>
  /** Says hello and proves it with this token, and nothing more. */
  tryWith(token: string | undefined, person?: Person): Promise<TestDevice>
  change(change: SettingsChange): Promise<void>
  /** What the host is shown now. */
  snapshot(): Promise<AdminSnapshot>
  /** Actions of the audit log, oldest first. */
  actions(): Promise<string[]>
}

export async function sessionKit(
  options: Partial<HubOptions> = {},
  vouching?: Vouching,
): Promise<SessionKit> {
  const kit = await hubKit({ admission: { kind: 'invites' }, ...options }, 1, vouching)
  const owner = kit.person('Mara')
  await kit.store.registry.ensureOwner(
    {
      ...{ memberId: owner.member, deviceId: owner.device, name: owner.name },
      deviceKey: deviceKeyOf(owner.key).publicKey,
    },
    kit.clock.now(),
  )
  await kit.restart()
  const host = kit.connect(owner)
  await host.hello({ credential: undefined })
  await host.sync()
  let ref = 1_000

  async function invite({
    by = host,
    role = 'member',
    lifeMs = null,
    maxUses = null,
  }: Parameters<SessionKit['invite']>[0] = {}): Promise<string> {
    const id = kit.newId<InviteId>()
    ref += 1
    await by.ask({ type: 'create-invite', ref, invite: id, label: 'test', role, lifeMs, maxUses })
    const answer = by.received.find(
      (message): message is ServerMessageOf<'invite'> =>
        message.type === 'invite' && message.invite.id === id,
    )
    if (answer === undefined) throw new Error(`no invite: ${JSON.stringify(by.last('failed'))}`)
    return answer.token
  }
  const tryWith: SessionKit['tryWith'] = async (token, person) => {
    const device = kit.connect(person)
    await device.hello({
      credential: token === undefined ? undefined : { kind: 'secret', secret: token },
    })
    return device
  }

  return {
    ...kit,
    get hub() {
      return kit.hub
    },
    host,
    invite,
    tryWith,
    async come(name, role = 'member') {
      const device = await tryWith(await invite({ role }), kit.person(name))
      await device.sync()
      return device
    },
    async change(change) {
      ref += 1
      await host.ask({ type: 'change-session', ref, change })
      const failed = host.of('failed').find((message) => message.ref === ref)
      if (failed !== undefined) throw new Error(`not changed: ${failed.message}`)
    },
    async snapshot() {
      ref += 1
      await host.ask({ type: 'admin-watch', ref, active: true })
      await kit.clock.advance(100)
      return host.last('admin')
    },
    actions: async () =>
      (await kit.store.registry.audit(1_000_000, 1_000)).map(({ action }) => action).toReversed(),
  }
}
