import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { RoomEvent } from '../../../protocol/records.ts'
import type { FanOut, Signal, Store, Write } from '../../hub/ports.ts'
import { replacing } from '../replacing.ts'
import { fromTraceParent, toTraceParent } from './trace-parent.ts'

/**
 * A message's way as spans: `send` from the moment the write came in to its commit, `commit` for the transaction
 * it shared with others (part of the first's trace, linked from it to all), `fan-out` where it is published,
 * `delivery` on every node that hands it to its sockets. They hold rooms and kinds, never a text or a name.
 */
export interface Tracing {
  store(store: Store): Store
  fanOut(fanOut: FanOut): FanOut
  /** Sends what is left. */
  stop(): Promise<void>
}

export interface TracingOptions {
  /** Part of the messages that are traced, 0 to 1. Where a message came in decides for its whole way. */
  readonly sampleRatio?: number
  /** This node's own name among those of the service. */
  readonly instance?: string
}

export function createTracing(processor: SpanProcessor, options: TracingOptions = {}): Tracing {
  const { sampleRatio = 1, instance } = options
  const provider = new TracerProvider({
    spanProcessors: [processor],
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    resource: resourceFromAttributes({
      'service.name': 'landline',
      ...(instance === undefined ? {} : { 'service.instance.id': instance }),
    }),
  })
  const tracer = provider.getTracer('landline')
  // By the event itself, so that it is forgotten with it.
  const sends = new WeakMap<RoomEvent, SpanContext>()

  const startSend = (write: Write) =>
    tracer.startSpan(
      'landline.send',
      {
        kind: SpanKind.SERVER,
        startTime: write.at,
        attributes: { 'landline.room': write.room, 'landline.operation': write.operation.kind },
      },
      ROOT_CONTEXT,
    )

  async function commit(store: Store, writes: readonly Write[]) {
    const spans = writes.map(startSend)
    // A transaction is of interest where one of its messages is.
    const traced = spans.filter((one) => one.isRecording()).map((one) => one.spanContext())
    const span = tracer.startSpan(
      'landline.commit',
      {
        attributes: { 'landline.writes': writes.length },
        links: traced.map((context) => ({ context })),
      },
      under(traced[0] ?? spans[0]?.spanContext()),
    )
    try {
      const results = await store.commit(writes)
      for (const [index, result] of results.entries()) {
        const send = spans[index]
        if (send === undefined) continue
        send.setAttribute('landline.result', result.kind)
        if (result.kind !== 'committed') continue
        for (const event of result.events) sends.set(event, send.spanContext())
      }
      return results
    } catch (fault) {
      for (const one of [span, ...spans]) one.setStatus({ code: SpanStatusCode.ERROR })
      throw fault
    } finally {
      for (const one of [span, ...spans]) one.end()
    }
  }

  function publish(fanOut: FanOut, signal: Signal): void {
    if (signal.kind !== 'events') return fanOut.publish(signal)
    const [first] = signal.events
    const span = tracer.startSpan(
      'landline.fan-out',
      {
        kind: SpanKind.PRODUCER,
        attributes: { 'landline.room': signal.room, 'landline.events': signal.events.length },
      },
      under(first === undefined ? undefined : sends.get(first)),
    )
    try {
      fanOut.publish({ ...signal, trace: toTraceParent(span.spanContext()) })
    } finally {
      span.end()
    }
  }

  function deliver(signal: Signal, listener: (signal: Signal) => void): void {
    if (signal.kind !== 'events') return listener(signal)
    const span = tracer.startSpan(
      'landline.delivery',
      { kind: SpanKind.CONSUMER, attributes: { 'landline.room': signal.room } },
      under(fromTraceParent(signal.trace)),
    )
    try {
      listener(signal)
    } finally {
      span.end()
    }
  }

  return {
    store: (store) => replacing(store, 'commit', (writes) => commit(store, writes)),
    fanOut: (fanOut) =>
      replacing(
        replacing(fanOut, 'publish', (signal) => publish(fanOut, signal)),
        'subscribe',
        (listener) => fanOut.subscribe((signal) => deliver(signal, listener)),
      ),
    stop: () => provider.shutdown(),
  }
}

function under(parent: SpanContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
}
