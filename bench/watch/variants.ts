import type { Clock, SessionsOptions, Store } from "@sojourn/core";
import { telemetry } from "@sojourn/otel";
import { churn, guessing, hijacking, manySessions, newDevice, watch } from "@sojourn/watch";
import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { NoopSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** What is added to the core, and to its store. */
export interface Variant {
  readonly name: string;
  readonly options: Pick<
    SessionsOptions,
    "binding" | "onEvent" | "throttle" | "store" | "clock" | "timeouts"
  >;
}

const OFF = { userAgent: false } as const;
const NETWORK = { ip: "network", onMismatch: "reject" } as const;

/** The first is what the others are held against. */
export const BARE = "no listener, no binding";

/** What is to stay within five microseconds: with the defaults, and with all there is. */
export const USUAL = "user agent bound, every detector";
export const ALL = "network and user agent bound, every detector";

export function variants(store: () => Store, clock: Clock): Variant[] {
  function watched() {
    const detectors = [guessing(), hijacking(), newDevice(), churn(), manySessions()];
    const { onEvent, throttle } = watch({ detectors, clock, onWarning: () => {} });
    return { onEvent, throttle };
  }

  function observed(providers: Parameters<typeof telemetry>[0] = {}) {
    const { onEvent, observe } = telemetry(providers);
    return { onEvent, store: observe(store()) };
  }

  const given: [name: string, options: Partial<SessionsOptions>][] = [
    [BARE, { binding: OFF }],
    ["user agent bound, the default", {}],
    ["network and user agent bound", { binding: NETWORK }],
    ["a listener that does nothing", { binding: OFF, onEvent: () => {} }],
    ["every detector", { binding: OFF, ...watched() }],
    [USUAL, watched()],
    [ALL, { binding: NETWORK, ...watched() }],
    ["OpenTelemetry, no SDK", { binding: OFF, ...observed() }],
    ["OpenTelemetry, metrics", { binding: OFF, ...observed({ meterProvider: meters() }) }],
    [
      "OpenTelemetry, metrics and spans",
      { binding: OFF, ...observed({ meterProvider: meters(), tracerProvider: tracers() }) },
    ],
  ];
  return given.map(([name, options]) => ({ name, options: { store: store(), clock, ...options } }));
}

/** Exports once, at the end: what a collector costs is not asked here. */
function meters(): MeterProvider {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis });
  return new MeterProvider({ readers: [reader] });
}

function tracers(): TracerProvider {
  return new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] });
}

/** Of the API, by which it finds what is registered: nothing is, but for contexts, as in any server. */
export function registerContexts(): void {
  for (const api of [metrics, trace]) api.disable();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
}
