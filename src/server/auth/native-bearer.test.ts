/** Bearer tokens at the native door of a real server, with real signatures all the way. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type RawClient, type RawPerson, rawClient, rawPerson } from '../../testing/raw-client.ts'
import { plainClient } from '../doors/testing/plain-client.ts'
import { settingsSchema } from '../ops/options/settings.ts'
import { type RunningServer, startServer } from '../start-server.ts'
import { authorityOf } from './verifier-of-settings.ts'
import { vouchingOf } from './vouching-of-tokens.ts'

const SECRET = 'thirty-two characters, or some more of them'

let folder: string
let server: RunningServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-bearer-'))
  const settings = settingsSchema.parse({ jwt: { secret: SECRET, audience: 'landline' } })
  const authority = authorityOf(settings, () => '', Date.now)
  if (authority.kind !== 'authority') throw new Error(authority.kind)
  const started = await startServer(
    {
      ...{ dataDir: folder, host: '127.0.0.1', port: 0 },
      admission: { kind: 'secret', secret: 'the join secret' },
      hub: { requireToken: true },
      vouching: vouchingOf(authority.verifyToken),
      verifyToken: authority.verifyToken,
      doors: { plain: true },
    },
    { info() {}, warn() {} },
  )
  if (started.kind === 'failed') throw new Error(started.message)
  server = started
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function tokenFor(subject: string, life: string, roles: readonly string[] = []) {
  return await new SignJWT({ roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setAudience('landline')
    .setExpirationTime(life)
    .sign(new TextEncoder().encode(SECRET))
}

async function comeBy(person: RawPerson, token: string): Promise<RawClient> {
  const client = await rawClient(server.url, person)
  await client.prove({ kind: 'token', token })
  return client
}

it('a good token lets in with its role, and the next one goes on in place', async () => {
  const client = await comeBy(rawPerson('Mara'), await tokenFor('u-1', '5m', ['moderator']))
  expect(await client.next('welcome')).toMatchObject({ self: { role: 'moderator' } })
  client.tell({ type: 'refresh-token', token: await tokenFor('u-1', '1h') })
  const { expiresAt } = await client.next('token-taken')
  expect(expiresAt).toBeGreaterThan(Date.now() + 3_000_000)
  client.tell({ type: 'refresh-token', token: await tokenFor('u-2', '2h') })
  expect(await client.next('error')).toMatchObject({ code: 'unauthorized' })
})

it('a token that is revoked ends its connections at the doors for foreign clients too', async () => {
  const client = await plainClient(server.url, 'chat', {
    headers: { Authorization: `Bearer ${await tokenFor('u-7', '5m')}` },
  })
  client.say({ type: 'unsubscribe', channel: 'none' })
  await client.next()
  expect(server.endStays(({ subject }) => subject === '["","u-7"]')).toBe(1)
  expect((await client.closed).code).toBe(4401)
})

it('no token, an old one, and the join secret are refused with 4401 where tokens are required', async () => {
  const person = rawPerson('Sam')
  const old = await comeBy(person, await tokenFor('u-1', '-1h'))
  expect(await old.next('rejected')).toMatchObject({
    code: 'token-expired',
    message: 'The token has expired.',
  })
  expect((await old.closed()).code).toBe(4401)
  const secret = await rawClient(server.url, person)
  await expect(secret.enter('the join secret')).rejects.toThrow()
  expect((await secret.closed()).code).toBe(4401)
})
