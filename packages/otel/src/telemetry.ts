import {
  type Attributes,
  type MeterProvider,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import {
  type PoweredStore,
  type SessionEvent,
  type SessionEventListener,
  type Store,
  wrapStore,
} from "@sojourn/core";
import { attributesOf, livingAttributesOf, SESSION_ID } from "./internal/attributes.ts";
import { observedCalls } from "./internal/calls.ts";
import { checkOptions, checkStore } from "./internal/check.ts";
import { type CounterName, counterOf } from "./internal/counters.ts";
import { createInstruments } from "./internal/instruments.ts";
import { SCOPE, VERSION } from "./internal/scope.ts";

export interface TelemetryOptions {
  /** Default: the one that is registered, also if that happens later. */
  readonly meterProvider?: MeterProvider;
  /** Default: the one that is registered, also if that happens later. */
  readonly tracerProvider?: TracerProvider;
  /**
   * Said of every measurement and of every span: tells two applications in one process apart. Each value
   * makes a series of its own, so nothing that comes with a request.
   */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Whether events on spans say which session: `session.id` is its handle. It opens nothing, and it ties a
   * person's requests together at your backend. Default false, as the semantic conventions have it.
   */
  readonly sessionId?: boolean;
  /** Hears every event next, such as the listener of a log. */
  readonly onEvent?: SessionEventListener;
}

export interface Telemetry {
  /** For `createSessions`, or for the option `onEvent` of `watch()`, whose alerts it then hears too. */
  readonly onEvent: SessionEventListener;
  /**
   * The same store, with the same powers, whose every operation is a span and a duration. What it has
   * besides, such as `close`, stays with the one that was given.
   */
  observe(store: Store): PoweredStore;
}

/**
 * Metrics and spans of sessions and their store, through `@opentelemetry/api`: while no SDK is
 * registered nothing is recorded. Neither holds a token, a hash, a user id, an address or a user agent.
 * Throws a `ConfigurationError` that names the remedy.
 */
export function telemetry(options: TelemetryOptions = {}): Telemetry {
  checkOptions(options);
  const { meterProvider, tracerProvider, attributes = {}, sessionId = false, onEvent } = options;
  const fixed: Attributes = { ...attributes };
  const instruments = createInstruments(meterProvider);
  // Without an SDK a tracer of the API is a stand-in, which finds the one that is registered later.
  const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE, VERSION);

  function count(counter: CounterName, event: SessionEvent, told: Attributes): void {
    const { counters, active } = instruments();
    counters[counter].add(1, { ...fixed, ...told });
    const step = STEPS.get(counter);
    if (step !== undefined) active.add(step, { ...fixed, ...livingAttributesOf(event) });
  }

  /** On the span of whatever is being done, if anything is. */
  function mark(event: SessionEvent, told: Attributes): void {
    const span = trace.getActiveSpan();
    if (!span?.isRecording()) return;
    const which = sessionId && event.handle !== null ? { [SESSION_ID]: event.handle } : {};
    span.addEvent(`sojourn.${event.type}`, { ...fixed, ...told, ...which });
  }

  return {
    onEvent(event, client) {
      const counter = counterOf(event);
      if (counter !== undefined) {
        const told = attributesOf(event);
        count(counter, event, told);
        mark(event, told);
      }
      return onEvent?.(event, client);
    },
    observe(store) {
      checkStore(store);
      return wrapStore(store, observedCalls(tracer, instruments, fixed));
    },
  };
}

const STEPS: ReadonlyMap<CounterName, 1 | -1> = new Map([
  ["sojourn.session.created", 1],
  ["sojourn.session.ended", -1],
]);
