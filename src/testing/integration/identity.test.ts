/** Who gets in, against a real server with a real key: thieves, forgers, and those whose time is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import type { InviteId } from '../../protocol/ids.ts'
import { systemSecrets } from '../../server/ops/system-secrets.ts'
import type { RunningServer } from '../../server/start-server.ts'
import { openSqliteStore } from '../../server/store/sqlite/sqlite-store.ts'
import { newId, type RawClient, rawPerson, type RawPerson } from '../raw-client.ts'
import { newHostKey, serveSession } from '../served-session.ts'
import { channelOf, comeIn, knock } from '../stranger.ts'

const SECRET = 'the secret of the operator'
const hostKey = newHostKey()
const owner = rawPerson('Olga')

let folder: string
let server: RunningServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-identity-'))
  await makeOwner(folder)
  server = await serveSession(folder, SECRET, {
    kind: 'host-key',
    privateKey: hostKey.privateKey,
  })
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As the app's own process does before it serves. */
async function makeOwner(dataDir: string): Promise<void> {
  const { uuid, hash } = systemSecrets()
  const file = join(dataDir, 'session.db')
  const store = openSqliteStore({ file, uuid, hash, sessionName: 'Ward', sessionId: undefined })
  const { member: memberId, device: deviceId, name, key } = owner
  const deviceKey = deviceKeyOf(key).publicKey
  await store.registry.ensureOwner({ memberId, deviceId, deviceKey, name }, Date.now())
  await store.close()
}

async function host(): Promise<RawClient> {
  const { client, answer } = await comeIn(server.url, owner)
  expect(answer).toEqual({ kind: 'welcome', role: 'host' })
  return client
}

/** A member who is in, by the operator's secret. */
async function member(name: string): Promise<RawPerson> {
  const person = rawPerson(name)
  const { client, answer } = await comeIn(server.url, person, SECRET)
  expect(answer).toEqual({ kind: 'welcome', role: 'member' })
  client.webSocket.close()
  await client.closed()
  return person
}

/** An invite as a host makes it; the token is what a link carries. */
async function invite(
  client: RawClient,
  terms: { lifeMs?: number | null; maxUses?: number | null },
): Promise<{ readonly id: InviteId; readonly token: string }> {
  const id = newId<InviteId>()
  client.tell({
    type: 'create-invite',
    ...{ ref: 1, invite: id, label: 'for the test', role: 'member', lifeMs: null, maxUses: null },
    ...terms,
  })
  const { token } = await client.next('invite')
  return { id, token }
}
const rejected = (code: string, close = 4401) => ({ kind: 'rejected', code, close })
const attempt = async (person: RawPerson, secret?: string) =>
  (await comeIn(server.url, person, secret)).answer

describe('a proof', () => {
  it('[I2] is no good a second time: the recorded one does not fit the next challenge', async () => {
    const ada = await member('Ada')
    const first = await knock(server.url, ada)
    const recorded = first.proof()
    expect(await first.answer(recorded)).toMatchObject({ kind: 'welcome' })
    const replay = await knock(server.url, ada)
    expect(replay.challenge.nonce).not.toBe(first.challenge.nonce)
    expect(await replay.answer(recorded)).toEqual(rejected('bad-proof'))
  })

  it('[I2] made for a man in the middle is no good at the host whose challenge he passed on', async () => {
    const ada = await member('Ada')
    const mallory = newHostKey()
    const visit = await knock(server.url, ada)
    expect(channelOf(visit.client)).toBe(hostKey.fingerprint)
    // Ada signs what she sees: the key of the one she talks to.
    const passedOn = visit.proof({ channel: mallory.fingerprint })
    expect(await visit.answer(passedOn)).toEqual(rejected('bad-proof'))
  })

  it('[I2] for another session, or by another key than the one shown, is refused', async () => {
    const ada = await member('Ada')
    const elsewhere = await knock(server.url, ada)
    const signature = elsewhere.proof({ session: newId() })
    expect(await elsewhere.answer(signature)).toEqual(rejected('bad-proof'))
    const [first, second] = [await knock(server.url, ada), await knock(server.url, rawPerson('X'))]
    expect(await first.answer(second.proof())).toEqual(rejected('bad-proof'))
  })
})

describe('a thief', () => {
  it('[I1] gets nobody’s name or history: not by their ids, not by their device, not with a secret', async () => {
    const ada = await member('Ada')
    const mallory = rawPerson('Ada')
    // Her member id, on a device of his own.
    const asHer = { ...mallory, member: ada.member }
    expect(await attempt(asHer, SECRET)).toEqual(rejected('identity-taken'))
    // Her device as well, with a key of his own.
    const onHers = await knock(server.url, ada, mallory)
    expect(await onHers.answer(onHers.proof(), { kind: 'secret', secret: SECRET })).toEqual(
      rejected('identity-taken'),
    )
    expect(await attempt(ada)).toEqual({ kind: 'welcome', role: 'member' })
  })

  it.each(['Ada', 'ADA', ' A d a ', '\u0410da', 'A\u200bda'].map((name) => [name.trim()]))(
    '[I3] takes no name that looks like hers: %j',
    async (name) => {
      await member('Ada')
      expect(await attempt(rawPerson(name), SECRET)).toEqual(rejected('name-taken'))
    },
  )

  it('[I12] guesses secrets ten times a minute, and after that is not even looked at', async () => {
    await member('Ada')
    const answers = []
    for (let guess = 0; guess < 12; guess++) {
      answers.push(await attempt(rawPerson(`Guest ${guess}`), `guess ${guess}`))
    }
    const codes = answers.map((answer) => (answer.kind === 'rejected' ? answer.code : answer.kind))
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('unauthorized'))
    expect(codes.slice(10)).toEqual(Array(2).fill('rate-limited'))
    // The right one tells nothing now either.
    expect(await attempt(rawPerson('Right'), SECRET)).toMatchObject({ code: 'rate-limited' })
  })
})

describe('an invite', () => {
  it('[I4] that is used up lets its own members come again, and nobody else in', async () => {
    const olga = await host()
    const { token } = await invite(olga, { maxUses: 1 })
    const ada = rawPerson('Ada')
    expect(await attempt(ada, token)).toEqual({ kind: 'welcome', role: 'member' })
    expect(await attempt(ada, token)).toEqual({ kind: 'welcome', role: 'member' })
    expect(await attempt(rawPerson('Ben'), token)).toEqual(rejected('invite-used-up'))
    olga.webSocket.close()
  })

  it('[I4] [I5] that is revoked lets nobody new in, and those who came with it stay', async () => {
    const olga = await host()
    const { id, token } = await invite(olga, {})
    const ada = rawPerson('Ada')
    expect(await attempt(ada, token)).toEqual({ kind: 'welcome', role: 'member' })
    olga.tell({ type: 'revoke-invite', ref: 2, invite: id })
    await olga.next('carried-out')
    expect(await attempt(rawPerson('Ben'), token)).toEqual(rejected('invite-revoked'))
    expect(await attempt(ada)).toEqual({ kind: 'welcome', role: 'member' })
    olga.webSocket.close()
  })

  it('[I4] whose time is over lets nobody new in', async () => {
    await server.stop()
    const token = 'a token that ended a second ago'
    const { uuid, hash } = systemSecrets()
    const file = join(folder, 'session.db')
    const store = openSqliteStore({ file, uuid, hash, sessionName: 'W', sessionId: undefined })
    const at = Date.now() - 120_000
    const wanted = { id: newId<InviteId>(), kind: 'invite', tokenHash: hash(token), label: 'old' }
    const made = await store.registry.createInvite(
      {
        ...wanted,
        kind: 'invite',
        role: 'member',
        expiresAt: at + 119_000,
        maxUses: null,
        member: null,
      },
      { by: null, at },
    )
    expect(made.kind).toBe('changed')
    await store.close()
    server = await serveSession(folder, SECRET, {
      kind: 'host-key',
      privateKey: hostKey.privateKey,
    })
    expect(await attempt(rawPerson('Ada'), token)).toEqual(rejected('invite-expired'))
  })
})

describe('somebody who was sent away', () => {
  it('[I5] comes back with a new invite when removed, and never when banned, whatever they bring', async () => {
    const olga = await host()
    const before = await invite(olga, {})
    const ada = rawPerson('Ada')
    const { client } = await comeIn(server.url, ada, before.token)
    olga.tell({ type: 'remove-member', ref: 2, member: ada.member })
    expect((await client.closed()).code).toBe(4403)
    expect(await attempt(ada)).toEqual(rejected('removed', 4403))
    expect(await attempt(ada, before.token)).toEqual(rejected('removed', 4403))
    const after = await invite(olga, {})
    expect(await attempt(ada, after.token)).toEqual({ kind: 'welcome', role: 'member' })

    olga.tell({ type: 'ban-member', ref: 3, member: ada.member })
    await olga.next('carried-out', ({ ref }) => ref === 3)
    const last = await invite(olga, {})
    expect(await attempt(ada, last.token)).toEqual(rejected('banned', 4403))
    expect(await attempt(ada, SECRET)).toEqual(rejected('banned', 4403))
    // Under another id and name it is still the same key.
    const disguised = { ...rawPerson('Zoe'), key: ada.key }
    expect(await attempt(disguised, last.token)).toEqual(rejected('banned', 4403))
    olga.webSocket.close()
  })
})
