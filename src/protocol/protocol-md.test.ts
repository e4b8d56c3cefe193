import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { clientMessageSchema } from './client-messages.ts'
import { decodeClientMessage, decodeServerMessage } from './codec.ts'
import { CloseCode, errorCodeSchema } from './errors.ts'
import { serverMessageSchema } from './server-messages.ts'

const text = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')
const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  (block ?? '').trim().split('\n'),
)
const typeOf = (frame: string): string => (JSON.parse(frame) as { type: string }).type

describe('PROTOCOL.md', () => {
  it.each(examples)('shows a frame the schemas accept: %s', (frame) => {
    // Equal, not only accepted: a field the schema ignores has no place in an example.
    const decoded = [decodeClientMessage(frame), decodeServerMessage(frame)]
    expect(decoded).toContainEqual({ kind: 'message', message: JSON.parse(frame) as unknown })
  })

  it('shows every message type, both ways', () => {
    const shown = new Set(examples.map(typeOf))
    const types = [...clientMessageSchema.options, ...serverMessageSchema.options].map(
      (option) => option.shape.type.value,
    )
    expect(types.filter((type) => !shown.has(type))).toEqual([])
  })

  it('names every error code and close code', () => {
    expect(errorCodeSchema.options.filter((code) => !text.includes(`\`${code}\``))).toEqual([])
    expect(Object.values(CloseCode).filter((code) => !text.includes(`| ${code} |`))).toEqual([])
  })
})
