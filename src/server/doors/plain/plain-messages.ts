import { z } from 'zod'

/** Chosen by the client, so that saying it twice says it once. */
const id = z.string().min(1).max(64).optional()
const name = z.string().min(1).max(128)

/** G4: what chat clients say. */
export const chatClientSchemas = {
  broadcast: z.object({ content: z.string(), channel: name.optional(), id }),
  private: z.object({ target: name, content: z.string(), id }),
  subscribe: z.object({ channel: name }),
  unsubscribe: z.object({ channel: name }),
} as const

/** G7: what game clients say. */
export const gameClientSchemas = {
  register: z.object({ playerId: name, platform: z.string().max(64), room: name.optional() }),
  chat: z.object({ message: z.string(), room: name.optional(), id }),
  game_state: z.looseObject({ store: z.boolean().optional() }),
  player_action: z.looseObject({ store: z.boolean().optional() }),
} as const

/** What either says, as long as they depend on a bearer token. */
export const anyClientSchemas = {
  refresh_token: z.object({ token: z.string() }),
} as const

const schemas = { ...anyClientSchemas, ...chatClientSchemas, ...gameClientSchemas } as const
type Schemas = typeof schemas
export type PlainType = keyof Schemas

/** `body` is everything the client has said beside the type. */
export type PlainMessage = {
  [Type in PlainType]: { readonly type: Type; readonly body: z.infer<Schemas[Type]> }
}[PlainType]

export type ReadPlain =
  | { readonly kind: 'message'; readonly message: PlainMessage }
  /** Not JSON, not an object, or of a type that is not known here: may be echoed. */
  | {
      readonly kind: 'unknown'
      readonly code: 'malformed' | 'unknown-type'
      readonly message: string
    }
  /** Of a known type and wrong. */
  | { readonly kind: 'wrong'; readonly message: string }

export function readPlain(text: string, taken: ReadonlySet<string>): ReadPlain {
  const value = parse(text)
  const type =
    typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  if (typeof type !== 'string') {
    const message = 'A message is a JSON object with a string «type».'
    return { kind: 'unknown', code: 'malformed', message }
  }
  if (!taken.has(type)) {
    const message = `There is no message of type ${JSON.stringify(type.slice(0, 64))}.`
    return { kind: 'unknown', code: 'unknown-type', message }
  }
  const read = schemas[type as PlainType].safeParse(value)
  if (read.success) return { kind: 'message', message: { type, body: read.data } as PlainMessage }
  const [issue] = read.error.issues
  return {
    kind: 'wrong',
    message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
