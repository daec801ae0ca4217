import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry, type TelemetryOptions } from "@sojourn/otel";
import { faultyStore } from "@sojourn/testing";
import { context, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSdk } from "./sdk.ts";

const SECRET = "correct-horse-battery-staple-0123456789";

let sdk: ReturnType<typeof startSdk>;

beforeEach(() => {
  sdk = startSdk();
});

afterEach(() => sdk.stop());

function watched(options: TelemetryOptions = {}) {
  const { meterProvider, tracerProvider } = sdk;
  const { onEvent, observe } = telemetry({ meterProvider, tracerProvider, ...options });
  const store = faultyStore(memoryStore());
  const sessions = createSessions({ store: observe(store), secret: SECRET, onEvent });
  /** As a server's instrumentation has it: a span a request, active while it is answered. */
  function request<T>(handler: () => Promise<T>): Promise<T> {
    return sdk.tracer.startActiveSpan("GET /", { kind: SpanKind.SERVER }, (span) =>
      handler().finally(() => span.end()),
    );
  }
  return { sessions, store, request };
}

const named = (name: string) => sdk.spans().filter((span) => span.name === name);

describe("a call of the store", () => {
  test("is a span below the request's, across every await", async () => {
    const { sessions, request } = watched();
    const token = await request(async () => {
      await Promise.resolve();
      return (await sessions.login("ada")).token;
    });
    await request(() => sessions.open(token));
    const [login, read] = named("GET /");
    const [create] = named("sojourn.store.create");
    const [reading] = named("sojourn.store.read");
    expect(create?.parentSpanContext?.spanId).toBe(login?.spanContext().spanId);
    expect(reading?.parentSpanContext?.spanId).toBe(read?.spanContext().spanId);
    expect(reading?.kind).toBe(SpanKind.INTERNAL);
    expect(reading?.attributes).toEqual({ "sojourn.operation.name": "read" });
    expect(reading?.status.code).toBe(SpanStatusCode.UNSET);
  });

  test("has below it what the store's own client does", async () => {
    const { tracerProvider } = sdk;
    const slow = memoryStore();
    const { read } = slow;
    slow.read = async (...args) => {
      await Promise.resolve();
      sdk.tracer.startSpan("HGETALL", { kind: SpanKind.CLIENT }).end();
      return read(...args);
    };
    await telemetry({ tracerProvider }).observe(slow).read({ partition: "p", handle: "h" }, 1);
    const [command] = named("HGETALL");
    const [call] = named("sojourn.store.read");
    expect(command?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
  });

  test("that fails says so, by our code alone, and rejects as it did", async () => {
    const { sessions, store, request } = watched();
    const { token } = await sessions.login("ada");
    store.failNext("read");
    const opening = request(() => sessions.open(token));
    await expect(opening).rejects.toMatchObject({ code: "store-unavailable", status: 503 });
    const [reading] = named("sojourn.store.read");
    expect(reading?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(reading?.attributes["error.type"]).toBe("store-unavailable");
    expect(reading?.events).toEqual([]);
  });

  test("of a trace that is not sampled is not recorded, and its client's work neither", async () => {
    const unsampled = trace.setSpanContext(context.active(), {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: TraceFlags.NONE,
    });
    const { sessions } = watched();
    await context.with(unsampled, () => sessions.login("ada"));
    expect(sdk.spans()).toEqual([]);
  });
});

describe("what happened to the session", () => {
  test("is on the request's span, without saying whose", async () => {
    const { sessions, request } = watched();
    await request(async () => {
      const { session } = await sessions.login("ada");
      await sessions.destroy(session);
    });
    const [span] = named("GET /");
    expect(span?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ["sojourn.session_created", { "sojourn.session.kind": "user" }],
      ["sojourn.session_logout", { "sojourn.session.kind": "user", "sojourn.reason": "logout" }],
    ]);
  });

  test("says which session where that is asked for", async () => {
    const { sessions, request } = watched({ sessionId: true, attributes: { "app.area": "shop" } });
    const { session } = await request(() => sessions.login("ada"));
    const [span] = named("GET /");
    expect(span?.events[0]?.attributes).toEqual({
      "app.area": "shop",
      "session.id": session.handle,
      "sojourn.session.kind": "user",
    });
    expect(JSON.stringify(await sdk.exported())).not.toContain(session.handle);
  });

  test("where there is no span, is counted all the same", async () => {
    const { sessions } = watched();
    await sessions.login("ada");
    expect(await sdk.series()).toContain("sojourn.session.created {sojourn.session.kind=user} 1");
  });
});
