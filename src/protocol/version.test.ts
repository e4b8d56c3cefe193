import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clientMessageSchema } from './client-messages.ts'
import { CloseCode } from './errors.ts'
import { serverMessageSchema } from './server-messages.ts'
import { negotiateVersion, PROTOCOL_VERSION, SUBPROTOCOL, SUPPORTED_VERSIONS } from './version.ts'

interface Step {
  version: number
  hash: string
  change: string
}

const history = JSON.parse(
  readFileSync(new URL('./schema-history.json', import.meta.url), 'utf8'),
) as Step[]

/** Everything a peer can observe of the schemas; custom checks (names, Unicode) are covered by tests of their own. */
function wireHash(): string {
  const shape = [clientMessageSchema, serverMessageSchema].map((schema) =>
    z.toJSONSchema(schema, { unrepresentable: 'any' }),
  )
  return createHash('sha256')
    .update(JSON.stringify([SUBPROTOCOL, CloseCode, shape]))
    .digest('hex')
    .slice(0, 16)
}

describe('the version of the wire', () => {
  it('has a line of history for the schema as it is now', () => {
    const last = history.at(-1)
    expect(
      { version: last?.version, hash: last?.hash },
      'The wire changed. Raise PROTOCOL_VERSION and SUPPORTED_VERSIONS, and add a line with this hash and what changed to schema-history.json.',
    ).toEqual({ version: PROTOCOL_VERSION, hash: wireHash() })
  })

  it('rises with every line', () => {
    const versions = history.map((step) => step.version)
    expect(versions).toEqual(versions.map((_, index) => index + 1))
    expect(history.every((step) => step.change.length > 0)).toBe(true)
  })

  it('is the newest one that both sides speak', () => {
    expect(negotiateVersion([...SUPPORTED_VERSIONS, 999])).toBe(PROTOCOL_VERSION)
    expect(negotiateVersion([999])).toBeUndefined()
  })
})
