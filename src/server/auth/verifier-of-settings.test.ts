import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { settingsSchema } from '../ops/options/settings.ts'
import { authorityOf } from './verifier-of-settings.ts'

const SECRET = 'thirty-two characters, or some more of them'
const settings = (jwt: object) => settingsSchema.parse({ jwt })

it('[I9] no token makes a host, at whichever door, unless by the role that the operator names', async () => {
  const rolesBy = async (jwt: object, roles: readonly string[]) => {
    const authority = authorityOf(settings({ secret: SECRET, ...jwt }), () => '', Date.now)
    if (authority.kind !== 'authority') throw new Error(authority.kind)
    const token = await new SignJWT({ sub: 'u-1', roles: [...roles] })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(SECRET))
    return await authority.verifyToken(token)
  }
  expect(await rolesBy({}, ['Host', 'guest'])).toMatchObject({ roles: ['moderator', 'guest'] })
  const hostRole = 'landline-owner'
  expect(await rolesBy({}, [hostRole])).toMatchObject({ roles: [hostRole] })
  expect(await rolesBy({ hostRole }, ['host', hostRole])).toMatchObject({
    roles: ['moderator', 'host'],
  })
  expect(await rolesBy({ hostRole: 'host' }, ['host'])).toMatchObject({ roles: ['host'] })
})

it('keys come from a file as well as from the options, white space around them not counted', async () => {
  const files: Record<string, string> = { key: `${SECRET}\n`, short: 'abc', gone: 'sub u-2\n' }
  const readFile = (file: string): string => {
    const content = files[file]
    if (content === undefined) throw new Error('no such file')
    return content
  }
  const read = (jwt: object) => authorityOf(settings(jwt), readFile, Date.now)
  expect(read({})).toEqual({ kind: 'none' })
  expect(read({ secretFile: 'short' })).toMatchObject({ message: expect.stringContaining('32') })
  expect(read({ secretFile: 'none' })).toMatchObject({ kind: 'fault' })
  expect(read({ secret: SECRET, revocationFile: 'none' })).toMatchObject({ kind: 'fault' })
  const authority = read({ secretFile: 'key', revocationFile: 'gone' })
  if (authority.kind !== 'authority') throw new Error(authority.kind)
  const token = async (sub: string): Promise<string> =>
    await new SignJWT({ sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(SECRET))
  expect(await authority.verifyToken(await token('u-1'))).toMatchObject({ kind: 'claims' })
  expect(await authority.verifyToken(await token('u-2'))).toMatchObject({ code: 'revoked' })
})

it('what a token must hold, and what is read from it, is what the options say', async () => {
  const verdict = async (jwt: object, claims: Record<string, unknown>, expiresIn = 60) => {
    const authority = authorityOf(settings({ secret: SECRET, ...jwt }), () => '', Date.now)
    if (authority.kind !== 'authority') throw new Error(authority.kind)
    const token = await new SignJWT({ sub: 'u-1', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn)
      .sign(new TextEncoder().encode(SECRET))
    return await authority.verifyToken(token)
  }
  const good = { kind: 'claims' }
  expect(
    await verdict({ issuer: 'https://id.example' }, { iss: 'https://id.example' }),
  ).toMatchObject(good)
  expect(await verdict({ issuer: 'https://id.example' }, { iss: 'you' })).toMatchObject({
    kind: 'fault',
  })
  expect(await verdict({ audience: 'chat' }, { aud: ['mail', 'chat'] })).toMatchObject(good)
  expect(await verdict({ audience: 'chat' }, { aud: 'mail' })).toMatchObject({ kind: 'fault' })
  expect(await verdict({ clockToleranceSeconds: 60 }, {}, -20)).toMatchObject(good)
  expect(await verdict({ clockToleranceSeconds: 0 }, {}, -20)).toMatchObject({ kind: 'fault' })
  const own = { userClaim: 'uid', nameClaim: 'display', rolesClaim: 'groups' }
  const claims = { uid: 'u-7', display: 'Mara Holm', groups: 'surveyors guest' }
  const read = await verdict(own, claims)
  expect(read).toMatchObject({ ...good, name: 'Mara Holm', roles: ['surveyors', 'guest'] })
  expect(JSON.stringify(read)).toContain('u-7')
})

it('keys come from where jwksUrl says', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256' }]
  const authority = createServer((_, response) => response.end(JSON.stringify({ keys })))
  await new Promise<void>((resolve) => authority.listen(0, '127.0.0.1', resolve))
  const jwksUrl = `http://127.0.0.1:${(authority.address() as AddressInfo).port}/jwks`
  const made = authorityOf(settings({ jwksUrl }), () => '', Date.now)
  if (made.kind !== 'authority') throw new Error(made.kind)
  const token = await new SignJWT({ sub: 'u-1' })
    .setProtectedHeader({ alg: 'ES256', kid: '1' })
    .setExpirationTime('1m')
    .sign(privateKey)
  expect(await made.verifyToken(token)).toMatchObject({ kind: 'claims' })
  authority.closeAllConnections()
  authority.close()
})
