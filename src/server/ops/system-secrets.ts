import { createHash, timingSafeEqual } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { Secrets } from '../hub/ports.ts'

export function systemSecrets(): Secrets {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return {
    hash: (secret) => digest(secret).toString('hex'),
    // Digests have one length, so neither content nor length shows in the time.
    equal: (a, b) => timingSafeEqual(digest(a), digest(b)),
    uuid: () => uuidv7(),
    random: () => Math.random(),
  }
}
