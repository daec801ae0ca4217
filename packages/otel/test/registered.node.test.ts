import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";
import { context, metrics, trace } from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";
import { startSdk } from "./sdk.ts";

afterEach(() => {
  for (const api of [trace, metrics, context]) api.disable();
});

function watched() {
  const { onEvent, observe } = telemetry();
  const secret = "correct-horse-battery-staple-0123456789";
  return createSessions({ store: observe(memoryStore()), secret, onEvent });
}

test("while no SDK is registered, everything works and nothing is recorded", async () => {
  const sessions = watched();
  const { token } = await sessions.login("ada");
  expect((await sessions.open(token))?.userId).toBe("ada");
  expect(trace.getActiveSpan()).toBeUndefined();
});

test("an SDK that is registered after the first request hears of the next", async () => {
  const sessions = watched();
  const { token } = await sessions.login("ada");
  await sessions.open(token);
  const sdk = startSdk();
  metrics.setGlobalMeterProvider(sdk.meterProvider);
  trace.setGlobalTracerProvider(sdk.tracerProvider);
  await sessions.open(token);
  await sessions.revokeAll("ada");
  expect(sdk.spans().map(({ name }) => name)).toContain("sojourn.store.read");
  const series = await sdk.series();
  expect(series).toContain("sojourn.store.operation.duration {sojourn.operation.name=read} 1");
  expect(series).toContain(
    "sojourn.session.ended {sojourn.session.kind=user, sojourn.reason=revoke-all} 1",
  );
  await sdk.stop();
});
