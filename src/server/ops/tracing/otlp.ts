import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import { createTracing, type Tracing } from './tracing.ts'

/** Traces to a collector, by OTLP over HTTP, in batches; a collector that is away is no trouble of the server's. */
export function traceTo(url: string): Tracing {
  return createTracing(new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) }))
}
