// What an application registers once, before anything else: `node --import ./sdk.ts`. With
// @opentelemetry/sdk-node it is one object and an exporter to your collector; here all of it is printed.
import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { ConsoleSpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

const exporter = new ConsoleMetricExporter();
const meterProvider = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter })],
});
const tracerProvider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })],
});

context.setGlobalContextManager(new AsyncLocalStorageContextManager());
metrics.setGlobalMeterProvider(meterProvider);
trace.setGlobalTracerProvider(tracerProvider);

// What has not been exported yet is, before the process ends.
process.once("beforeExit", async () => {
  await tracerProvider.shutdown();
  await meterProvider.shutdown();
});
