import { SignJWT } from 'jose'
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
