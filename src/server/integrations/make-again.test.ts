/** Making a program whose answer was lost: asked again with the same secret, it is the same one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RoomId } from '../../protocol/ids.ts'
import type { IntegrationKind } from '../../protocol/integrations.ts'
import { integrationKit, type IntegrationKit } from '../../testing/integration-kit.ts'
import type { RawClient } from '../../testing/raw-client.ts'
import type { Store } from '../hub/ports.ts'
import { countingMeter } from '../ops/counting-meter.ts'
import type { Operations } from '../ops/operations-port.ts'

const SECRET = 'c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMsIGFscmU'

let kit: IntegrationKit
/** How often the store is to fail at this from now on. */
let failing: { save: number; commit: number }

beforeEach(async () => {
  failing = { save: 0, commit: 0 }
  kit = await integrationKit({ operations: withFailures() })
})
afterEach(() => kit.stop())

function withFailures(): Operations {
  const fail = (what: keyof typeof failing): void => {
    if (failing[what]-- > 0) throw new Error('the disk is full')
  }
  return {
    meter: countingMeter(),
    store: (store: Store) => ({
      ...store,
      async commit(writes) {
        fail('commit')
        return store.commit(writes)
      },
      integrations: {
        ...store.integrations,
        async save(integration) {
          fail('save')
          return store.integrations.save(integration)
        },
      },
    }),
    fanOut: (fanOut) => fanOut,
    addressOf: ({ socket }) => socket.remoteAddress ?? 'unknown',
    connected() {},
    turnsAway: () => false,
    answers: () => false,
    start: async () => ({ kind: 'started', adminUrl: null }),
    stop: async () => {},
  }
}

const KINDS: readonly { readonly kind: IntegrationKind['kind']; what(): IntegrationKind }[] = [
  { kind: 'incoming', what: () => ({ kind: 'incoming', room: kit.general }) },
  {
    kind: 'outgoing',
    what: () => ({
      ...{ kind: 'outgoing', url: 'http://127.0.0.1:9/', events: ['message.posted'], commands: [] },
    }),
  },
  {
    kind: 'bot',
    what: () => ({ kind: 'bot', role: 'guest', scopes: ['read'], commands: [] }),
  },
]

async function make(
  what: IntegrationKind,
  { secret = SECRET, name = 'Dice', asker = kit.host, rooms = [kit.general] } = {},
): Promise<{
  readonly code?: string
  readonly id?: string
  readonly secret?: string
  readonly createdAt?: number
}> {
  const request = { type: 'create-integration', name, rooms, what, secret } as const
  const answer = await kit.ask(asker, request, 'integration')
  if (answer.type === 'failed') return { code: answer.code }
  const { id, createdAt } = answer.integration
  return { id, createdAt, secret: answer.secret }
}
async function listed(): Promise<readonly string[]> {
  const list = await kit.ask(kit.host, { type: 'integrations' }, 'integration-list')
  if (list.type === 'failed') throw new Error(list.message)
  return list.integrations.map(({ id }) => id)
}
/** Who is in the default group, as somebody is told who comes in. */
async function membersSeenBy(name: string): Promise<readonly string[]> {
  const client: RawClient = await kit.join(name)
  const { room } = await client.next('reset')
  client.webSocket.terminate()
  return room.members
}

describe.each(KINDS)('a program made twice, $kind', ({ what }) => {
  it('is one, with the same secret, at once and after a restart', async () => {
    const [{ id, secret }, second] = await Promise.all([make(what()), make(what())])
    expect(secret).toContain(SECRET)
    expect(second).toMatchObject({ id, secret })
    const first = await make(what())
    await kit.restart()
    expect(await make(what())).toEqual(first)
    expect(await listed()).toEqual([id])
    expect(await membersSeenBy('Sam')).toContain(id)
  })

  it('is made wholly when the store could do only a part of it at first', async () => {
    failing.save = 1
    expect(await make(what())).toEqual({ code: 'unavailable' })
    expect(await listed()).toEqual([])
    failing.commit = 1
    expect(await make(what())).toEqual({ code: 'unavailable' })
    const made = await make(what())
    expect(await listed()).toEqual([made.id])
    expect(await membersSeenBy('Sam')).toContain(made.id)
  })

  it('stays as it is when it is asked for again with a room that it cannot come into', async () => {
    const { id } = await make(what())
    const elsewhere = '0192d3a4-0000-7000-8000-000000000999' as RoomId
    expect(await make(what(), { rooms: [elsewhere] })).toEqual({ code: 'no-such-room' })
    expect(await listed()).toEqual([id])
  })

  it('is nobody else’s, no other one, and not made again once it was taken away', async () => {
    const { id } = await make(what())
    const sam = await kit.join('Sam')
    const member = sam.person.member
    await kit.ask(kit.host, { type: 'set-role', member, role: 'moderator' }, 'carried-out')
    expect(await make(what(), { asker: sam })).toEqual({ code: 'id-taken' })
    expect(await make(what(), { name: 'Cards' })).toEqual({ code: 'id-taken' })
    await kit.ask(kit.host, { type: 'remove-member', member: id as never }, 'carried-out')
    expect(await make(what())).toEqual({ code: 'id-taken' })
    sam.webSocket.terminate()
  })
})

it('a program of a client that chooses no secret gets one from the server', async () => {
  const { secret } = await kit.make('Dice', { kind: 'incoming', room: kit.general })
  expect(secret).toMatch(/^[\w-]{43}$/)
})
