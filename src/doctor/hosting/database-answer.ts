import { z } from 'zod'

/** What the process that looks at a database says of it, as one line of JSON. */
export const databaseAnswerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('whole'),
    journal: z.string(),
    bytes: z.number(),
    /** Of the write-ahead log beside it. */
    walBytes: z.number(),
    writable: z.boolean(),
  }),
  z.object({ kind: z.literal('missing') }),
  /** Another process owns it, which a server that runs always does. */
  z.object({ kind: z.literal('in-use') }),
  z.object({ kind: z.literal('damaged') }),
  /** The system's or SQLite's code. */
  z.object({ kind: z.literal('unreadable'), code: z.string() }),
])
export type DatabaseAnswer = z.infer<typeof databaseAnswerSchema>
