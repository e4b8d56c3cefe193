import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  decodeHost,
  decodeJoiner,
  encodePairing,
  hostMessageSchema,
  joinerMessageSchema,
  refusalCodeSchema,
} from './messages.ts'
import { readProbeAnswer } from './probe-answer.ts'

const text = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')
const examplesOf = (who: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`json ${who}\n(.*)\n`, 'g'))].flatMap(
    ([, frame]) => frame ?? [],
  )
const typesOf = (frames: readonly string[]): string[] =>
  frames.map((frame) => (JSON.parse(frame) as { type: string }).type)

describe('the chapter on pairing in PROTOCOL.md', () => {
  it.each(examplesOf('joiner'))('shows a frame a host understands: %s', (frame) => {
    const message = decodeJoiner(frame)
    expect(message === null ? null : JSON.parse(encodePairing(message))).toEqual(JSON.parse(frame))
  })

  it.each(examplesOf('host'))('shows a frame a joiner understands: %s', (frame) => {
    const message = decodeHost(frame)
    expect(message === null ? null : JSON.parse(encodePairing(message))).toEqual(JSON.parse(frame))
  })

  it('shows every message, and the answer to GET /landline', () => {
    const types = (schema: typeof joinerMessageSchema | typeof hostMessageSchema): string[] =>
      schema.options.map((option) => option.shape.type.value)
    expect(new Set(typesOf(examplesOf('joiner')))).toEqual(new Set(types(joinerMessageSchema)))
    expect(new Set(typesOf(examplesOf('host')))).toEqual(new Set(types(hostMessageSchema)))
    const [probe = ''] = examplesOf('probe')
    expect(readProbeAnswer(probe)).toEqual(JSON.parse(probe))
  })

  it('names every refusal', () => {
    expect(refusalCodeSchema.options.filter((code) => !text.includes(`\`${code}\``))).toEqual([])
  })
})
