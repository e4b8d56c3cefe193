import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import { createTracing, type Tracing, type TracingOptions } from './tracing.ts'

/** Traces to a collector, by OTLP over HTTP, in batches; a collector that is away is no trouble of the server's. */
export function traceTo(url: string, options: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url })
  return createTracing(new BatchSpanProcessor({ exporter }), options)
}
