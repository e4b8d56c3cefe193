/**
 * A passphrase people chose is stretched before it is used or kept, so that who steals the session's store has
 * to work for each guess. On the wire nothing can be guessed at all: that is the exchange's business.
 */
import { scrypt } from 'node:crypto'
import type { SessionId } from '../protocol/ids.ts'

const COST = 32_768
const BLOCK = 8
const MEMORY = 2 * 128 * COST * BLOCK

/**
 * 32 bytes in base64url; about a tenth of a second and 32 MiB. The same for every way to type the same letters:
 * compatible forms, and white space around and between words.
 */
export function stretchPassphrase(passphrase: string, sessionId: SessionId): Promise<string> {
  const plain = passphrase.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ')
  return new Promise((resolve, reject) => {
    const options = { N: COST, r: BLOCK, p: 1, maxmem: MEMORY }
    scrypt(plain, `landline passphrase 1\n${sessionId}`, 32, options, (fault, key) => {
      if (fault === null) resolve(key.toString('base64url'))
      else reject(fault)
    })
  })
}
