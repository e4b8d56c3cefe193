import { z } from 'zod'

/** What the rules do with a packet that comes in or goes out to a port of this computer. */
export type Fate =
  | 'passes'
  /** By a rule or a policy that certainly applies to it. */
  | 'dropped'
  /** Some rule depends on what is not known here. */
  | 'unsure'

export interface PacketKind {
  readonly hook: 'input' | 'output'
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

const ruleset = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) })
const chainSchema = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  hook: z.string(),
  type: z.string(),
  prio: z.number().optional(),
  policy: z.string().optional(),
})
const ruleSchema = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  expr: z.array(z.record(z.string(), z.unknown())),
})

/** Reads `nft -j list ruleset`. Null for what is no such list. */
export function fateOf(json: string, packet: PacketKind): Fate | null {
  let raw: unknown
  try {
    raw = JSON.parse(json)
  } catch {
    return null
  }
  const parsed = ruleset.safeParse(raw)
  if (!parsed.success) return null
  const chains = parsed.data.nftables.flatMap(({ chain }) => {
    const one = chainSchema.safeParse(chain)
    return one.success && one.data.hook === packet.hook && one.data.type === 'filter'
      ? [one.data]
      : []
  })
  const rules = parsed.data.nftables.flatMap(({ rule }) => {
    const one = ruleSchema.safeParse(rule)
    return one.success ? [one.data] : []
  })
  // Every chain of the hook must let it through.
  const fates = chains.map((chain): Fate => {
    let sure = true
    for (const { family, table, chain: name, expr } of rules) {
      if (family !== chain.family || table !== chain.table || name !== chain.name) continue
      const applies = appliesTo(expr, packet)
      if (applies === 'no') continue
      const verdict = verdictOf(expr)
      if (verdict === null) continue
      if (applies === 'yes' && verdict !== 'elsewhere' && sure) {
        return verdict === 'accept' ? 'passes' : 'dropped'
      }
      sure = false
    }
    if (!sure) return 'unsure'
    return chain.policy === 'drop' ? 'dropped' : 'passes'
  })
  if (fates.includes('dropped')) return 'dropped'
  return fates.includes('unsure') ? 'unsure' : 'passes'
}

function appliesTo(
  expressions: readonly Record<string, unknown>[],
  packet: PacketKind,
): 'yes' | 'no' | 'perhaps' {
  let perhaps = false
  for (const { match } of expressions) {
    if (match === undefined) continue
    const answer = matches(match, packet)
    if (answer === 'no') return 'no'
    if (answer === 'perhaps') perhaps = true
  }
  return perhaps ? 'perhaps' : 'yes'
}

const matchSchema = z.object({ op: z.string(), left: z.unknown(), right: z.unknown() })
const portOf = z.object({ payload: z.object({ protocol: z.string(), field: z.string() }) })
const metaOf = z.object({ meta: z.object({ key: z.string() }) })

function matches(match: unknown, packet: PacketKind): 'yes' | 'no' | 'perhaps' {
  const parsed = matchSchema.safeParse(match)
  if (!parsed.success || !['==', 'in'].includes(parsed.data.op)) return 'perhaps'
  const { left, right } = parsed.data
  const port = portOf.safeParse(left)
  if (port.success) {
    const { protocol, field } = port.data.payload
    if (field === 'dport' && (protocol === packet.protocol || protocol === 'th')) {
      return includesNumber(right, packet.port)
    }
    return protocol === 'tcp' || protocol === 'udp'
      ? protocol === packet.protocol
        ? 'perhaps'
        : 'no'
      : 'perhaps'
  }
  const meta = metaOf.safeParse(left)
  if (meta.success && meta.data.meta.key === 'l4proto') {
    return right === packet.protocol ? 'yes' : typeof right === 'string' ? 'no' : 'perhaps'
  }
  // Loopback is not how others come in.
  if (meta.success && /^[io]ifname$/.test(meta.data.meta.key) && right === 'lo') return 'no'
  // A packet that begins something is not part of what was established before.
  const tracked = z.object({ ct: z.object({ key: z.literal('state') }) }).safeParse(left)
  if (tracked.success) return JSON.stringify(right).includes('"new"') ? 'yes' : 'no'
  return 'perhaps'
}

const setSchema = z.object({ set: z.array(z.unknown()) })
const rangeSchema = z.object({ range: z.tuple([z.number(), z.number()]) })

function includesNumber(right: unknown, wanted: number): 'yes' | 'no' | 'perhaps' {
  if (typeof right === 'number') return right === wanted ? 'yes' : 'no'
  const range = rangeSchema.safeParse(right)
  if (range.success) {
    const [low, high] = range.data.range
    return low <= wanted && wanted <= high ? 'yes' : 'no'
  }
  const set = setSchema.safeParse(right)
  if (!set.success) return 'perhaps'
  const answers = set.data.set.map((one) => includesNumber(one, wanted))
  if (answers.includes('yes')) return 'yes'
  return answers.includes('perhaps') ? 'perhaps' : 'no'
}

/** Null for a rule that only counts or writes down. */
function verdictOf(
  expressions: readonly Record<string, unknown>[],
): 'accept' | 'drop' | 'elsewhere' | null {
  for (const one of expressions) {
    if ('accept' in one) return 'accept'
    if ('drop' in one || 'reject' in one) return 'drop'
    if ('jump' in one || 'goto' in one || 'queue' in one || 'vmap' in one) return 'elsewhere'
    if ('xt' in one) return 'elsewhere'
  }
  return null
}
