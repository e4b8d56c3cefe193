import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createJwtVerifier, type JwtOptions } from './jwt-verifier.ts'
import { noRevocations, revocationsIn } from './revocations.ts'

const SECRET = 'thirty-two characters, or some more of them'
const NOW = Date.UTC(2030, 0, 1)
const seconds = (offset = 0): number => NOW / 1_000 + offset

const base: Omit<JwtOptions, 'keys'> = {
  issuer: 'https://id.example',
  audience: 'landline',
  clockToleranceSeconds: 30,
  claims: { user: 'sub', name: 'name', roles: 'roles' },
  revocations: noRevocations,
  now: () => NOW,
}
const withSecret = (more: Partial<JwtOptions> = {}) =>
  createJwtVerifier({ ...base, keys: { kind: 'secret', secret: SECRET }, ...more })

const good = { iss: 'https://id.example', aud: ['landline'], sub: 'u-7', exp: seconds(60) }

async function signed(payload: JWTPayload, secret = SECRET, alg = 'HS256'): Promise<string> {
  return await new SignJWT(payload)
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret))
}

describe('bearer tokens', () => {
  it('say who it is, how they are called and what they are', async () => {
    const verify = withSecret()
    const token = await signed({
      ...good,
      jti: 't-1',
      name: ' Mara\nHolm ',
      roles: ['host', 7, 'x'],
    })
    expect(await verify(token)).toMatchObject({
      kind: 'claims',
      issuer: 'https://id.example',
      subject: 'u-7',
      name: 'Mara Holm',
      roles: ['moderator', 'x'],
      tokenId: 't-1',
      expiresAt: NOW + 60_000,
      all: { aud: ['landline'] },
    })
    expect(await verify(await signed(good))).toMatchObject({ name: 'u-7', roles: [] })
  })

  it('may name their claims as their authority does', async () => {
    const claims = { user: 'oid', name: 'https://x.y/name', roles: 'realm_access.roles' }
    const payload = { ...good, oid: 12, 'https://x.y/name': 'Sam', realm_access: { roles: 'a b' } }
    expect(await withSecret({ claims })(await signed(payload))).toMatchObject({
      subject: '12',
      name: 'Sam',
      roles: ['a', 'b'],
    })
  })

  it.each([
    ['expired', { exp: seconds(-31) }],
    ['not-yet-valid', { nbf: seconds(31) }],
    ['wrong-issuer', { iss: 'https://other.example' }],
    ['wrong-audience', { aud: 'mail' }],
    ['malformed', { exp: undefined }],
    ['malformed', { sub: undefined }],
    ['malformed', { sub: 'x'.repeat(256) }],
    ['malformed', { aud: undefined }],
  ])('are refused as %s with %j', async (code, change) => {
    const verdict = await withSecret()(await signed({ ...good, ...change } as JWTPayload))
    expect(verdict).toMatchObject({ kind: 'fault', code })
  })

  it('are forgiven clocks that differ a little', async () => {
    const verify = withSecret()
    expect(await verify(await signed({ ...good, exp: seconds(-29) }))).toMatchObject({
      kind: 'claims',
    })
    expect(await verify(await signed({ ...good, nbf: seconds(29) }))).toMatchObject({
      kind: 'claims',
    })
  })

  it('are refused with another key, another algorithm, none, and as something else', async () => {
    const verify = withSecret()
    const other = 'another secret of more than 32 characters'
    expect(await verify(await signed(good, other))).toMatchObject({ code: 'wrong-signature' })
    const longer = `${SECRET}${SECRET}`
    const strong = await signed(good, longer, 'HS512')
    expect(await verify(strong)).toMatchObject({ code: 'wrong-signature' })
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const none = `${part({ alg: 'none' })}.${part(good)}.`
    expect(await verify(none)).toMatchObject({ kind: 'fault' })
    for (const text of ['a.b.c', 'nonsense', `${none}x`]) {
      expect(await verify(text)).toMatchObject({ kind: 'fault' })
    }
    expect(await verify('')).toMatchObject({ code: 'missing' })
    expect(await verify('x'.repeat(20_000))).toMatchObject({ code: 'malformed' })
  })

  it('are refused once they or their holder are on the list, and a damaged list changes nothing', async () => {
    let content = '# gone\n\njti t-1\n'
    const revocations = revocationsIn('list', () => content)
    expect(revocations.reload()).toEqual({ kind: 'read', count: 1 })
    const verify = withSecret({ revocations })
    const one = await signed({ ...good, jti: 't-1' })
    const two = await signed({ ...good, jti: 't-2' })
    expect(await verify(one)).toMatchObject({ code: 'revoked' })
    expect(await verify(two)).toMatchObject({ kind: 'claims' })
    content = 'jti t-1\nwho knows\n'
    expect(revocations.reload()).toMatchObject({ message: expect.stringContaining('line 2') })
    expect(await verify(one)).toMatchObject({ code: 'revoked' })
    content = 'sub u-7'
    revocations.reload()
    expect(await verify(two)).toMatchObject({ code: 'revoked' })
  })
})

describe('keys of an authority', () => {
  async function authority() {
    const made = await Promise.all(
      ['a', 'b'].map(async (kid) => ({ kid, ...(await generateKeyPair('ES256')) })),
    )
    const state = { kids: ['a'], isAway: false, asked: 0 }
    const fetch = async (): Promise<Response> => {
      state.asked++
      if (state.isAway) throw new TypeError('fetch failed')
      const shown = made.filter(({ kid }) => state.kids.includes(kid))
      const keys = await Promise.all(
        shown.map(async ({ kid, publicKey }) => ({
          ...(await exportJWK(publicKey)),
          kid,
          alg: 'ES256',
        })),
      )
      return Response.json({ keys })
    }
    const sign = async (kid: string): Promise<string> => {
      const key = made.find((one) => one.kid === kid)?.privateKey
      if (key === undefined) throw new Error(kid)
      return await new SignJWT(good).setProtectedHeader({ alg: 'ES256', kid }).sign(key)
    }
    const verifier = (cooldownMs: number) =>
      createJwtVerifier({
        ...base,
        keys: { kind: 'jwks', url: 'https://id.example/keys', cooldownMs },
        fetch,
      })
    return { state, sign, verifier }
  }

  it('are fetched once, and again when a token names one that is not known', async () => {
    const { state, sign, verifier } = await authority()
    const verify = verifier(0)
    for (let i = 0; i < 3; i++)
      expect(await verify(await sign('a'))).toMatchObject({ kind: 'claims' })
    expect(state.asked).toBe(1)
    state.kids = ['b']
    expect(await verify(await sign('b'))).toMatchObject({ kind: 'claims' })
    expect(state.asked).toBe(2)
    expect(await verify(await sign('a'))).toMatchObject({ code: 'wrong-signature' })
  })

  it('are not asked for as often as strangers name unknown ones', async () => {
    const { state, sign, verifier } = await authority()
    const verify = verifier(30_000)
    await verify(await sign('a'))
    // Whether the authority has it by now is not known, so it is not said that it is wrong.
    for (let i = 0; i < 5; i++)
      expect(await verify(await sign('b'))).toMatchObject({ code: 'unavailable' })
    expect(state.asked).toBe(1)
  })

  it('that are away put nobody out who has a known key, and are no fault of the token', async () => {
    const { state, sign, verifier } = await authority()
    state.isAway = true
    const verify = verifier(0)
    expect(await verify(await sign('a'))).toMatchObject({ code: 'unavailable' })
    state.isAway = false
    expect(await verify(await sign('a'))).toMatchObject({ kind: 'claims' })
    state.isAway = true
    expect(await verify(await sign('a'))).toMatchObject({ kind: 'claims' })
    expect(await verify(await sign('b'))).toMatchObject({ code: 'unavailable' })
  })

  it('are never taken for a shared secret', async () => {
    const { verifier } = await authority()
    expect(await verifier(0)(await signed(good))).toMatchObject({ code: 'wrong-signature' })
  })
})
