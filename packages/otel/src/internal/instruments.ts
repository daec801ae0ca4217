import type { Counter, Histogram, MeterProvider, UpDownCounter } from "@opentelemetry/api";
import { metrics, ValueType } from "@opentelemetry/api";
import { COUNTERS, type CounterName } from "./counters.ts";
import { SCOPE, VERSION } from "./scope.ts";

export interface Instruments {
  readonly counters: Readonly<Record<CounterName, Counter>>;
  readonly active: UpDownCounter;
  readonly duration: Histogram;
}

/**
 * In seconds. What the conventions advise for db.client.operation.duration, and two finer ones: a store
 * in the process answers within microseconds.
 */
const BOUNDARIES = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * The instruments of this provider; without one, of whichever is registered by then. What the API gives
 * before an SDK is registered stays without effect for ever, so it is asked each time which it is.
 */
export function createInstruments(given: MeterProvider | undefined): () => Instruments {
  let from: MeterProvider | null = null;
  let instruments: Instruments;
  return () => {
    const provider = given ?? metrics.getMeterProvider();
    if (provider !== from) {
      instruments = instrumentsOf(provider);
      from = provider;
    }
    return instruments;
  };
}

function instrumentsOf(provider: MeterProvider): Instruments {
  const meter = provider.getMeter(SCOPE, VERSION);
  const counters = Object.entries(COUNTERS).map(([name, [unit, description]]) => [
    name,
    meter.createCounter(name, { unit, description, valueType: ValueType.INT }),
  ]);
  return {
    counters: Object.fromEntries(counters) as Record<CounterName, Counter>,
    active: meter.createUpDownCounter("sojourn.session.active", {
      unit: "{session}",
      valueType: ValueType.INT,
      description: "Sessions that began less those that ended, as far as this process was told",
    }),
    duration: meter.createHistogram("sojourn.store.operation.duration", {
      unit: "s",
      description: "Duration of the store's operations, each with all its tries",
      advice: { explicitBucketBoundaries: BOUNDARIES },
    }),
  };
}
