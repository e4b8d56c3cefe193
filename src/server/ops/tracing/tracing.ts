import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { RoomEvent } from '../../../protocol/records.ts'
import type { FanOut, Signal, Store, Write } from '../../hub/ports.ts'
import { replacing } from '../replacing.ts'
import { fromTraceParent, toTraceParent } from './trace-parent.ts'

/**
 * A message's way as spans: `send` from the moment the write came in to its commit, `commit` for the transaction
 * it shared with others (linked), `fan-out` where it is published, `delivery` on every node that hands it to its
 * sockets. They hold rooms and kinds, never a text or a name.
 */
export interface Tracing {
  store(store: Store): Store
  fanOut(fanOut: FanOut): FanOut
  /** Sends what is left. */
  stop(): Promise<void>
}

export function createTracing(processor: SpanProcessor): Tracing {
  const provider = new TracerProvider({ spanProcessors: [processor] })
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
    const span = tracer.startSpan(
      'landline.commit',
      {
        attributes: { 'landline.writes': writes.length },
        links: spans.map((one) => ({ context: one.spanContext() })),
      },
      ROOT_CONTEXT,
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
      for (const one of [...spans, span]) one.end()
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
