/** What the coordinator and a generator tell each other. */
import type { Subject } from '../figures/rows.ts'

export type Room = 'common' | 'own'

export type Order =
  /** People come, each to a server of the list in turn. */
  | {
      readonly kind: 'gather'
      readonly subject: Subject
      readonly ports: readonly number[]
      readonly pids: readonly number[]
      readonly encrypted: boolean
      /** Of our server. */
      readonly roster: string | undefined
      readonly people: number
      readonly room: Room
      /** Otherwise they come in and ask for nothing. */
      readonly catchesUp: boolean
    }
  /** One person keeps so many messages to everybody under way. */
  | { readonly kind: 'fan-out'; readonly inFlight: number; readonly ms: number }
  /** Everybody writes, waits for the ack, writes again. */
  | { readonly kind: 'send'; readonly ms: number }
  /** So many writes of each person, one after the other, each to so many people. */
  | {
      readonly kind: 'rounds'
      readonly people: number
      readonly each: number
      readonly hearers: number
    }
  /** Everybody's line breaks; `missed` messages are written meanwhile; they all come back at once. */
  | { readonly kind: 'reconnect'; readonly missed: number; readonly cursors: 'same' | 'random' }
  /** One writes at the first server; when do people at the first and at the others hear it? */
  | { readonly kind: 'added-latency'; readonly messages: number }
  /** The time of one PING to this Redis. */
  | { readonly kind: 'redis-round-trip'; readonly port: number; readonly times: number }
  | { readonly kind: 'leave' }

export interface Measured {
  /** Deliveries, sends or people a second; for `reconnect` and `rounds` the milliseconds it took. */
  readonly value: number
  /** Processor time of the server for each of them. */
  readonly microseconds: number
  /** Of the time, how much it ran or waited for its core. */
  readonly generatorShare: number
  readonly p50: number
  readonly p99: number
  readonly mean: number
  /** That were through while it was measured; of `reconnect`, people. */
  readonly messages: number
}

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | {
      readonly kind: 'added'
      readonly near: Latency
      readonly far: Latency
      readonly added: Latency
    }
  | { readonly kind: 'latency'; readonly latency: Latency }
  | { readonly kind: 'failed'; readonly why: string }

/** Milliseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}
