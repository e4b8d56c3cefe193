import { z } from 'zod'
import { waitingPersonSchema } from '../../../protocol/admin.ts'
import {
  deviceIdSchema,
  epochSchema,
  memberIdSchema,
  messageIdSchema,
  roomIdSchema,
} from '../../../protocol/ids.ts'
import {
  memberNameSchema,
  presenceSchema,
  readPositionSchema,
  roomEventSchema,
  roomStateSchema,
  seqSchema,
  timeSchema,
} from '../../../protocol/records.ts'
import { roleSchema } from '../../../protocol/roles.ts'
import type { Signal } from '../../hub/ports.ts'

/** What nodes of one version say to each other; others are not understood, and numbers heal what was missed. */
const VERSION = 1

/** `restored` never leaves its node, and of settings only that they changed: there is a passphrase in them. */
export type SentSignal = Exclude<Signal, { kind: 'restored' | 'settings' }>

/** 64 KiB in base64, and a little. */
const MAX_RELAYED_LENGTH = 90_000

const node = z.string().min(1).max(100)

const signalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('room'), room: roomStateSchema }),
  z.object({
    kind: z.literal('events'),
    room: roomIdSchema,
    epoch: epochSchema,
    events: z.array(roomEventSchema).min(1),
    /** Where the trace that began on another node goes on. */
    trace: z.string().max(200).optional(),
  }),
  z.object({
    kind: z.literal('typing'),
    room: roomIdSchema,
    member: memberIdSchema,
    active: z.boolean(),
  }),
  z.object({
    kind: z.literal('relay'),
    node,
    room: roomIdSchema,
    data: z.string().max(MAX_RELAYED_LENGTH),
    isBinary: z.boolean(),
    post: messageIdSchema.optional(),
  }),
  z.object({
    kind: z.literal('reads'),
    room: roomIdSchema,
    positions: z.array(readPositionSchema),
  }),
  z.object({ kind: z.literal('changed'), room: roomIdSchema, head: seqSchema }),
  z.object({
    kind: z.literal('presence'),
    node,
    whole: z.boolean(),
    people: z.array(
      z.object({
        id: memberIdSchema,
        name: memberNameSchema,
        presence: presenceSchema,
        lastSeen: timeSchema,
      }),
    ),
  }),
  z.object({
    kind: z.literal('waiting'),
    node,
    people: z.array(waitingPersonSchema.extend({ key: z.string().max(100).nullable() })),
  }),
  z.object({
    kind: z.literal('decision'),
    node,
    member: memberIdSchema,
    accept: z.boolean(),
    by: memberIdSchema,
  }),
  z.object({ kind: z.literal('node-gone'), node }),
  z.object({
    kind: z.literal('member'),
    member: z.object({
      id: memberIdSchema,
      name: memberNameSchema,
      lastSeen: timeSchema,
      role: roleSchema,
      standing: z.enum(['active', 'removed', 'banned']),
      standingAt: timeSchema,
      standingEntry: seqSchema,
    }),
  }),
  z.object({ kind: z.literal('registry-changed') }),
  z.object({ kind: z.literal('device-forgotten'), device: deviceIdSchema }),
  z.object({ kind: z.literal('admin') }),
])

const envelopeSchema = z.object({ v: z.literal(VERSION), from: node, signal: signalSchema })

export function seal(from: string, signal: SentSignal): string {
  return JSON.stringify({ v: VERSION, from, signal })
}

/** How everything begins that a node seals: what comes back to it is known by this, and is not read. */
export function beginningOf(from: string): string {
  return JSON.stringify({ v: VERSION, from }).slice(0, -1)
}

/** Undefined when it is not what a node of this version says. */
export function open(text: string): SentSignal | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  const envelope = envelopeSchema.safeParse(parsed)
  return envelope.success ? envelope.data.signal : undefined
}
