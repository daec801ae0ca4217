import { context } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { asyncContextManager } from "./async-context.ts";

/** As an application has them, only that what they export stays here. */
export function startSdk() {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // Far beyond a test: it exports when told to.
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis,
  });
  const spanExporter = new InMemorySpanExporter();
  const meterProvider = new MeterProvider({ readers: [reader] });
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spanExporter })],
  });
  context.setGlobalContextManager(asyncContextManager());

  async function exported() {
    metricExporter.reset();
    await meterProvider.forceFlush();
    return metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  }

  return {
    meterProvider,
    tracerProvider,
    tracer: tracerProvider.getTracer("the application"),
    spans: () => spanExporter.getFinishedSpans(),
    exported,
    /** Every series, as one line: `sojourn.token.refused {sojourn.reason=gone} 2`. */
    async series(): Promise<string[]> {
      const metrics = (await exported()).flatMap((scope) => scope.metrics);
      return metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const told = Object.entries(attributes).map(([name, of]) => `${name}=${String(of)}`);
          const figure = typeof value === "number" ? value : value.count;
          return `${descriptor.name} {${told.join(", ")}} ${figure}`;
        }),
      );
    },
    async stop() {
      context.disable();
      await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()]);
    },
  };
}
