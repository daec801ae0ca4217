import { ConfigurationError, createSessions, type SessionEvent } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { type EventLogger, jsonLines, logEvents, type LogOptions } from "@sojourn/watch/log";
import { describe, expect, test } from "vitest";
import { SECRET } from "./secret.ts";

type Line = Record<string, unknown>;

function recording(options?: LogOptions) {
  const text: string[] = [];
  const listener = logEvents(
    jsonLines((line) => text.push(line)),
    options,
  );
  return {
    text,
    /** What is on each line. */
    lines: () => text.map((line) => JSON.parse(line) as Line),
    /** Events of any shape: what the core says later is logged, too. */
    log: listener as (event: object) => void,
  };
}

const event = (fields: object = {}) => ({
  type: "session_created",
  at: Date.UTC(2027, 0, 15, 8),
  handle: "h1",
  userId: "ada",
  impersonator: null,
  client: { address: "192.0.2.0/24", userAgent: "Firefox" },
  reason: null,
  ...fields,
});

describe("a line", () => {
  test("says what, when, who, from where and why (ASVS 16.2.1, 16.2.2)", () => {
    const { log, lines } = recording({ appId: "shop" });
    log(event());
    expect(lines()).toEqual([
      {
        level: "info",
        appid: "shop",
        datetime: "2027-01-15T08:00:00.000Z",
        event: "session_created",
        handle: "h1",
        userId: "ada",
        impersonator: null,
        reason: null,
        source_ip: "192.0.2.0/24",
        useragent: "Firefox",
      },
    ]);
  });

  test("of nobody's request has no address", () => {
    const { log, lines } = recording();
    log(event({ client: null }));
    expect(lines()[0]).toMatchObject({ source_ip: null, useragent: null });
  });

  test("has whatever else the event has", () => {
    const { log, lines } = recording();
    const evidence = {
      networks: ["a", "b"],
      count: 7,
      when: null,
      ok: true,
      deep: { x: [{ y: 1 }] },
    };
    log(
      event({
        type: "alert",
        reason: "guessing",
        severity: "critical",
        evidence,
        done: ["revoke"],
      }),
    );
    expect(lines()[0]).toMatchObject({
      event: "alert",
      reason: "guessing",
      evidence,
      done: ["revoke"],
    });
  });
});

describe("the level", () => {
  test.each([
    ["info", { type: "session_created" }],
    ["info", { type: "session_expired", reason: "idle" }],
    ["warn", { type: "token_refused", reason: "malformed" }],
    ["error", { type: "token_reuse", reason: "revoke" }],
    ["error", { type: "record_corrupt" }],
    ["info", { type: "alert", severity: "info" }],
    ["warn", { type: "alert", severity: "warning" }],
    ["error", { type: "alert", severity: "critical" }],
    ["info", { type: "something_new" }],
    ["warn", { type: "alert", severity: "constructor" }],
    ["info", { type: "constructor" }],
    ["info", { type: "session_created", severity: "critical" }],
  ])("%s: %o", (level, fields) => {
    const { log, lines } = recording();
    log(event(fields));
    expect(lines()[0]).toMatchObject({ level });
  });

  test("can be another, or off", () => {
    const { log, lines } = recording({ levels: { session_created: "off", token_refused: "info" } });
    log(event());
    log(event({ type: "token_refused" }));
    log(event({ type: "constructor" }));
    expect(lines().map(({ level }) => level)).toEqual(["info", "info"]);
  });
});

const FIRST = ["level", "appid", "datetime", "event"];

describe("no text of a stranger forges a line (ASVS 16.4.1)", () => {
  const forged = '{"level":"info","event":"session_logout","userId":"ada"}';
  const payloads = [
    `\n${forged}`,
    `\r\n${forged}`,
    `\u2028${forged}`,
    `\u2029${forged}`,
    `\u0085${forged}`,
    "\u001b[2K\u001b[1A",
    "\u009b31m",
    "\u0000",
    "\u007f",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "\u200b\u200e\u061c\ufeff",
    "\u{e0041}",
    "\ud800",
    '","event":"x',
    "%s %d %o",
  ];
  const unsafe =
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u061c]/;

  const places: readonly ((payload: string) => object)[] = [
    (payload) => ({ client: { address: payload, userAgent: payload } }),
    (payload) => ({ userId: payload, impersonator: payload }),
    (payload) => ({ reason: payload }),
    (payload) => ({ type: payload }),
    (payload) => ({ evidence: { [payload]: [payload, { [payload]: payload }] } }),
    (payload) => ({ [payload]: payload }),
  ];

  test.each(payloads)("%j", (payload) => {
    for (const place of places) {
      const { log, lines, text } = recording({ appId: payload });
      log(event(place(payload)));
      expect(text).toHaveLength(1);
      expect(text[0]).not.toMatch(unsafe);
      expect(text[0]?.isWellFormed()).toBe(true);
      expect(text[0]).not.toContain("\u{e0041}");
      expect(Object.keys(lines()[0] ?? {}).slice(0, 4)).toEqual(FIRST);
    }
  });

  test("what was escaped can be read", () => {
    const { log, lines } = recording();
    log(event({ userId: "a\nb\u202ec\ud800", reason: "Zoë 🦊" }));
    expect(lines()[0]).toMatchObject({
      userId: "a\\u{a}b\\u{202e}c\\u{d800}",
      reason: "Zoë 🦊",
    });
  });

  test("a long text, a long list and a deep one are cut", () => {
    const { log, lines, text } = recording();
    let deep: object = {};
    for (let i = 0; i < 10_000; i++) deep = { deep };
    const long = "x y ".repeat(25_000);
    log(
      event({
        client: { address: null, userAgent: long },
        evidence: { list: Array.from({ length: 10_000 }, () => long), deep },
        wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])),
      }),
    );
    expect(text[0]?.length).toBeLessThan(40_000);
    expect(lines()[0]?.["useragent"]).toBe(`${long.slice(0, 512)}…`);
  });

  test("what is no data is left out, and a name like __proto__ sets nothing", () => {
    const { log, lines } = recording();
    const evidence = JSON.parse('{"__proto__":{"level":"x"}}') as object;
    log(
      event({
        evidence,
        call: () => 1,
        mark: Symbol("s"),
        nothing: undefined,
        big: 7n,
        never: Number.NaN,
        date: new Date(0),
        error: new TypeError("SECRET"),
        toJSON: () => "forged",
      }),
    );
    const [line = {}] = lines();
    expect(line).toMatchObject({ big: "7", never: "NaN", date: "1970-01-01T00:00:00.000Z" });
    expect(line).toMatchObject({ error: "TypeError", level: "info" });
    for (const name of ["call", "mark", "nothing", "toJSON"]) expect(line).not.toHaveProperty(name);
    expect(Object.keys(line["evidence"] as object)).toEqual(["__proto__"]);
  });
});

describe("never a secret", () => {
  test("invariant 7: of a session's whole life no token is in the log (ASVS 16.2.5)", async () => {
    const { log, lines, text } = recording();
    const warnings: string[] = [];
    const clock = fakeClock();
    const sessions = createSessions({
      store: memoryStore(),
      secret: SECRET,
      maxPerUser: 2,
      onEvent: log as (event: SessionEvent) => void,
      onWarning: (warning) => warnings.push(warning),
      clock,
    });
    const tokens: string[] = [];
    for (let login = 0; login < 3; login++) {
      const { session, token } = await sessions.login("ada");
      await clock.advance(1_000);
      const renewed = await sessions.renew(session);
      const opened = await sessions.open(renewed.token ?? "");
      await clock.advance(120_000);
      await sessions.open(token);
      if (opened !== null) {
        tokens.push((await sessions.rotate(opened).catch(() => ({ token }))).token);
      }
      tokens.push(token, renewed.token ?? token);
    }
    await sessions.open("made up");
    await sessions.revokeAll("ada");
    for (const token of tokens) await sessions.open(token);
    await sessions.drain();

    expect(new Set(lines().map((line) => line["event"])).size).toBeGreaterThan(4);
    // Not even a part of one: 16 characters are 96 bits.
    const parts = tokens.flatMap((token) => [
      token.slice(48, 64),
      token.slice(64, 80),
      token.slice(-16),
    ]);
    for (const part of parts) expect([...text, ...warnings].join("\n")).not.toContain(part);
  });

  test("a client that gives its token as its name does not put it there", () => {
    const { log, text } = recording();
    const token = "A-_9".repeat(28);
    for (const before of ["", "x".repeat(450), "Firefox "]) {
      log(event({ client: { address: token, userAgent: `${before} ${token} z` }, userId: token }));
    }
    expect(text.join("\n")).not.toContain("A-_9A-_9");
    expect(text[2]).toContain("Firefox  [token] z");
  });
});

describe("a wrong option is refused when configured, with the remedy", () => {
  test.each<[string, unknown, object, RegExp]>([
    ["no logger", undefined, {}, /has no method info, warn, error.*jsonLines/],
    ["half a logger", { info() {} }, {}, /has no method warn, error/],
    ["a level that is none", console, { levels: { session_created: "debug" } }, /"off"/],
    ["a name that is none", console, { appId: 7 }, /appId is no text/],
  ])("%s", (_, logger, options, message) => {
    const make = () => logEvents(logger as EventLogger, options);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });
});
