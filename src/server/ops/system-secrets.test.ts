import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import { verifySignature } from './system-secrets.ts'

it('[I2] tells a signature of this key and text from all others, and leaves the stacks of errors as they are', () => {
  const { stackTraceLimit } = Error
  const [own, other] = [1, 2].map(() => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    return {
      publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
      sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    }
  })
  if (own === undefined || other === undefined) return expect.unreachable('there are two keys')
  const signature = own.sign('a challenge')
  expect(verifySignature(own.publicKey, 'a challenge', signature)).toBe(true)
  expect(verifySignature(own.publicKey, 'another', signature)).toBe(false)
  expect(verifySignature(other.publicKey, 'a challenge', signature)).toBe(false)
  expect(verifySignature('no key', 'a challenge', signature)).toBe(false)
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
})
