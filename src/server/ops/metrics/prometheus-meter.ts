import { Counter, Histogram, type Registry } from 'prom-client'
import type { MeterName, ObservedName } from '../../hub/ports.ts'
import { type CountingMeter, countingMeter } from '../counting-meter.ts'

const LATENCY_SECONDS = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]
const WRITES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000]

/** Counters of the port, each with its name for Prometheus. Several may share one, told apart by a label. */
const COUNTERS: Readonly<
  Record<MeterName, readonly [name: string, label?: string, value?: string]>
> = {
  'connections-opened': ['websocket_connections_opened_total'],
  'connections-closed': ['websocket_connections_ended_total'],
  'sockets-closed': ['websocket_connections_closed_total', 'code'],
  'handshakes-rejected': ['websocket_errors_total', 'kind', 'handshake'],
  'frames-malformed': ['websocket_errors_total', 'kind', 'malformed'],
  'frames-unfinished': ['websocket_errors_total', 'kind', 'unfinished'],
  'slow-consumers': ['websocket_errors_total', 'kind', 'slow-consumer'],
  'floods-closed': ['websocket_errors_total', 'kind', 'flood'],
  'messages-in': ['websocket_messages_received_total'],
  'messages-out': ['websocket_messages_sent_total'],
  'writes-committed': ['landline_writes_total', 'result', 'committed'],
  'writes-duplicate': ['landline_writes_total', 'result', 'duplicate'],
  'writes-refused': ['landline_writes_total', 'result', 'refused'],
  'writes-held': ['landline_writes_total', 'result', 'held'],
  'writes-unavailable': ['landline_writes_total', 'result', 'unavailable'],
  'recoveries-events': ['landline_recoveries_total', 'outcome', 'events'],
  'recoveries-reset': ['landline_recoveries_total', 'outcome', 'reset'],
  'typing-dropped': ['landline_limited_total', 'what', 'typing'],
  'history-refused': ['landline_limited_total', 'what', 'history'],
}

const HELP: Readonly<Record<string, string>> = {
  websocket_connections_opened_total: 'Connections that were opened.',
  websocket_connections_ended_total: 'Connections that ended, for whatever reason.',
  websocket_connections_closed_total:
    'Connections that ended, by close code; "other" for those that peers make up.',
  websocket_errors_total: 'Handshakes and connections that went wrong, by kind.',
  websocket_messages_received_total: 'Frames that came in.',
  websocket_messages_sent_total: 'Frames that went out.',
  landline_writes_total:
    'Writes by what became of them; duplicates are resends that found their first ack.',
  landline_recoveries_total:
    'Rooms that a connection was behind in, by how it was caught up: events or a snapshot.',
  landline_limited_total: 'Signals and requests over their budget.',
}

const HISTOGRAMS: Readonly<
  Record<ObservedName, { name: string; help: string; buckets: number[]; scale: number }>
> = {
  'commit-ms': {
    name: 'landline_commit_seconds',
    help: 'Time of one transaction.',
    buckets: LATENCY_SECONDS,
    scale: 0.001,
  },
  'commit-batch': {
    name: 'landline_commit_batch_writes',
    help: 'Writes in one transaction.',
    buckets: WRITES,
    scale: 1,
  },
  'round-trip-ms': {
    name: 'websocket_round_trip_seconds',
    help: 'Ping to pong.',
    buckets: LATENCY_SECONDS,
    scale: 0.001,
  },
  'ack-ms': {
    name: 'landline_ack_seconds',
    help: 'From a write coming in to its ack.',
    buckets: LATENCY_SECONDS,
    scale: 0.001,
  },
  'fan-out-lag-ms': {
    name: 'landline_fan_out_lag_seconds',
    help: 'From a write coming in on another node to its event arriving at this one.',
    buckets: LATENCY_SECONDS,
    scale: 0.001,
  },
  'delivery-ms': {
    name: 'landline_delivery_seconds',
    help: 'From a write coming in, on whichever node, to its event being handed to the sockets of this one.',
    buckets: LATENCY_SECONDS,
    scale: 0.001,
  },
}

/** Counts for the hosting panel as before, and for Prometheus beside it. */
export function prometheusMeter(registry: Registry): CountingMeter {
  const counting = countingMeter()
  /** Of counters whose label is told with each count. */
  const labelled = new Map<MeterName, Map<string, number>>()
  const sources = Object.entries(COUNTERS) as [MeterName, (typeof COUNTERS)[MeterName]][]
  for (const metric of new Set(sources.map(([, [name]]) => name))) {
    const own = sources.filter(([, [name]]) => name === metric)
    const labels = own.flatMap(([, [, label]]) => (label === undefined ? [] : [label]))
    new Counter({
      name: metric,
      help: HELP[metric] ?? metric,
      labelNames: [...new Set(labels)],
      registers: [registry],
      // Figures are fetched every few seconds and counted a million times in one: they are carried over when
      // fetched. Those that are 0 too, since a rate that is missing until the first error cannot be alerted on.
      collect() {
        this.reset()
        for (const [source, [, label, value]] of own) {
          if (label === undefined) this.inc(counting.get(source))
          else if (value !== undefined) this.inc({ [label]: value }, counting.get(source))
          else
            for (const [told, count] of labelled.get(source) ?? [])
              this.inc({ [label]: told }, count)
        }
      },
    })
  }
  const histograms = new Map<string, { readonly histogram: Histogram; readonly scale: number }>()
  for (const [observed, { scale, ...about }] of Object.entries(HISTOGRAMS)) {
    histograms.set(observed, {
      histogram: new Histogram({ ...about, registers: [registry] }),
      scale,
    })
  }

  return {
    get: counting.get,
    takeMean: counting.takeMean,
    count(name, by = 1, label) {
      counting.count(name, by)
      if (label === undefined) return
      const counts = labelled.get(name) ?? new Map<string, number>()
      labelled.set(name, counts.set(label, (counts.get(label) ?? 0) + by))
    },
    observe(name, value) {
      counting.observe(name, value)
      const known = histograms.get(name)
      known?.histogram.observe(value * known.scale)
    },
  }
}
