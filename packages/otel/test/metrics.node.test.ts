import { createSessions, type SessionEvent, type SessionsOptions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { telemetry } from "@sojourn/otel";
import { fakeClock, faultyStore } from "@sojourn/testing";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COUNTERS } from "../src/internal/counters.ts";
import { VERSION } from "../src/internal/scope.ts";
import { startSdk } from "./sdk.ts";

const SECRET = "correct-horse-battery-staple-0123456789";

let sdk: ReturnType<typeof startSdk>;

beforeEach(() => {
  sdk = startSdk();
});

afterEach(() => sdk.stop());

function watched(options: Partial<SessionsOptions> = {}) {
  const { onEvent, observe } = telemetry({ meterProvider: sdk.meterProvider });
  const clock = fakeClock();
  const store = faultyStore(options.store ?? memoryStore());
  const sessions = createSessions({
    secret: SECRET,
    onEvent,
    clock,
    ...options,
    store: observe(store),
  });
  return { sessions, clock, store, onEvent };
}

/** But for durations. */
async function counted(): Promise<string[]> {
  return (await sdk.series()).filter((line) => !line.startsWith("sojourn.store.")).sort();
}

describe("sessions, counted", () => {
  test("as they begin, and as they end by their reasons; what is left is active", async () => {
    const { sessions, clock } = watched({ maxPerUser: 3, timeouts: { idle: "30m" } });
    const { session } = await sessions.login("ada");
    await sessions.destroy(session);
    const { session: phone } = await sessions.login("ada");
    await sessions.revoke("ada", phone.handle);
    for (let i = 0; i < 4; i++) await sessions.login("ada");
    await sessions.revokeAll("ada");
    await sessions.login("bob");
    await sessions.login("cyd");
    await clock.advance(29 * 60_000);
    await sessions.login("dan");
    await sessions.create();
    await clock.advance(60_000);
    await sessions.sweep();

    expect(await counted()).toEqual([
      "sojourn.session.active {sojourn.session.kind=anonymous} 1",
      "sojourn.session.active {sojourn.session.kind=user} 1",
      "sojourn.session.created {sojourn.session.kind=anonymous} 1",
      "sojourn.session.created {sojourn.session.kind=user} 9",
      "sojourn.session.ended {sojourn.session.kind=user, sojourn.reason=evict} 1",
      "sojourn.session.ended {sojourn.session.kind=user, sojourn.reason=idle} 2",
      "sojourn.session.ended {sojourn.session.kind=user, sojourn.reason=logout} 1",
      "sojourn.session.ended {sojourn.session.kind=user, sojourn.reason=revoke-all} 3",
      "sojourn.session.ended {sojourn.session.kind=user, sojourn.reason=revoke} 1",
    ]);
  });

  test("an anonymous one that a login replaces has ended as an anonymous one", async () => {
    const { sessions } = watched();
    const { session } = await sessions.create();
    await sessions.login("ada", { from: session });
    const lines = await counted();
    expect(lines).toContain("sojourn.session.active {sojourn.session.kind=anonymous} 0");
    expect(lines).toContain("sojourn.session.active {sojourn.session.kind=user} 1");
  });

  test("renewed, rotated, reauthenticated, seen in use", async () => {
    const { sessions, clock } = watched();
    const { session, token } = await sessions.login("ada");
    await sessions.rotate(session);
    await session.reauthenticate({ aal: 2 });
    await sessions.renew(session);
    await clock.advance(120_000);
    await sessions.open(token);
    const other = await sessions.login("bob");
    await clock.advance(120_000);
    await sessions.open(other.token);
    await sessions.drain();
    const lines = await counted();
    for (const what of ["reauthenticated", "renewed", "accessed"]) {
      expect(lines).toContain(`sojourn.session.${what} {} 1`);
    }
    // A reauthentication is a rotation, too.
    expect(lines).toContain("sojourn.session.rotated {} 2");
    expect(lines).toContain("sojourn.token.refused {sojourn.reason=unknown-secret} 1");
  });
});

describe("refusals, counted by their reasons", () => {
  test("tokens, logins, and requests of other sites", async () => {
    const { sessions } = watched({ maxPerUser: 1, onLimit: "refuse" });
    const { token } = await sessions.login("ada");
    await expect(sessions.login("ada")).rejects.toThrow();
    await sessions.revokeAll("ada");
    await sessions.open(token);
    await sessions.open(token);
    await expect(sessions.login("ada", { authenticatedAt: 1 })).rejects.toThrow();
    const answer = sessions.fetch(() => new Response("done"));
    const headers = { "sec-fetch-site": "cross-site" };
    const response = await answer(
      new Request("https://shop.example/buy", { method: "POST", headers }),
      undefined,
      undefined,
    );
    expect(response.status).toBe(403);
    expect(await counted()).toEqual(
      expect.arrayContaining([
        "sojourn.cross_site.refused {sojourn.reason=fetch-site} 1",
        "sojourn.login.refused {sojourn.reason=limit} 1",
        "sojourn.login.refused {sojourn.reason=revoked-meanwhile} 1",
        "sojourn.token.refused {sojourn.reason=gone} 2",
      ]),
    );
  });

  test("alerts, by name and severity and nothing of their evidence", async () => {
    const { onEvent } = watched();
    onEvent(
      {
        type: "alert",
        reason: "guessing",
        severity: "critical",
        done: ["throttle"],
        evidence: { network: "192.0.2.0/24" },
        at: 0,
        handle: null,
        userId: "ada",
        impersonator: null,
        client: null,
      },
      null,
    );
    expect(await counted()).toEqual([
      "sojourn.alert.raised {sojourn.alert.name=guessing, sojourn.alert.severity=critical} 1",
    ]);
  });

  test.each<readonly [SessionEvent["type"], fields: object, line: string]>([
    ["session_created", {}, "session.created {sojourn.session.kind=user}"],
    ["session_created", { userId: null }, "session.created {sojourn.session.kind=anonymous}"],
    ["session_accessed", {}, "session.accessed {}"],
    ["session_renewed", {}, "session.renewed {}"],
    ["session_rotated", {}, "session.rotated {}"],
    ["session_reauthenticated", { aal: 2 }, "session.reauthenticated {}"],
    ["session_locked", { reason: "idle" }, "session.locked {sojourn.reason=idle}"],
    ["session_unlocked", {}, "session.unlocked {}"],
    ["session_logout", {}, "session.ended {sojourn.session.kind=user, sojourn.reason=logout}"],
    [
      "session_expired",
      { reason: "absolute" },
      "session.ended {sojourn.session.kind=user, sojourn.reason=absolute}",
    ],
    [
      "session_revoked",
      { reason: "reuse" },
      "session.ended {sojourn.session.kind=user, sojourn.reason=reuse}",
    ],
    ["everyone_revoked", {}, "everyone.revoked {}"],
    [
      "excess_sessions_exceeded",
      { reason: "evict" },
      "session.ended {sojourn.session.kind=user, sojourn.reason=evict}",
    ],
    ["excess_sessions_exceeded", { reason: "refuse" }, "login.refused {sojourn.reason=limit}"],
    [
      "login_refused",
      { reason: "revoked-meanwhile" },
      "login.refused {sojourn.reason=revoked-meanwhile}",
    ],
    ["token_refused", { reason: "malformed" }, "token.refused {sojourn.reason=malformed}"],
    ["token_reuse", { reason: "revoke" }, "token.reused {sojourn.reason=revoke}"],
    [
      "binding_mismatch",
      { reason: "address", action: "reject", was: { address: "192.0.2.0", userAgent: null } },
      "binding.mismatched {sojourn.reason=address, sojourn.binding.action=reject}",
    ],
    ["freshness_required", { reason: "stale" }, "freshness.required {sojourn.reason=stale}"],
    ["grant_issued", { action: "pay 4711" }, "grant.issued {}"],
    ["grant_redeemed", { action: "pay 4711" }, "grant.redeemed {}"],
    [
      "grant_refused",
      { action: "pay 4711", reason: "spent" },
      "grant.refused {sojourn.reason=spent}",
    ],
    ["ticket_refused", { reason: "gone" }, "ticket.refused {sojourn.reason=gone}"],
    ["cross_site_refused", { reason: "origin" }, "cross_site.refused {sojourn.reason=origin}"],
    ["source_throttled", {}, "source.throttled {}"],
    ["record_corrupt", {}, "record.corrupt {}"],
    ["data_invalid", { reason: "drop" }, "data.invalid {sojourn.reason=drop}"],
    ["user_exported", {}, "user.exported {}"],
    ["user_erased", {}, "user.erased {}"],
    ["background_failed", { reason: "conflict" }, "background.failed {error.type=conflict}"],
  ])("%s %j is one %s", async (type, fields, line) => {
    const { onEvent } = watched();
    const who = { handle: "h", userId: "ada", impersonator: "eve", client: null };
    onEvent({ at: 0, reason: null, ...who, type, ...fields } as SessionEvent, null);
    const lines = await counted();
    expect(lines.filter((one) => !one.startsWith("sojourn.session.active"))).toEqual([
      `sojourn.${line} 1`,
    ]);
  });

  test("an event of a later core is let through, and counts as nothing", async () => {
    const heard: string[] = [];
    const { onEvent } = telemetry({
      meterProvider: sdk.meterProvider,
      onEvent: ({ type }) => heard.push(type),
    });
    onEvent({ type: "toString", reason: null } as never, null);
    expect(heard).toEqual(["toString"]);
    expect(await counted()).toEqual([]);
  });
});

describe("the store's operations", () => {
  test("each takes its time, in seconds, by its name", async () => {
    const { sessions } = watched();
    const { token } = await sessions.login("ada");
    await sessions.open(token);
    const [scope] = await sdk.exported();
    const duration = scope?.metrics.find(({ descriptor }) => descriptor.name.includes("duration"));
    expect(duration?.descriptor).toMatchObject({
      name: "sojourn.store.operation.duration",
      unit: "s",
    });
    const operations = duration?.dataPoints.map(
      ({ attributes }) => attributes["sojourn.operation.name"],
    );
    expect(operations).toEqual(expect.arrayContaining(["create", "read", "update"]));
    for (const { value } of duration?.dataPoints ?? []) {
      const { sum = Number.NaN } = value as { sum?: number };
      expect(sum).toBeGreaterThan(0);
      expect(sum).toBeLessThan(5);
    }
  });

  test("one that fails is told with the code that the application gets", async () => {
    const { sessions, store } = watched();
    const { token } = await sessions.login("ada");
    store.failNext("read");
    await expect(sessions.open(token)).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await sdk.series()).toContain(
      "sojourn.store.operation.duration {sojourn.operation.name=read, error.type=store-unavailable} 1",
    );
  });

  test("a database's own error is told as what the core makes of it", async () => {
    const broken = memoryStore();
    broken.read = () => Promise.reject(new TypeError("GET session:4711"));
    const { sessions } = watched({ store: broken });
    const { token } = await sessions.login("ada");
    await expect(sessions.open(token)).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await sdk.series()).toContain(
      "sojourn.store.operation.duration {sojourn.operation.name=read, error.type=store-unavailable} 1",
    );
  });

  test("a write that no response waited for counts as failed", async () => {
    const { sessions, store, clock } = watched();
    const { token } = await sessions.login("ada");
    await clock.advance(120_000);
    store.failNext("update");
    await sessions.open(token);
    await sessions.drain();
    expect(await counted()).toContain("sojourn.background.failed {error.type=store-unavailable} 1");
  });

  test("the store keeps its powers, and they are measured too", async () => {
    const { observe } = telemetry({ meterProvider: sdk.meterProvider });
    const bare = memoryStore();
    const store = observe(bare);
    expect(Object.keys(store.powers).sort()).toEqual(Object.keys(bare.powers).sort());
    await store.powers.once?.redeem("one", 2, 1);
    expect(await sdk.series()).toEqual([
      "sojourn.store.operation.duration {sojourn.operation.name=once.redeem} 1",
    ]);
    expect(observe({ ...bare, powers: {} }).powers).toEqual({});
  });
});

describe("what it is told as", () => {
  test("the scope is this package, in its version", async () => {
    const { version } = JSON.parse(
      readFileSync(new URL("../package.json", import.meta.url), "utf8"),
    ) as { version: string };
    expect(VERSION).toBe(version);
    await watched().sessions.login("ada");
    const [scope] = await sdk.exported();
    expect(scope?.scope).toMatchObject({ name: "@sojourn/otel", version });
  });

  test("fixed attributes are on every series", async () => {
    const { onEvent, observe } = telemetry({
      meterProvider: sdk.meterProvider,
      attributes: { "app.area": "admin" },
    });
    const sessions = createSessions({ store: observe(memoryStore()), secret: SECRET, onEvent });
    await sessions.login("ada");
    const lines = await sdk.series();
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => !line.includes("{app.area=admin"))).toEqual([]);
  });

  test("the README's table has every metric, and no other", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const told = [...readme.matchAll(/^\| `(sojourn\.[\w.]+)` +\|/gm)].map(([, name]) => name);
    const others = ["sojourn.session.active", "sojourn.store.operation.duration"];
    expect(told.sort()).toEqual([...Object.keys(COUNTERS), ...others].sort());
  });

  test("names are as OpenTelemetry's conventions want them", () => {
    for (const [name, [unit, description]] of Object.entries(COUNTERS)) {
      expect(name).toMatch(/^sojourn(\.[a-z]+(_[a-z]+)*){2}$/);
      expect(name).not.toContain("total");
      expect(unit).toMatch(/^\{[a-z]+\}$/);
      expect(description).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});
