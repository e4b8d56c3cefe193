/** What a host says to `GET /landline`, for those who look for it where multicast does not reach. */
import { z } from 'zod'
import { splitSelectors } from '../protocol/code.ts'
import { sessionIdSchema } from '../protocol/ids.ts'
import { MAX_SESSION_NAME_LENGTH } from '../protocol/limits.ts'
import { nameSchema } from '../protocol/records.ts'

export const PROBE_PATH = '/landline'
export const MAX_PROBE_BYTES = 2_048
/** Ports that hosts take when they may choose: 47800 first. */
export const HOST_PORTS: readonly number[] = Array.from({ length: 8 }, (_, index) => 47_800 + index)

export const probeAnswerSchema = z.object({
  /** The layout of this answer. */
  landline: z.literal(1),
  session: sessionIdSchema,
  name: nameSchema(MAX_SESSION_NAME_LENGTH),
  /** Selectors of the codes that are good now, two characters each, as in the announcement. */
  selector: z.string().max(16),
  /** Whether one may join by passphrase. */
  passphrase: z.boolean(),
  approval: z.boolean(),
  open: z.boolean(),
  /** The versions of the wire that the host speaks. */
  protocol: z.array(z.int().min(1).max(10_000)).min(1).max(16),
  people: z.int().min(0).max(100_000),
  /** Whether bearer tokens let people in; hosts before 2026-12 do not say. */
  tokens: z.enum(['none', 'taken', 'needed']).optional(),
})
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>

/** Null for what is no answer of a host. Anybody may have written it. */
export function readProbeAnswer(text: string): ProbeAnswer | null {
  if (text.length > MAX_PROBE_BYTES) return null
  try {
    const read = probeAnswerSchema.safeParse(JSON.parse(text))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

export function offersCode(answer: Pick<ProbeAnswer, 'selector'>, selector: string): boolean {
  return splitSelectors(answer.selector).includes(selector)
}
