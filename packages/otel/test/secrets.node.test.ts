import { createSessions, StoreUnavailableError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";
import { SpanKind } from "@opentelemetry/api";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSdk } from "./sdk.ts";

let sdk: ReturnType<typeof startSdk>;

beforeEach(() => {
  sdk = startSdk();
});

afterEach(() => sdk.stop());

test("invariant 7: nothing that is exported opens a session, or says whose it is", async () => {
  const { meterProvider, tracerProvider } = sdk;
  const { onEvent, observe } = telemetry({ meterProvider, tracerProvider });
  const store = memoryStore();
  const read = store.read;
  let fails = false;
  store.read = async (ref, now) => {
    const record = await read(ref, now);
    // As clients do: with what they were asked, and what came.
    if (fails) throw new StoreUnavailableError(`HGETALL ${inspect(ref)} ${inspect(record)}`);
    return record;
  };
  const sessions = createSessions({
    store: observe(store),
    secret: "correct-horse-battery-staple-0123456789",
    onEvent,
  });
  const client = {
    address: "203.0.113.77",
    userAgent: "Mozilla/5.0 (X11) Firefox/132.0",
    network: () => "203.0.113.0/24",
  };
  const known = new Set([client.address, "203.0.113.0", "Firefox", "user-ada", "a secret note"]);
  await sdk.tracer.startActiveSpan("POST /", { kind: SpanKind.SERVER }, async (span) => {
    const anonymous = await sessions.create({ note: "a secret note" });
    const { session, token } = await sessions.login("user-ada", {
      from: anonymous.session,
      client,
      label: "the kitchen's laptop",
      reference: "https://login.example 4711",
    });
    const ticket = session.ticket();
    const grant = session.grant("pay the invoice");
    await session.redeem("pay the invoice", grant);
    await session.redeem("pay the invoice", grant);
    await sessions.openTicket(ticket, { client });
    await sessions.openTicket(ticket, { client });
    await sessions.open(anonymous.token, { client });
    await sessions.open(`${token.slice(0, 60)}AAAA${token.slice(64)}`, { client });
    await sessions.open(token, { client: { ...client, userAgent: "curl/8.0" } });
    const { token: renewed } = await sessions.rotate(session);
    await sessions.open(token, { client });
    fails = true;
    await sessions.open(renewed ?? "", { client }).catch(() => {});
    fails = false;
    await sessions.drain();
    await sessions.exportUser("user-ada");
    await sessions.revokeAll("user-ada");
    for (const secret of [anonymous.token, token, renewed ?? "", ticket, grant]) known.add(secret);
    for (const name of [session.handle, anonymous.session.handle]) known.add(name);
    for (const text of ["kitchen", "login.example", "pay the", "curl/8.0"]) known.add(text);
    span.end();
  });

  const spans = sdk
    .spans()
    .map(({ name, attributes, events, status, links }) => [
      name,
      attributes,
      events,
      status,
      links,
    ]);
  const everything = inspect([spans, await sdk.exported()], { depth: 20, maxArrayLength: null });
  expect(everything).toContain("sojourn.session_created");
  expect(everything).toContain("sojourn.grant.refused");
  expect(everything).toContain("store-unavailable");
  // Of a token every part, too: 24 characters of it are in no word of ours.
  for (const text of known) {
    for (let at = 0; at < text.length; at += 24) {
      const part = text.slice(at, at + 24);
      if (part.length >= 6) expect(everything).not.toContain(part);
    }
  }
});
