import type { AroundCall, StoreOperation } from "@sojourn/core";
import {
  type Attributes,
  context,
  INVALID_TRACEID,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { ERROR_TYPE, errorTypeOf, OPERATION } from "./attributes.ts";
import type { Instruments } from "./instruments.ts";

interface Call {
  readonly name: string;
  readonly attributes: Attributes;
  /** The same with each error that has come up. */
  readonly failed: Map<string, Attributes>;
}

/**
 * A span and a duration a call, of which only the operation's name and the error's code are told. What
 * the call is about (a handle, a user, texts of data) is not looked at.
 *
 * The kind is INTERNAL: the call goes to a store, which may be this process's memory or make several
 * requests; those are a database client's to tell, in spans of kind CLIENT below this one.
 */
export function observedCalls(
  tracer: Tracer,
  instruments: () => Instruments,
  fixed: Attributes,
): AroundCall {
  const calls = new Map<StoreOperation, Call>();

  function callOf(operation: StoreOperation): Call {
    let call = calls.get(operation);
    if (call === undefined) {
      const attributes = { ...fixed, [OPERATION]: operation };
      call = { name: `sojourn.store.${operation}`, attributes, failed: new Map() };
      calls.set(operation, call);
    }
    return call;
  }

  return async (run, operation) => {
    const call = callOf(operation);
    let { attributes } = call;
    const active = context.active();
    const span = tracer.startSpan(call.name, { kind: SpanKind.INTERNAL, attributes }, active);
    // Of a span that nobody records but which is somebody's parent, too: its sampling holds below.
    const within =
      span.spanContext().traceId === INVALID_TRACEID ? active : trace.setSpan(active, span);
    const start = performance.now();
    try {
      return await (within === active ? run() : context.with(within, run));
    } catch (error) {
      const type = errorTypeOf(error);
      // No description and no exception: their messages are a database client's, with what it was sent.
      span.setAttribute(ERROR_TYPE, type).setStatus({ code: SpanStatusCode.ERROR });
      attributes = failedWith(call, type);
      throw error;
    } finally {
      instruments().duration.record((performance.now() - start) / 1_000, attributes, within);
      span.end();
    }
  };
}

function failedWith({ attributes, failed }: Call, type: string): Attributes {
  let those = failed.get(type);
  if (those === undefined) failed.set(type, (those = { ...attributes, [ERROR_TYPE]: type }));
  return those;
}
